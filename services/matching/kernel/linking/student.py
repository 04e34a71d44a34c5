"""The student: character n-grams → the teacher's space, by ridge regression solved with conjugate gradients."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

RIDGE = 0.5
STEPS_OWN = 15  # where each label has a vector of its own and the teacher reads along
STEPS = 30  # stopping early is part of the regularisation; measured in README


@dataclass(frozen=True)
class Student:
    """Coefficients float32 [n-grams, d]."""

    coefficients: np.ndarray

    def vectors(self, rows: csr_matrix) -> np.ndarray:
        """Rows of n-grams → float32 [n, d] of length 1, or 0 where no n-gram is known."""
        return unit(np.asarray(rows @ self.coefficients, np.float32))


def taught(rows: csr_matrix, wanted: np.ndarray, ridge: float = RIDGE, steps: int = STEPS) -> Student:
    """Fit rows [n, n-grams] to the wanted vectors float32 [n, d]; every output is solved at once.

    Solves (X Xᵀ + ridge) A = Y and returns Xᵀ A; memory is a few times Y.
    """
    columns = rows.T.tocsr()
    solved = np.zeros_like(wanted)
    left = wanted.copy()
    direction = left.copy()
    size = np.einsum("ij,ij->j", left, left)
    for _ in range(steps):
        applied = rows @ (columns @ direction) + np.float32(ridge) * direction
        step = size / np.maximum(np.einsum("ij,ij->j", direction, applied), 1e-20)
        solved += step * direction
        left -= step * applied
        smaller = np.einsum("ij,ij->j", left, left)
        direction = left + (smaller / np.maximum(size, 1e-20)) * direction
        size = smaller
    return Student(np.asarray(columns @ solved, np.float32))


def unit(vectors: np.ndarray) -> np.ndarray:
    """Each row divided by its length; a row of zeros stays."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(length > 0, length, 1)
