"""How alike two occupations are, in whole numbers from 0 to 250, so that both directions of matching agree exactly."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

NONE, OVERFLOW, FIRST = 0, 1, 2  # no occupation; more occupations than the hot column holds; the first real one
FULL = 250
MOST = 65_000
# Nearness in the tree of ISCO-08: by how many leading digits two occupations share.
TREE = {4: 0.6, 3: 0.5}


class TooManyOccupations(ValueError):
    """The columns number occupations with 16 bits."""


class Occupations:
    """The occupations of a vocabulary, numbered, with a matrix of likeness. A stranger is only like itself."""

    def __init__(self, concepts: Sequence[str], likeness: NDArray[np.uint8]) -> None:
        """Take concepts and their likeness, uint8 [c, c], 0–250."""
        self._numbers = {concept: number for number, concept in enumerate(concepts, FIRST)}
        self._likeness = likeness
        self._known = len(concepts)

    @property
    def size(self) -> int:
        """How many numbers are in use, the two reserved ones counted."""
        return FIRST + len(self._numbers)

    def number(self, concept: str) -> int:
        """The number of a concept, given on first sight. Raises TooManyOccupations."""
        found = self._numbers.get(concept)
        if found is None:
            found = self.size
            if found >= MOST:
                raise TooManyOccupations(f"more than {MOST} occupations")
            self._numbers[concept] = found
        return found

    def concepts(self) -> list[str]:
        """All concepts, in the order of their numbers."""
        return list(self._numbers)

    def table(self, linked: Mapping[str, float]) -> NDArray[np.uint8]:
        """Likeness of every numbered occupation to what is linked with shares, uint8 [size].

        The best of share × likeness, with the greatest share counted as whole.
        """
        numbers = {self.number(concept): share for concept, share in linked.items()}
        table = np.zeros(self.size, np.uint8)
        table[OVERFLOW] = FULL
        whole = max(numbers.values(), default=0.0)
        for number, share in numbers.items():
            part = share / whole if whole > 0 else 0.0
            if number < FIRST + self._known:
                row = np.rint(self._likeness[number - FIRST] * part).astype(np.uint8)
                known = table[FIRST : FIRST + self._known]
                np.maximum(known, row, out=known)
            table[number] = max(int(table[number]), round(FULL * part))
        return table


def likeness(vectors: NDArray[np.float32], isco: Sequence[str | None], least: float) -> NDArray[np.uint8]:
    """The better of cosine (rows of length 1) and nearness in the ISCO tree; below `least` two are strangers."""
    alike = np.clip(vectors @ vectors.T, 0.0, 1.0)
    for digits, nearness in TREE.items():
        groups = np.array([code[:digits] if code and len(code) >= digits else "" for code in isco])
        _, labels = np.unique(groups, return_inverse=True)
        same = (labels[:, None] == labels[None, :]) & (groups != "")[:, None]
        np.maximum(alike, np.where(same, nearness, 0.0).astype(np.float32), out=alike)
    alike[alike < least] = 0.0
    np.fill_diagonal(alike, 1.0)
    whole: NDArray[np.uint8] = np.rint(alike * FULL).astype(np.uint8)
    return whole
