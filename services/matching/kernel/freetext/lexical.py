"""How much two texts share, counted three ways over the words and letters of both sides together."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

Matrix = Any  # a scipy sparse matrix, rows are texts
K1, B = 1.2, 0.75  # BM25 as usual
LETTERS = (3, 5)  # lengths of the pieces of words


class Weighed(NamedTuple):
    """Texts as rows of length 1, and the words or pieces behind the columns."""

    cvs: Matrix
    openings: Matrix
    columns: list[str]


def cosines(cvs: Sequence[str], openings: Sequence[str], analyse: str | Callable[[str], list[str]]) -> Weighed:
    """1 + log(count) times the rarity over both sides, each row scaled to length 1."""
    size = {"ngram_range": LETTERS} if isinstance(analyse, str) else {}
    counter = CountVectorizer(analyzer=analyse, lowercase=False, dtype=np.float32, **size)
    try:
        counts = counter.fit_transform([*cvs, *openings])
    except ValueError:  # no text has a single word
        counts = sparse.csr_matrix((len(cvs) + len(openings), 1), dtype=np.float32)
        return Weighed(counts[: len(cvs)], counts[len(cvs) :], [""])
    rarity = np.log((1 + counts.shape[0]) / (1 + np.bincount(counts.indices, minlength=counts.shape[1]))) + 1
    counts.data = 1 + np.log(counts.data)
    counts.data *= rarity[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    counts = sparse.diags(1 / np.maximum(lengths, 1e-12)) @ counts
    counts = counts.tocsr().astype(np.float32)
    return Weighed(counts[: len(cvs)], counts[len(cvs) :], counter.get_feature_names_out().tolist())


class Okapi:
    """BM25 of the words of an opening in the CVs, as a share of what the best CV reaches."""

    def __init__(self, cvs: Sequence[str], openings: Sequence[str], analyse: Callable[[str], list[str]]) -> None:
        """Count both sides; rarity is over both, length over the CVs."""
        counter = CountVectorizer(analyzer=analyse, lowercase=False, dtype=np.float32)
        try:
            counts = counter.fit_transform([*cvs, *openings]).tocsr()
        except ValueError:  # no text has a single word
            counts = sparse.csr_matrix((len(cvs) + len(openings), 1), dtype=np.float32)
        seen = np.bincount(counts.indices, minlength=counts.shape[1])
        rarity = np.log1p((counts.shape[0] - seen + 0.5) / (seen + 0.5))
        weights = counts[: len(cvs)].copy()
        length = np.asarray(weights.sum(axis=1)).ravel()
        share = length / max(float(length.mean()), 1e-12)
        row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        weights.data = weights.data * (K1 + 1) / (weights.data + K1 * (1 - B + B * share[row]))
        weights.data *= rarity[weights.indices]
        self._cvs, self._openings = weights.tocsr().astype(np.float32), counts[len(cvs) :]
        self._openings.data = 1 + np.log(self._openings.data)

    def scores(self, opening: int) -> NDArray[np.float64]:
        """Of every CV for one opening, before scaling."""
        return _dense(self._cvs @ self._openings[opening].T)


def against(weighed: Weighed, opening: int) -> NDArray[np.float64]:
    """Cosine of every CV with one opening."""
    return _dense(weighed.cvs @ weighed.openings[opening].T)


def shared(weighed: Weighed, opening: int, cv: int, most: int) -> list[str]:
    """The words that a pair shares, those that weigh most first."""
    both = weighed.openings[opening].multiply(weighed.cvs[cv]).tocoo()
    order = np.lexsort((both.col, -both.data))[:most]
    return [weighed.columns[both.col[place]] for place in order]


def _dense(column: Matrix) -> NDArray[np.float64]:
    dense: NDArray[np.float64] = np.asarray(column.todense(), np.float64).ravel()
    return dense
