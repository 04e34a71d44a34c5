"""A labour market for the benchmarks of matching, made from a seed: CVs and openings as records, and as words.

Shape: 3 000 occupations in groups of thirty that are alike, 4 000 skills of which each group uses forty, towns of
which ten hold half of the people, reach of 10–100 km, and a third of everything simply not known.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.codes import LEVELS, LICENCES, SHIFTS
from services.matching.kernel.occupations import FULL, Occupations
from services.matching.kernel.records import (
    Cv,
    Experience,
    Language,
    Linked,
    Opening,
    Place,
    Wanted,
)

OCCUPATIONS, GROUP, SKILLS = 3000, 30, 4000
TODAY = date(2026, 11, 1)
YEAR = TODAY.year
CONCEPTS = [f"occupation-{number}" for number in range(OCCUPATIONS)]
_TOWNS = 120
Thing = TypeVar("Thing")


def occupations(seed: int = 1) -> Occupations:
    """3 000 occupations; within a group likeness lies between .4 and .9, as measured for ESCO about thirty each."""
    chance = np.random.default_rng(seed)
    likeness: NDArray[np.uint8] = np.zeros((OCCUPATIONS, OCCUPATIONS), np.uint8)
    for first in range(0, OCCUPATIONS, GROUP):
        block = chance.integers(100, 225, (GROUP, GROUP))
        likeness[first : first + GROUP, first : first + GROUP] = np.maximum(block, block.T)
    np.fill_diagonal(likeness, FULL)
    return Occupations(CONCEPTS, likeness)


class Market:
    """Draws people and openings; the same seed draws the same."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        places = random.Random(99)
        self._towns = [
            Place(round(54.8 + 2.7 * places.random(), 2), round(8.3 + 4.2 * places.random(), 2)) for _ in range(_TOWNS)
        ]
        self._crowd = [12.0] * 10 + [1.0] * (_TOWNS - 10)

    def cvs(self, count: int, first: int = 0, version: int = 1) -> Iterator[Cv]:
        """People `first` … `first + count - 1`."""
        for number in range(first, first + count):
            yield self.cv(number, version)

    def cv(self, number: int, version: int = 1) -> Cv:
        """One person, drawn anew for each version."""
        chance = self._chance
        home = chance.randrange(OCCUPATIONS)
        work = [home, *(self._near(home) for _ in range(chance.randrange(3)))]
        return Cv(
            id=f"person-{number}",
            version=version,
            experience=tuple(
                Experience(CONCEPTS[each], round(12 * chance.random(), 1), YEAR - chance.randrange(15)) for each in work
            ),
            wishes=tuple(CONCEPTS[self._near(home)] for _ in range(chance.randint(1, 2))),
            skills=tuple(self._skills(home, chance.randint(4, 16))),
            licences=tuple(chance.sample(LICENCES[:24], chance.randint(0, 4))),
            without_licences=tuple(chance.sample(LICENCES[:24], chance.randint(0, 3))),
            languages=(Language("da", chance.choice(LEVELS)), Language("en", chance.choice(LEVELS))),
            shifts=self._perhaps(tuple(chance.sample(SHIFTS, chance.randint(1, 4)))),
            forms=self._perhaps(("ordinary", "wage_subsidy")),
            hours_min=float(chance.choice((0, 15, 20, 30))),
            hours_max=37.0,
            available_from=self._perhaps(TODAY + timedelta(days=chance.randrange(120))),
            place=chance.choices(self._towns, self._crowd)[0],
            reach_km=float(chance.choice((10, 20, 30, 50, 100))),
        )

    def opening(self, number: int, version: int = 1) -> Opening:
        """One opening with three linked occupations and about six skills."""
        chance = self._chance
        home = chance.randrange(OCCUPATIONS)
        return Opening(
            id=f"opening-{number}",
            version=version,
            occupations=(
                Linked(CONCEPTS[home], 0.6),
                Linked(CONCEPTS[self._near(home)], 0.2),
                Linked(CONCEPTS[self._near(home)], 0.1),
            ),
            skills=tuple(Wanted(skill) for skill in self._skills(home, chance.randint(3, 9))),
            nice_skills=tuple(Wanted(skill) for skill in self._skills(home, chance.randint(0, 3))),
            licences=tuple(chance.sample(LICENCES[:24], chance.choice((0, 0, 1, 2)))),
            languages=(Language("da", chance.choice(("a2", "b1", "b2"))),) if chance.random() < 0.5 else (),
            shifts=(chance.choice(SHIFTS),) if chance.random() < 0.5 else (),
            form="ordinary",
            hours_min=float(chance.choice((15, 25, 37))),
            hours_max=37.0,
            start_by=self._perhaps(TODAY + timedelta(days=60)),
            years=float(chance.choice((1, 2, 5))),
            place=chance.choices(self._towns, self._crowd)[0],
            reach_km=chance.choice((None, 50.0, 100.0)),
        )

    def _near(self, home: int) -> int:
        return home - home % GROUP + self._chance.randrange(GROUP)

    def _skills(self, home: int, count: int) -> list[str]:
        first = home // GROUP * 40
        own = [f"skill-{(first + self._chance.randrange(40)) % SKILLS}" for _ in range(count)]
        return [*own, f"skill-{self._chance.randrange(SKILLS)}"]

    def _perhaps(self, thing: Thing) -> Thing | None:
        return thing if self._chance.random() < 2 / 3 else None
