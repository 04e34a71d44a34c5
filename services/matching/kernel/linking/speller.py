"""Words of a title that no label has, mended where a label's word is one slip of the hand away."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.matching.kernel.linking.ngrams import prepared

SHORTEST = 5  # letters; shorter words are too alike to be mended


class Speller:
    """The words of one language's labels, the most frequent first."""

    def __init__(self, labels: Sequence[str]) -> None:
        counts: dict[str, int] = {}
        for label in labels:
            for word in prepared(label).split():
                counts[word] = counts.get(word, 0) + 1
        self._known = frozenset(counts)
        self._candidates = sorted((word for word in counts if len(word) >= SHORTEST), key=lambda word: -counts[word])

    def mended(self, titles: Sequence[str]) -> list[str]:
        """Titles as they are prepared, with each unknown word replaced by the most frequent one a slip away.

        A slip: a letter lost, added, changed, or two neighbours swapped.
        """
        split = [prepared(title).split() for title in titles]
        unknown = {word for words in split for word in words if len(word) >= SHORTEST and word not in self._known}
        right = self._nearest(sorted(unknown))
        return [" ".join(right.get(word, word) for word in words) for words in split]

    def _nearest(self, unknown: list[str]) -> dict[str, str]:
        if not unknown or not self._candidates:
            return {}
        far = process.cdist(unknown, self._candidates, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8, workers=2)
        best = far.argmin(axis=1)
        return {
            word: self._candidates[place]
            for word, place, distance in zip(unknown, best, far.min(axis=1), strict=True)
            if distance <= 1
        }
