"""A folder of titles to be linked, in the layout of the MELO benchmark, row by row.

`queries.tsv` id, text · `corpus_elements.tsv` label id, label (`…_000` is a preferred one) · `concept_mapping.tsv`
label id, concept · `annotations.tsv` TREC qrels over label ids.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from services.matching.kernel.linking.vocabulary import Labels

Refuse = Callable[[int, str], None]
Lines = Iterable[tuple[int, bytes]]
PREFERRED = "_000"
ID = re.compile(r"[^\s]+")
LANGUAGE = re.compile(r"_([a-z]{2})_\d+$")


@dataclass(frozen=True)
class Corpus:
    """What titles are linked to: label ids beside their labels."""

    ids: list[str]
    labels: Labels

    def language(self) -> str | None:
        """The language the label ids name (`C000001_da_000`), where most of them agree."""
        named = [found[1] for found in map(LANGUAGE.search, self.ids) if found]
        most = max(set(named), key=named.count, default=None)
        return most if named.count(most or "") * 2 > len(self.ids) else None


def cells(lines: Lines, width: int, refuse: Refuse) -> Iterator[tuple[int, list[str]]]:
    """Rows of exactly `width` columns; the rest is refused with its line."""
    for number, line in lines:
        if not line.strip():
            continue
        try:
            row = line.decode("utf-8").split("\t")
        except UnicodeDecodeError as fault:
            refuse(number, f"not UTF-8 at byte {fault.start + 1}")
            continue
        if len(row) != width:
            refuse(number, f"{len(row)} columns instead of {width}")
        elif not ID.fullmatch(row[0]):
            refuse(number, "an id is empty or has blanks")
        else:
            yield number, row


def queries(lines: Lines, refuse: Refuse) -> Iterator[tuple[str, str]]:
    """Id and text of each query; a text may be anything, an id stands once."""
    seen = set()
    for number, (identity, text) in cells(lines, 2, refuse):
        if identity in seen:
            refuse(number, f"{identity} stands here a second time")
            continue
        seen.add(identity)
        yield identity, text


def corpus(elements: Lines, mapping: Lines, refuse_element: Refuse, refuse_mapping: Refuse) -> Corpus:
    """The labels whose concept is known, in the order of the file."""
    concepts: dict[str, str] = {}
    for number, (identity, concept) in cells(mapping, 2, refuse_mapping):
        if concepts.setdefault(identity, concept) != concept:
            refuse_mapping(number, f"{identity} has a concept already")
    numbers: dict[str, int] = {}
    found = Corpus([], Labels([], [], [], []))
    seen = set()
    for number, (identity, text) in cells(elements, 2, refuse_element):
        if identity in seen or identity not in concepts:
            refuse_element(
                number, f"{identity} " + ("stands here a second time" if identity in seen else "has no concept")
            )
            continue
        seen.add(identity)
        found.ids.append(identity)
        found.labels.texts.append(" ".join(text.split()))
        found.labels.owners.append(numbers.setdefault(concepts[identity], len(numbers)))
        found.labels.preferred.append(identity.endswith(PREFERRED))
    found.labels.concepts.extend(numbers)
    return found


def annotations(lines: Lines, refuse: Refuse) -> dict[str, set[str]]:
    """The relevant label ids of each query that has any (relevance above 0)."""
    found: dict[str, set[str]] = {}
    for number, line in lines:
        row = line.decode("utf-8", "replace").split()
        if not row:
            continue
        if len(row) != 4 or not row[3].lstrip("-").isdigit():
            refuse(number, "not a line of TREC qrels: query, iteration, document, relevance")
        elif int(row[3]) > 0:
            found.setdefault(row[0], set()).add(row[2])
    return found
