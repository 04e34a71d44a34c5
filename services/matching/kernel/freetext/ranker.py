"""Scores of written CVs for written adverts: six bounded parts over masked text, scaled by the best of the run."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from services.matching.kernel import codes, reading
from services.matching.kernel.explain import Part, Reason
from services.matching.kernel.freetext import lexical
from services.matching.kernel.freetext.meaning import meanings
from services.matching.kernel.freetext.occupations import Knowledge, Named
from services.matching.kernel.freetext.phrases import PHRASES
from services.matching.kernel.freetext.plain import plain, trade_words
from services.matching.kernel.phrases import QUESTIONS_ASKED
from services.matching.kernel.records import FreeText
from services.matching.kernel.said import language_words, licence_words
from services.matching.kernel.text import folded, words

# Fixed before any judged set was seen; README says on what.
WEIGHTS = {"words": 0.20, "terms": 0.14, "letters": 0.16, "occupation": 0.32, "meaning": 0.14, "requirements": 0.04}
FLOOR = 0.05  # where the best CV shares less than this, little is made of it
MOST_SHOWN = 6


class TextExplanation(Struct, frozen=True):
    """One written pair: the points of `parts`, added in their order, are the score. Nobody is refused by a text."""

    opening: str
    cv: str
    opening_version: int
    cv_version: int
    score: float
    parts: tuple[Part, ...]
    questions: tuple[Reason, ...]


class TextRanker:
    """All CVs and adverts of one run. What it says of a pair depends on the run's texts, and on nothing else."""

    def __init__(
        self, cvs: Sequence[FreeText], openings: Sequence[FreeText], knowledge: Knowledge, step: Callable[[], None]
    ) -> None:
        """Read everything once; `step` is called for each text."""
        self._cvs, self._openings, self._knowledge = cvs, openings, knowledge
        known = trade_words(each.text for each in openings)
        bare: list[list[str]] = [[], []]
        self._read: list[list[reading.Readings]] = [[], []]
        for side, texts in enumerate((cvs, openings)):
            for each in texts:
                text = plain(each.text, known)
                bare[side].append(text)
                self._read[side].append(reading.read(text))
                step()
        same = [[folded(text) for text in side] for side in bare]
        self._words = lexical.cosines(same[0], same[1], words)
        self._letters = lexical.cosines(same[0], same[1], "char_wb")
        self._terms = lexical.Okapi(same[0], same[1], words)
        self._named = Named(knowledge)
        self._people = self._named.of(cvs, bare[0], advert=False)
        self._wanted = self._named.of(openings, bare[1], advert=True)
        self._meanings = tuple(
            meanings(texts, side, knowledge.encode) for texts, side in zip((cvs, openings), bare, strict=True)
        )

    def parts(self, opening: int) -> dict[str, NDArray[np.float64]]:
        """Each part of every CV's score for one opening, in points; they sum to at most 1."""
        shares = {
            "words": _scaled(lexical.against(self._words, opening)),
            "terms": _scaled(self._terms.scores(opening)),
            "letters": _scaled(lexical.against(self._letters, opening)),
            "occupation": _scaled(self._named.alike(self._wanted[opening], self._people)),
            "meaning": _scaled(np.maximum(0.0, self._meanings[0] @ self._meanings[1][opening]).astype(np.float64)),
            "requirements": np.array([self._met(opening, cv) for cv in range(len(self._cvs))]),
        }
        return {part: WEIGHTS[part] * share for part, share in shares.items()}

    def summed(self, parts: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """The score of every CV, 0–1: the sum of its parts in their order."""
        total = np.zeros(len(self._cvs))
        for points in parts.values():
            total += points
        return total

    def explained(self, parts: dict[str, NDArray[np.float64]], opening: int, cv: int) -> TextExplanation:
        """The parts of one pair in words, and the questions it leaves."""
        common = ", ".join(lexical.shared(self._words, opening, cv, MOST_SHOWN)) or "–"
        about = {"words": (common, common), "occupation": self._pair(opening, cv)}
        told, score = [], 0.0
        for part, points in parts.items():
            value, most = float(points[cv]), WEIGHTS[part]
            share = round(100 * value / most)
            said, named = PHRASES[part], about.get(part, ("", ""))
            danish, english = (said[each].format(about=named[each], share=share) for each in (0, 1))
            told.append(Part(part, value, most, danish, english))
            score += value
        advert, person = self._openings[opening], self._cvs[cv]
        return TextExplanation(
            advert.id, person.id, advert.version, person.version, score, tuple(told), self._questions(opening, cv)
        )

    def _pair(self, opening: int, cv: int) -> tuple[str, str]:
        """The two occupations that are most alike, in both languages."""
        pair = self._named.best_pair(self._wanted[opening], self._people[cv])
        if pair is None:
            return "–", "–"
        danish, english = zip(*(self._knowledge.shown[concept] for concept in pair), strict=True)
        return " / ".join(dict.fromkeys(danish)), " / ".join(dict.fromkeys(english))

    def _met(self, opening: int, cv: int) -> float:
        wanted = self._read[1][opening]
        asked = len(wanted.licences) + len(wanted.languages)
        return 1.0 - len(self._open(opening, cv)) / asked if asked else 0.0

    def _open(self, opening: int, cv: int) -> list[tuple[str, str, tuple[str, str]]]:
        """Requirements of the advert that the CV does not say are met: constraint, what, words."""
        wanted, person = self._read[1][opening], self._read[0][cv]
        held = codes.held_bits(person.licences)
        missing: list[tuple[str, str, tuple[str, str]]] = [
            ("licence", licence, licence_words(licence))
            for licence in wanted.licences
            if not held & codes.licence_bits((licence,))
        ]
        spoken = {each.language: codes.LEVELS.index(each.level) for each in person.languages}
        for each in wanted.languages:
            if spoken.get(each.language, -1) < codes.LEVELS.index(each.level):
                missing.append(("language", *language_words(each)))
        return missing

    def _questions(self, opening: int, cv: int) -> tuple[Reason, ...]:
        return tuple(
            Reason(code, what, QUESTIONS_ASKED[code][0].format(said[0]), QUESTIONS_ASKED[code][1].format(said[1]))
            for code, what, said in self._open(opening, cv)
        )


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """As a share of the best, or of a floor where even the best is next to nothing."""
    best = float(values.max(initial=0.0))
    return np.clip(values / max(best, FLOOR), 0.0, 1.0)
