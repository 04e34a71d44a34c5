"""Openings and CVs from JSON lines: free texts or records, each line checked against the schema before it counts."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from services.matching.commands.lines import Refusals, numbered
from services.matching.kernel.codes import UnknownCode, licence_bits
from services.matching.kernel.records import Cv, FreeText, Opening

Kind = TypeVar("Kind", Cv, Opening)


@dataclass(frozen=True)
class Rows(Generic[Kind]):
    """What a file has: records and texts, in their order."""

    all: Sequence[Kind | FreeText]

    @property
    def texts(self) -> list[FreeText]:
        """The free texts among them."""
        return [each for each in self.all if isinstance(each, FreeText)]

    @property
    def written(self) -> bool:
        """Say whether all are free texts."""
        return len(self.texts) == len(self.all)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.all)


def read_openings(path: Path) -> Rows[Opening]:
    """The usable lines of openings.jsonl, in their order."""
    return Rows(_Reader(path, Opening).read("openings"))


def read_cvs(path: Path) -> Rows[Cv]:
    """The usable lines of cvs.jsonl, in their order."""
    return Rows(_Reader(path, Cv).read("CVs"))


class _Reader(Generic[Kind]):
    def __init__(self, path: Path, kind: type[Kind]) -> None:
        self._path = path
        self._kind: type[Kind] = kind
        self._refusals = Refusals(path)
        self._unread: Counter[str] = Counter()
        self._found: dict[str, Kind | FreeText] = {}

    def read(self, what: str) -> list[Kind | FreeText]:
        """Every line; what is wrong with one is said and does not stop the rest."""
        for number, line in numbered(self._path):
            if not line.strip():
                continue
            try:
                self._add(number, self._decoded(line))
            except (msgspec.DecodeError, UnicodeDecodeError, UnknownCode, RecursionError) as fault:
                self._refusals.add(number, str(fault))
        self._refusals.close(len(self._found), what)
        if self._unread:
            fields = ", ".join(sorted(self._unread)[:12])
            print(f"{self._path}: fields that nobody reads: {fields}", file=sys.stderr)
        return list(self._found.values())

    def _decoded(self, line: bytes) -> Kind | FreeText:
        """One line as its type. Raises DecodeError, UnknownCode."""
        raw = msgspec.json.decode(line)
        if not isinstance(raw, dict):
            raise msgspec.ValidationError("expected an object")
        if type(raw.get("id")) is int:
            raw["id"] = str(raw["id"])
        kind: type[Kind] | type[FreeText] = FreeText if "text" in raw else self._kind
        self._unread.update(set(raw) - set(kind.__struct_fields__))
        record: Kind | FreeText = msgspec.convert(raw, kind)
        for field in ("licences", "without_licences"):
            licence_bits(getattr(record, field, ()))
        if any(sign in record.id for sign in "\t\r\n"):
            raise msgspec.ValidationError("an id with a tab or a line end cannot be written to a table")
        return record

    def _add(self, number: int, record: Kind | FreeText) -> None:
        before = self._found.get(record.id)
        if before is not None and record.version <= before.version:
            self._refusals.add(number, f"{record.id} was there before in this version or a newer one")
            return
        self._found[record.id] = record
