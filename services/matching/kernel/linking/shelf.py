"""Labels on a shelf, and how well a title fits each of them: meaning, letters and words, weighed together."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process
from scipy.sparse import csr_matrix

from services.matching.kernel.linking.ngrams import prepared
from services.matching.kernel.linking.vocabulary import Labels


@dataclass(frozen=True)
class Weights:
    """What each view of a label counts; chosen on the hidden Danish labels, see README."""

    concept: float = 0.50  # the title's meaning against the occupation's
    label: float = 0.40  # … against the label's own
    grams: float = 0.15  # character n-grams in common
    tokens: float = 0.10  # words in common, in any order and nearly spelt
    preferred: float = 0.02  # breaks the tie among the same words under several occupations

    @property
    def highest(self) -> float:
        """What a preferred label scores for its own words."""
        return self.concept + self.label + self.grams + self.tokens + self.preferred


@dataclass(frozen=True)
class Titles:
    """What is asked: texts, their n-grams, their vectors in the shared space float32 [q, d]."""

    texts: list[str]
    rows: csr_matrix
    vectors: np.ndarray


@dataclass(frozen=True)
class Shelf:
    """Labels of one language: whose they are, which are preferred, their n-grams and vectors; concepts' vectors."""

    texts: list[str]
    owners: np.ndarray  # int32 [labels], a number of `concepts`
    preferred: np.ndarray  # bool [labels]
    concepts: list[str]
    concept_vectors: np.ndarray  # float32 [concepts, d]
    label_vectors: np.ndarray  # float32 [labels, d]
    rows: csr_matrix  # float32 [labels, n-grams]
    weights: Weights = field(default_factory=Weights)

    @cached_property
    def _columns(self) -> csr_matrix:
        return self.rows.T.tocsr()

    @cached_property
    def _spelt(self) -> tuple[list[str], np.ndarray]:
        """Each distinct label with its words in order, and which of them each label is."""
        spelt = [in_order(text) for text in self.texts]
        distinct = {text: number for number, text in enumerate(dict.fromkeys(spelt))}
        return list(distinct), np.array([distinct[text] for text in spelt])

    @cached_property
    def standing(self) -> np.ndarray:
        """What a label has before anything is asked, float32 [labels]."""
        return (self.weights.preferred * self.preferred).astype(np.float32)

    @cached_property
    def _by_concept(self) -> tuple[np.ndarray, np.ndarray]:
        """The labels sorted by concept, and where each concept's begin; every concept has a label."""
        order = np.argsort(self.owners, kind="stable")
        return order, np.searchsorted(self.owners[order], np.arange(len(self.concepts)))

    @cached_property
    def names(self) -> list[str]:
        """Each concept's preferred label, or its first one."""
        order, starts = self._by_concept
        found = [self.texts[order[start]] for start in starts]
        for label in np.flatnonzero(self.preferred):
            found[self.owners[label]] = self.texts[label]
        return found

    def scores(self, titles: Titles, reach: int | None = None) -> np.ndarray:
        """How well each label fits, float32 [q, labels]; words are compared for the best `reach` labels (None: all)."""
        weights = self.weights
        found: np.ndarray = weights.concept * (titles.vectors @ self.concept_vectors.T)[:, self.owners]
        found += weights.label * (titles.vectors @ self.label_vectors.T)
        found += weights.grams * (titles.rows @ self._columns).toarray() + self.standing
        self._compare_words(found, [in_order(text) for text in titles.texts], reach)
        return found

    def _compare_words(self, found: np.ndarray, asked: list[str], reach: int | None) -> None:
        distinct, which = self._spelt
        if reach is None or reach >= len(self.texts):
            alike = process.cdist(asked, distinct, scorer=fuzz.ratio, dtype=np.uint8, workers=2)
            found += (alike * np.float32(self.weights.tokens / 100))[:, which]
            return
        places = np.argpartition(found, -reach, axis=1)[:, -reach:]
        pairs = [distinct[number] for number in which[places].ravel()]
        repeated = [text for text in asked for _ in range(reach)]
        alike = process.cpdist(repeated, pairs, scorer=fuzz.ratio, dtype=np.uint8, workers=1)
        gained = alike.reshape(places.shape) * np.float32(self.weights.tokens / 100)
        np.put_along_axis(found, places, np.take_along_axis(found, places, axis=1) + gained, axis=1)

    def best_by_concept(self, scores: np.ndarray) -> np.ndarray:
        """The score of each concept's best label, float32 [q, concepts]."""
        order, starts = self._by_concept
        best: np.ndarray = np.maximum.reduceat(scores[:, order], starts, axis=1)
        return best


def in_order(text: str) -> str:
    """The words of a title in alphabetical order (what rapidfuzz calls token sort, done once per text)."""
    return " ".join(sorted(prepared(text).replace("-", " ").replace("/", " ").split()))


def shelved(labels: Labels, vectors: tuple[np.ndarray, np.ndarray], rows: csr_matrix) -> Shelf:
    """A shelf of labels; `vectors` are the concepts' and the labels'."""
    owners, preferred = np.asarray(labels.owners, np.int32), np.asarray(labels.preferred, bool)
    return Shelf(list(labels.texts), owners, preferred, list(labels.concepts), vectors[0], vectors[1], rows)
