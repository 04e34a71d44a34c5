"""Occupations that texts name, compared by likeness: synonyms and other languages meet in the same concept."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.freetext.mentions import Found, Mentions
from services.matching.kernel.records import FreeText

FULL = 250.0
FIRST_LINE = 1.0  # what the head of an advert names; what stands below it counts as an aside
BELOW = 0.4
LINKED = 0.8  # a title that was linked, not found word for word
MOST_LINKED = 12  # title-like lines of one text that are linked
LEAST_SHARE = 0.15
Link = Callable[[Sequence[str], str], list[list[tuple[int, float]]]]
Encode = Callable[[Sequence[str], str], NDArray[np.float32]]


class Knowledge(NamedTuple):
    """What is known of occupations: addresses, labels by concept number, words to show, likeness, linking, vectors."""

    concepts: Sequence[str]
    labels: Mapping[int, Sequence[str]]
    shown: Mapping[int, tuple[str, str]]
    likeness: NDArray[np.uint8]
    link: Link
    encode: Encode


class Named:
    """The occupations of many texts."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Prepare the search for labels."""
        self._knowledge, self._mentions = knowledge, Mentions(knowledge.labels)

    def of(self, texts: Sequence[FreeText], plain: Sequence[str], *, advert: bool) -> list[Found]:
        """Concepts with weights 0–1 for each text, from its masked words; in an advert the first line leads."""
        found, waiting = [], []
        for number, text in enumerate(plain):
            all_of_it, unknown = self._mentions.find(text)
            if advert:
                head, _ = self._mentions.find(text.strip().split("\n", 1)[0][:200])
                lower = {concept: BELOW * weight for concept, weight in all_of_it.items()}
                all_of_it = lower | {concept: FIRST_LINE * weight for concept, weight in head.items()}
                unknown = [] if head else unknown[:1]
            found.append(all_of_it)
            waiting += [(number, texts[number].language, line) for line in unknown[:MOST_LINKED]]
        self._link(found, waiting)
        return found

    def _link(self, found: list[Found], waiting: list[tuple[int, str, str]]) -> None:
        """Lines in which no label stands, linked all at once for each language."""
        for language in sorted({language for _, language, _ in waiting}):
            mine = [(number, line) for number, other, line in waiting if other == language]
            distinct = sorted({line for _, line in mine})
            linked = dict(zip(distinct, self._knowledge.link(distinct, language), strict=True))
            for number, line in mine:
                for concept, share in linked[line]:
                    if share >= LEAST_SHARE:
                        found[number][concept] = max(found[number].get(concept, 0.0), LINKED * share)

    def alike(self, wanted: Found, people: Sequence[Found]) -> NDArray[np.float64]:
        """For each CV the best of weight × likeness × weight over both sides' occupations, 0–1."""
        table = np.zeros(len(self._knowledge.concepts))
        for concept, weight in wanted.items():
            np.maximum(table, weight * self._knowledge.likeness[concept] / FULL, out=table)
        return np.array(
            [max((table[concept] * weight for concept, weight in each.items()), default=0.0) for each in people]
        )

    def best_pair(self, wanted: Found, person: Found) -> tuple[int, int] | None:
        """The two occupations behind `alike`."""
        pairs = [
            (own * weight * float(self._knowledge.likeness[a][b]), -a, -b)
            for a, weight in wanted.items()
            for b, own in person.items()
        ]
        best = max(pairs, default=(0.0, 0, 0))
        return (-best[1], -best[2]) if best[0] > 0 else None
