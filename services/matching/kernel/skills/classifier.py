"""Spans of an advert that name a skill → ESCO's second level of skills (S1, K06, A1 …), by ridge regression."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack

from services.matching.kernel.linking.ngrams import NGrams
from services.matching.kernel.linking.student import Student, taught
from services.matching.kernel.skills.groups import phrases
from services.matching.kernel.text import folded

Encode = Callable[[Sequence[str], str], np.ndarray]

MEANING = 0.7  # what a span's vector counts against its n-grams
RIDGE = 0.3
STEPS = 40
PHRASES_COUNT = 0.6  # a phrase from the groups' definitions against a span that people have labelled
FOREIGN_COUNT = 0.02  # a span in another language: spelling carries over badly, measured in README
SMALL_WORDS = {
    "da": "og i af til at med er det en et som paa for den de har kan vi du din dit faglig arbejde samarbejde",
    "en": "and the of to in with is a an as on your you we are be or skills work team ability experience",
}
DANISH, ENGLISH = (frozenset(SMALL_WORDS[language].split()) for language in ("da", "en"))


@dataclass(frozen=True)
class Span:
    """A labelled span."""

    text: str
    group: str
    language: str


@dataclass(frozen=True)
class Classifier:
    """Learnt groups; `encode` gives vectors in the linking's space."""

    groups: list[str]
    usual: np.ndarray  # the groups' weighted shares among the training spans
    grams: NGrams
    student: Student
    encode: Encode

    @classmethod
    def of(cls, spans: Sequence[Span], language: str, encode: Encode) -> "Classifier":
        """Learn from labelled spans, and from the Danish definitions, to classify spans in `language`."""
        every = [*spans, *(Span(text, group, "da") for text, group in phrases())]
        weights = np.array([PHRASES_COUNT if place >= len(spans) else 1.0 for place in range(len(every))])
        weights *= [1.0 if span.language == language else FOREIGN_COUNT for span in every]
        groups = sorted({span.group for span in every})
        wanted = (np.array([span.group for span in every])[:, None] == np.array(groups)).astype(np.float32)
        usual = (weights @ wanted / weights.sum()).astype(np.float32)
        grams = NGrams.of([span.text for span in every])
        rows = _rows(every, grams, encode)
        root = np.sqrt(weights).astype(np.float32)
        student = taught((diags(root) @ rows).tocsr(), (wanted - usual) * root[:, None], RIDGE, STEPS)
        return cls(groups, usual, grams, student, encode)

    def classify(self, texts: Sequence[str], language: str) -> list[str]:
        """The likeliest group of each span; for one of which nothing is known, the most frequent group."""
        if not texts:
            return []
        rows = _rows([Span(text, "", language) for text in texts], self.grams, self.encode)
        best = np.argmax(np.asarray(rows @ self.student.coefficients) + self.usual, axis=1)
        return [self.groups[place] for place in best]


def _rows(spans: Sequence[Span], grams: NGrams, encode: Encode) -> csr_matrix:
    """n-grams and meaning side by side, float32 [spans, n-grams + d]."""
    vectors: dict[int, np.ndarray] = {}
    for language in sorted({span.language for span in spans}):
        places = [place for place, span in enumerate(spans) if span.language == language]
        for place, vector in zip(places, encode([spans[place].text for place in places], language), strict=True):
            vectors[place] = vector
    meant = csr_matrix(np.float32(MEANING) * np.array([vectors[place] for place in range(len(spans))]))
    return hstack([grams.rows([span.text for span in spans]), meant]).tocsr()


def language_of(texts: Sequence[str]) -> str:
    """Danish or English, by their small words and letters."""
    danish = english = 0
    for text in texts:
        words = folded(text).split()
        danish += sum(word in DANISH for word in words) + sum(sign in "æøå" for sign in text.lower())
        english += sum(word in ENGLISH for word in words)
    return "en" if english > danish else "da"
