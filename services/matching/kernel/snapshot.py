"""The store of CVs on file, and runs that can be played again to the byte. The matcher's only room that knows files.

A snapshot says up to where in the log it knows; what came later is put again, and what it knew already is ignored.
"""

import os
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import msgspec
import numpy as np
from msgspec import Struct

from services.matching.kernel.columns import Columns, CvStore, Numbers
from services.matching.kernel.occupations import FIRST, Occupations
from services.matching.kernel.queries import prepare, terms
from services.matching.kernel.records import Cv, Opening
from services.matching.kernel.rules import rules_numbered
from services.matching.kernel.scan import rank

FORMAT = 1


class SnapshotUnusable(ValueError):
    """The file is no snapshot of this format and edition; the message says why."""


class Head(Struct, frozen=True):
    """What stands beside the arrays: words behind the numbers, versions, and the place in the log."""

    format: int
    edition: str
    offset: int
    ids: list[str]
    rows: dict[str, int]
    versions: dict[str, int]
    free: list[int]
    used: dict[str, int]
    skills: list[str]
    languages: list[str]
    concepts: list[str]


class Run(Struct, frozen=True):
    """A ranking as it was made: everything it depended on, and what came out (TSV, as `match rank` writes it)."""

    rules: int
    day: date
    edition: str
    top: int
    openings: tuple[Opening, ...]
    cvs: tuple[Cv, ...]
    result: str = ""


def save(store: CvStore, path: Path, edition: str, offset: int) -> None:
    """Write the store as of an offset of the log; the file appears whole or not at all."""
    state = store.state()
    head = Head(FORMAT, edition, offset, **state)
    arrays: dict[str, Any] = dict(store.columns._asdict())
    arrays["head"] = np.frombuffer(msgspec.msgpack.encode(head), np.uint8)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: Path, occupations: Occupations, edition: str) -> tuple[CvStore, int]:
    """The store and the offset up to which it knows the log. Raises SnapshotUnusable, then the log is played whole."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            head = msgspec.msgpack.decode(arrays["head"].tobytes(), type=Head)
            columns = Columns(*(arrays[name] for name in Columns._fields))
    except (OSError, KeyError, ValueError, BadZipFile, msgspec.DecodeError) as fault:
        raise SnapshotUnusable(f"{path}: {fault}") from fault
    if head.format != FORMAT or head.edition != edition:
        raise SnapshotUnusable(f"{path} is of format {head.format} and edition {head.edition}")
    if [occupations.number(concept) for concept in head.concepts] != list(range(FIRST, FIRST + len(head.concepts))):
        raise SnapshotUnusable(f"{path} numbers occupations differently")
    state: dict[str, Any] = {name: getattr(head, name) for name in ("ids", "rows", "versions", "free", "used")}
    return CvStore.restored(occupations, columns, Numbers(head.skills), Numbers(head.languages), **state), head.offset


def made(run: Run, occupations: Occupations) -> str:
    """The ranking of a run from its inputs alone."""
    rules = rules_numbered(run.rules)
    store = CvStore(occupations, max(16, len(run.cvs)))
    for cv in run.cvs:
        store.put(cv)
    lists = rank(store, prepare(run.openings, store, rules), terms(rules, run.day.year), run.top)
    return "".join(
        f"{opening.id}\t{store.ids[each.row]}\t{each.score:.9f}\n"
        for opening, found in zip(run.openings, lists, strict=True)
        for each in found
    )


def keep_run(run: Run, occupations: Occupations, path: Path) -> Run:
    """Rank, and write inputs and result together."""
    kept = msgspec.structs.replace(run, result=made(run, occupations))
    path.write_bytes(msgspec.json.encode(kept))
    return kept


def replayed(path: Path, occupations: Occupations) -> tuple[Run, bool]:
    """A stored run, and whether its inputs still make its result, byte for byte."""
    run = msgspec.json.decode(path.read_bytes(), type=Run)
    return run, made(run, occupations) == run.result
