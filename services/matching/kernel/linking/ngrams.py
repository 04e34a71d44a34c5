"""Character n-grams of short texts as sparse rows of length 1, weighted by how rare each n-gram is."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from services.matching.kernel.text import folded

SIZES = (2, 5)
READ = 300  # characters of a title; what comes after them names no occupation


class NGrams:
    """The n-grams of one language's labels: text in, sparse rows out."""

    def __init__(self, known: Sequence[str], rarity: np.ndarray) -> None:
        self.known = list(known)
        self.rarity = np.asarray(rarity, np.float32)
        self._vectorizer = _vectorizer({gram: number for number, gram in enumerate(self.known)})
        self._vectorizer.idf_ = self.rarity

    @classmethod
    def of(cls, labels: Sequence[str]) -> "NGrams":
        """Learn which n-grams there are, and how rare, from at least one label."""
        vectorizer = _vectorizer(None)
        vectorizer.fit([prepared(label) for label in labels])
        return cls([str(gram) for gram in vectorizer.get_feature_names_out()], vectorizer.idf_)

    def rows(self, texts: Sequence[str]) -> csr_matrix:
        """One row per text, float32 [n, n-grams]; empty for a text without any known n-gram."""
        return self._vectorizer.transform([prepared(text) for text in texts])


def prepared(title: str) -> str:
    """A title as it is cut into n-grams: folded, its first READ characters."""
    return folded(title[: 20 * READ])[:READ]


def _vectorizer(known: dict[str, int] | None) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=SIZES, sublinear_tf=True, lowercase=False, dtype=np.float32, vocabulary=known
    )
