"""ISCO groups among the labels: a heading is an answer where no single occupation is, and never one of few digits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.kernel.linking.shelf import Shelf
from services.matching.kernel.linking.space import GROUP

DIGITS = 4  # of a unit group; what is shorter gathers whole trades
BROADER = 0.30  # taken from the score of a heading of fewer digits
MEMBERS_SAY = 0.40  # share of a unit group's score that its best occupation gives
FITS = 0.90  # of the highest possible score: an occupation with more is the answer …
YIELDS = 0.10  # … and a unit group's heading gives way by this much


@dataclass(frozen=True)
class Groups:
    """Which concepts of a shelf are groups, and which occupations stand in each unit group."""

    units: dict[int, list[int]]  # number of the unit group's concept → numbers of its occupations
    broader: np.ndarray  # bool [concepts]
    occupations: np.ndarray  # bool [concepts]

    @classmethod
    def among(cls, concepts: Sequence[str], isco: Mapping[str, str | None]) -> "Groups":
        """`isco` gives an occupation's code, where it has one."""
        codes = [concept.removeprefix(GROUP) if concept.startswith(GROUP) else None for concept in concepts]
        members: dict[str, list[int]] = {}
        for number, concept in enumerate(concepts):
            members.setdefault((isco.get(concept) or "")[:DIGITS], []).append(number)
        units = {number: members.get(code, []) for number, code in enumerate(codes) if code and len(code) == DIGITS}
        broader = np.array([code is not None and len(code) != DIGITS for code in codes])
        return cls(units, broader, np.array([code is None for code in codes]))

    def weigh(self, scores: np.ndarray, shelf: Shelf) -> None:
        """Change the scores float32 [q, labels] of the groups' labels in place."""
        if self.occupations.all():
            return
        scores -= (BROADER * self.broader[shelf.owners]).astype(np.float32)
        best = shelf.best_by_concept(scores)
        fits = np.max(best, axis=1, where=self.occupations, initial=-1) > FITS * shelf.weights.highest
        given = np.zeros_like(best)
        share = np.ones(len(shelf.concepts), np.float32)
        for unit, members in self.units.items():
            if members:
                share[unit] = 1 - MEMBERS_SAY
                given[:, unit] = MEMBERS_SAY * best[:, members].max(axis=1)
            given[:, unit] -= YIELDS * fits
        scores *= share[shelf.owners]
        scores += given[:, shelf.owners]
