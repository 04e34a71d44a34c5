"""Small random CVs and openings for the tests of matching: every field may be missing, every value may be extreme."""

import random
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.codes import FORMS, LEVELS, LICENCES, SHIFTS
from services.matching.kernel.occupations import Occupations
from services.matching.kernel.records import Cv, Experience, Language, Linked, Opening, Place, Wanted

YEAR = 2026
CONCEPTS = [f"concept-{number}" for number in range(40)]
LAST_YEARS = (None, 1980, 2018, 2026, 2030)
STRANGERS = ["stranger-1", "stranger-2"]


def likeness(seed: int = 5) -> NDArray[np.uint8]:
    """A symmetric matrix, two thirds of it nothing."""
    chance = np.random.default_rng(seed)
    drawn = chance.integers(0, 250, (len(CONCEPTS), len(CONCEPTS)))
    drawn[drawn < 166] = 0
    both = np.maximum(drawn, drawn.T)
    np.fill_diagonal(both, 250)
    return both.astype(np.uint8)


def occupations() -> Occupations:
    """Forty concepts; strangers come on their own."""
    return Occupations(CONCEPTS, likeness())


def alike() -> dict[tuple[str, str], int]:
    """The same as a dictionary, for the oracle."""
    matrix = likeness()
    return {(a, b): int(matrix[i, j]) for i, a in enumerate(CONCEPTS) for j, b in enumerate(CONCEPTS)}


class Draw:
    """Draws records from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def cv(self, number: int, version: int = 1) -> Cv:
        chance = self.chance
        return Cv(
            id=f"cv-{number}", version=version,
            experience=tuple(
                Experience(self.concept(), chance.choice((None, 0.5, 2.0, 9.9)), chance.choice(LAST_YEARS))
                for _ in range(chance.randrange(7))
            ),
            wishes=tuple(self.concept() for _ in range(chance.randrange(4))),
            skills=tuple(self.skill() for _ in range(chance.randrange(14))),
            licences=tuple(chance.choices(LICENCES[:16], k=chance.randrange(4))),
            without_licences=tuple(chance.choices(LICENCES[:16], k=chance.choice((0, 0, 1, 3)))),
            languages=self.languages(3), below_languages=self.languages(2),
            shifts=chance.choice((None, (), tuple(chance.sample(SHIFTS, chance.randint(1, 4))), SHIFTS)),
            forms=chance.choice((None, tuple(chance.sample(FORMS, chance.randint(0, 3))), FORMS)),
            hours_min=chance.choice((None, 0.0, 15.0, 30.0, 37.0)), hours_max=chance.choice((None, 20.0, 37.0, 37.25)),
            available_from=chance.choice((None, self.day())), place=self.place(),
            reach_km=chance.choice((None, 0.0, 20.0, 55.5, 300.0)),
        )  # fmt: skip

    def opening(self, number: int) -> Opening:
        chance = self.chance
        return Opening(
            id=f"opening-{number}", version=1,
            occupations=tuple(
                Linked(self.concept(), chance.choice((0.0, 0.1, 0.5, 0.9))) for _ in range(chance.randrange(4))
            ),
            skills=tuple(Wanted(self.skill(), chance.choice((1.0, 0.5, 3.0))) for _ in range(chance.randrange(7))),
            nice_skills=tuple(Wanted(self.skill()) for _ in range(chance.randrange(3))),
            licences=tuple(chance.choices(LICENCES[:16], k=chance.choice((0, 0, 1, 2)))),
            languages=self.languages(2),
            shifts=tuple(chance.sample(SHIFTS, chance.choice((0, 0, 1, 2)))), form=chance.choice((None, *FORMS)),
            hours_min=chance.choice((None, 15.0, 37.0)), hours_max=chance.choice((None, 37.0)),
            start_by=chance.choice((None, self.day())), years=chance.choice((None, 1.0, 5.0)), place=self.place(),
            reach_km=chance.choice((None, None, 40.0, 100.0)),
        )  # fmt: skip

    def concept(self) -> str:
        return self.chance.choice(CONCEPTS + STRANGERS)

    def skill(self) -> str:
        return f"{self.chance.choice(('Skill', 'skill'))}-{self.chance.randrange(90)}"

    def languages(self, most: int) -> tuple[Language, ...]:
        return tuple(
            Language(self.chance.choice(("da", "en", "de", "uk")), self.chance.choice(LEVELS))
            for _ in range(self.chance.randrange(most))
        )

    def day(self) -> date:
        return date(2026, 11, 1) + timedelta(days=self.chance.randrange(90))

    def place(self) -> Place | None:
        if self.chance.random() < 0.25:
            return None
        return Place(55 + self.chance.random(), 9 + 1.5 * self.chance.random())
