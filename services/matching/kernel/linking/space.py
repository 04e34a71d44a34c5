"""The space all languages share: the teacher's vectors of English labels, centred and turned onto their main axes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.kernel.linking.student import unit

DIMENSIONS = 128
GROUP = "http://data.europa.eu/esco/isco/C"  # an ISCO group as ESCO writes it: …/C2654


@dataclass(frozen=True)
class Space:
    """Teacher's vectors → ours: minus `centre`, times `axes` float32 [384, d]."""

    centre: np.ndarray
    axes: np.ndarray

    @classmethod
    def around(cls, meanings: np.ndarray, dimensions: int = DIMENSIONS) -> "Space":
        """The main axes of the concepts' vectors, float32 [c, 384]; fewer where there are fewer concepts."""
        centre = meanings.mean(axis=0)
        values, vectors = np.linalg.eigh(np.cov((meanings - centre).T))
        return cls(centre, np.ascontiguousarray(vectors[:, ::-1][:, : min(dimensions, len(values))], np.float32))

    def of(self, vectors: np.ndarray) -> np.ndarray:
        """Rows of length 1 in our space, float32 [n, d]."""
        return unit((vectors - self.centre) @ self.axes)


def meanings(vectors: np.ndarray, owners: Sequence[int], concepts: int) -> np.ndarray:
    """The mean of each concept's label vectors, of length 1; zeros for a concept without a label."""
    summed = np.zeros((concepts, vectors.shape[1]), np.float32)
    np.add.at(summed, np.asarray(owners), vectors)
    return unit(summed)


def placed(
    concepts: Sequence[str], known: dict[str, int], vectors: np.ndarray, isco: Sequence[str | None]
) -> np.ndarray:
    """The vectors of concepts by their address; an ISCO group is the middle of the occupations in it; else zeros."""
    found = np.zeros((len(concepts), vectors.shape[1]), np.float32)
    for place, concept in enumerate(concepts):
        if concept in known:
            found[place] = vectors[known[concept]]
        elif concept.startswith(GROUP):
            code = concept.removeprefix(GROUP)
            members = [number for number, group in enumerate(isco) if group and group.startswith(code)]
            if members:
                found[place] = vectors[members].sum(axis=0)
    return unit(found)
