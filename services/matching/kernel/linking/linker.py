"""The linker: titles of any language it was taught → occupations, each with the share of belief it gets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from services.matching.kernel.linking.ngrams import NGrams, prepared
from services.matching.kernel.linking.shelf import Shelf, Titles
from services.matching.kernel.linking.space import Space
from services.matching.kernel.linking.speller import Speller
from services.matching.kernel.linking.student import Student, unit
from services.matching.kernel.linking.teacher import Teacher

CHUNK = 128  # titles scored at once: 128 × 32 000 labels × 4 bytes = 16 MB
REACH = 200  # labels whose words are compared
WARMTH = 0.045  # how fast belief falls with the score; fitted on the hidden Danish labels
REMEMBERED = 100_000  # distinct titles kept with their links


class Link(NamedTuple):
    """An occupation for a title: its address, its share of belief (together at most 1), its label."""

    concept: str
    share: float
    label: str


@dataclass(frozen=True)
class Tongue:
    """What the linker knows of one language."""

    grams: NGrams
    student: Student
    shelf: Shelf

    @cached_property
    def speller(self) -> Speller:
        """Mends titles by the words of the labels."""
        return Speller(self.shelf.texts)


@dataclass
class Linker:
    """Concepts in the shared space, and one tongue per language; `edition` names the vocabularies it was taught."""

    edition: str
    space: Space
    concepts: list[str]
    isco: list[str | None]
    concept_vectors: np.ndarray  # float32 [concepts, d], rows of length 1
    tongues: dict[str, Tongue]
    teacher: Teacher | None = None
    _seen: dict[tuple[str, str, int], list[Link]] = field(default_factory=dict, repr=False)

    @cached_property
    def known(self) -> dict[str, int]:
        """A concept's address → its number."""
        return {concept: number for number, concept in enumerate(self.concepts)}

    def language(self, wanted: str) -> str:
        """The language itself where it was taught, else its nearest taught one."""
        nearest = [wanted, *NEAR.get(wanted, ()), "en", *sorted(self.tongues)]
        found: str = next(language for language in nearest if language in self.tongues)
        return found

    def encode(self, texts: Sequence[str], language: str = "da") -> np.ndarray:
        """Texts → float32 [n, d], rows of length 1; 0 for a text in which nothing is known."""
        tongue = self.tongues[self.language(language)]
        parts = [tongue.student.vectors(tongue.grams.rows(texts[at : at + 2048])) for at in range(0, len(texts), 2048)]
        return np.concatenate(parts) if parts else np.zeros((0, self.concept_vectors.shape[1]), np.float32)

    def titles(self, texts: Sequence[str], language: str) -> Titles:
        """Titles as they are compared: an English one is read by the teacher too, where it is at hand."""
        tongue = self.tongues[self.language(language)]
        return asked(texts, tongue, self.teacher if language == "en" else None, self.space)

    def link(self, titles: Sequence[str], language: str = "da", top: int = 5) -> list[list[Link]]:
        """The `top` occupations per title, best first; none for a title of which nothing is known."""
        keys = [(language, prepared(title), top) for title in titles]
        new = list(dict.fromkeys(key for key in keys if key not in self._seen))
        found = dict(zip(new, self._linked([key[1] for key in new], language, top), strict=True))
        links = [found[key] if key in found else self._seen[key] for key in keys]
        if len(self._seen) + len(found) > REMEMBERED:
            self._seen.clear()
        self._seen.update(found)
        return links

    def _linked(self, texts: Sequence[str], language: str, top: int) -> Iterator[list[Link]]:
        shelf = self.tongues[self.language(language)].shelf
        for start in range(0, len(texts), CHUNK):
            titles = self.titles(texts[start : start + CHUNK], language)
            best = shelf.best_by_concept(shelf.scores(titles, REACH))
            for row, grams in zip(best, titles.rows.getnnz(axis=1), strict=True):
                yield self._shared(row, shelf, top) if grams else []

    def _shared(self, scores: np.ndarray, shelf: Shelf, top: int) -> list[Link]:
        """Belief is spread over the concepts by how close their scores come to the best one."""
        order = np.argsort(-scores, kind="stable")[:top]
        belief = np.exp((scores - scores[order[0]]) / WARMTH)
        belief /= belief.sum()
        return [Link(shelf.concepts[number], float(belief[number]), shelf.names[number]) for number in order]


# Languages that read alike, for titles in one that was not taught.
NEAR = {
    "sv": ("da", "no"),
    "no": ("da", "sv"),
    "nb": ("no", "da"),
    "nn": ("no", "da"),
    "de": ("nl", "da"),
    "nl": ("de", "en"),
}
TEACHERS_SAY = 0.7


def asked(texts: Sequence[str], tongue: Tongue, teacher: Teacher | None, space: Space) -> Titles:
    """Titles mended, with their vectors: the student's alone, or weighed with the teacher's."""
    mended = tongue.speller.mended(texts)
    rows = tongue.grams.rows(mended)
    vectors = tongue.student.vectors(rows)
    if teacher is not None and mended:
        vectors = unit(TEACHERS_SAY * space.of(teacher.vectors(mended)) + (1 - TEACHERS_SAY) * vectors)
    return Titles(mended, rows, vectors)
