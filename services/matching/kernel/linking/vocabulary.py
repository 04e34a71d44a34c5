"""Occupations with their labels in one language, read from the layout of the official ESCO download."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _csv import Reader

COLUMNS = ("conceptUri", "preferredLabel")
LONGEST_LABEL = 1000  # characters; a longer one is no label


class Occupation(NamedTuple):
    """One concept: its address, its ISCO group where it has one, its labels."""

    concept: str
    isco: str | None
    preferred: str
    alternatives: tuple[str, ...]


class Complaint(NamedTuple):
    """A row that was refused: the line it ends on, and why."""

    line: int
    reason: str


class VocabularyUnusable(ValueError):
    """The file as a whole is no vocabulary; the message says why."""


class Labels(NamedTuple):
    """Labels side by side: the text, the number of its concept, whether it is the preferred one; and the concepts."""

    texts: list[str]
    owners: list[int]
    preferred: list[bool]
    concepts: list[str]


@dataclass(frozen=True)
class Vocabulary:
    """All occupations in one language (two letters, lower case)."""

    language: str
    occupations: tuple[Occupation, ...]

    def labels(self) -> Labels:
        """Every label; each occupation has at least its preferred one."""
        texts, owners, preferred = [], [], []
        for number, occupation in enumerate(self.occupations):
            for place, text in enumerate((occupation.preferred, *occupation.alternatives)):
                texts.append(text)
                owners.append(number)
                preferred.append(place == 0)
        return Labels(texts, owners, preferred, [occupation.concept for occupation in self.occupations])


def parse(lines: Iterable[str], language: str) -> tuple[Vocabulary, list[Complaint]]:
    """Read a CSV with header; malformed rows are refused one by one and the others kept.

    Raises VocabularyUnusable when a column is missing or no row can be used.
    """
    reader = csv.reader(lines)
    header = [name.strip().removeprefix("\ufeff") for name in next(reader, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise VocabularyUnusable(f"the first line names no column {' and no column '.join(missing)}")
    kept: dict[str, Occupation] = {}
    complaints = []
    for line, cells in _rows(reader):
        read = cells if isinstance(cells, str) else _occupation(cells, header)
        if isinstance(read, str):
            complaints.append(Complaint(line, read))
        elif read.concept in kept:
            complaints.append(Complaint(line, f"{read.concept} stands here a second time"))
        else:
            kept[read.concept] = read
    if not kept:
        raise VocabularyUnusable("no row can be used")
    return Vocabulary(language, tuple(kept.values())), complaints


def _rows(reader: "Reader") -> Iterator[tuple[int, list[str] | str]]:
    """The number of the line each row ends on, with its cells, or with what keeps it from being read."""
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            yield reader.line_num, f"not readable: {fault}"
            continue
        if cells is None:
            return
        if cells:
            yield reader.line_num, cells


def _occupation(cells: Sequence[str], header: Sequence[str]) -> Occupation | str:
    """The row as an occupation, or what is wrong with it."""
    if len(cells) != len(header):
        return f"{len(cells)} columns instead of {len(header)}"
    row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    concept, preferred = row["conceptUri"], " ".join(row["preferredLabel"].split())
    if not concept:
        return "no conceptUri"
    if not preferred:
        return "no preferredLabel"
    lines = (" ".join(line.split()) for line in row.get("altLabels", "").splitlines())
    alternatives = tuple(dict.fromkeys(line for line in lines if line and line != preferred))
    if any(len(label) > LONGEST_LABEL for label in (preferred, *alternatives)):
        return f"a label of more than {LONGEST_LABEL} characters"
    return Occupation(concept, row.get("iscoGroup", "").strip() or None, preferred, alternatives)
