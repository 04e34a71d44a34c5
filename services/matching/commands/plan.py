"""`jobvej match plan`: who is sent where, when nobody may be sent to more than a few."""

import math
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import typer

from services.matching.commands.lines import Refusals, numbered, written
from services.matching.kernel.plan import NoPlan, Pairs, greedy, optimal


class Read(NamedTuple):
    """The pairs of a file, with ids and scores as they were written."""

    openings: list[str]
    people: list[str]
    pairs: Pairs
    written: list[str]


def plan(pairs: Path, per_opening: int, per_person: int, out: Path) -> None:
    """Read, solve, write; one line of numbers on stderr. Exit code 1 when no pair can be used."""
    read = read_pairs(pairs)
    if not read.written:
        print(f"{pairs}: no usable pair", file=sys.stderr)
        raise typer.Exit(1)
    try:
        taken = optimal(read.pairs, per_opening, per_person)
    except NoPlan as fault:
        print(f"{pairs}: {fault}", file=sys.stderr)
        raise typer.Exit(1) from None
    chosen = sorted(
        np.flatnonzero(taken).tolist(),
        key=lambda place: (
            read.openings[read.pairs.opening[place]],
            -read.pairs.score[place],
            read.people[read.pairs.person[place]],
        ),
    )
    with written(out) as file:
        for place in chosen:
            opening, person = read.openings[read.pairs.opening[place]], read.people[read.pairs.person[place]]
            file.write(f"{opening}\t{person}\t{read.written[place]}\n")
    _say(read.pairs, taken, per_opening, per_person)


def read_pairs(path: Path) -> Read:
    """`opening <TAB> person <TAB> score`; a pair that is named twice counts by its higher score."""
    refusals = Refusals(path)
    openings: dict[str, int] = {}
    people: dict[str, int] = {}
    seen: dict[tuple[int, int], tuple[float, str]] = {}
    for number, line in numbered(path):
        row = _row(number, line, refusals)
        if row is None:
            continue
        opening, person, score, words = row
        key = (openings.setdefault(opening, len(openings)), people.setdefault(person, len(people)))
        if key in seen:
            refusals.add(number, f"{opening} and {person} were named before; the higher score counts")
        if key not in seen or score > seen[key][0]:
            seen[key] = (score, words)
    refusals.close(len(seen), "pairs")
    order = sorted(openings), sorted(people)
    ranks = [{name: rank for rank, name in enumerate(names)} for names in order]
    opening_rank = np.array([ranks[0][name] for name in openings], np.int64)
    person_rank = np.array([ranks[1][name] for name in people], np.int64)
    keys = np.array(list(seen), np.int64).reshape(-1, 2)
    return Read(
        order[0], order[1],
        Pairs(opening_rank[keys[:, 0]], person_rank[keys[:, 1]], np.array([score for score, _ in seen.values()])),
        [words for _, words in seen.values()],
    )  # fmt: skip


def _row(number: int, line: bytes, refusals: Refusals) -> tuple[str, str, float, str] | None:
    """One line taken apart; None when it is empty or refused."""
    try:
        words = line.decode().split("\t")
    except UnicodeDecodeError:
        refusals.add(number, "not UTF-8")
        return None
    if words == [""]:
        return None
    if len(words) != 3 or not words[0].strip() or not words[1].strip():
        refusals.add(number, "expected: opening <TAB> person <TAB> score")
        return None
    try:
        score = float(words[2])
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        refusals.add(number, f"the score is no number: {words[2]!r}")
        return None
    return words[0].strip(), words[1].strip(), score, words[2].strip()


def _say(pairs: Pairs, taken: np.ndarray, per_opening: int, per_person: int) -> None:
    quick = greedy(pairs, per_opening, per_person)
    total, other = float(pairs.score[taken].sum()), float(pairs.score[quick].sum())
    most = int(np.bincount(pairs.person[taken]).max()) if taken.any() else 0
    share = f"{other / total:.4f}" if total else "1.0000"
    print(
        f"{int(taken.sum())} of {len(taken)} pairs taken, total {total:.6f}, most for one person {most}; "
        f"greedy would reach {share} of it",
        file=sys.stderr,
    )
