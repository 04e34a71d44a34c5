"""Openings as compiled code reads them: one fixed-size row of numbers each, with their lists in pools."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel import codes, units
from services.matching.kernel.columns import CvStore, Numbers
from services.matching.kernel.occupations import Occupations
from services.matching.kernel.records import Opening, Wanted
from services.matching.kernel.rules import PARTS, Rules

ASKED_ALWAYS = 2**31 - 1  # the latest start of an opening that names none
GRAINS = 1000  # weights of skills are whole thousandths, so that sums agree in any order
QUERY = np.dtype(
    [
        ("need", "u8"), ("tie", "u8"), ("shifts", "u1"), ("form", "u1"), ("hours_min", "i2"), ("hours_max", "i2"),
        ("start", "i4"), ("east", "i4"), ("north", "i4"), ("reach", "i4"),
        ("language_at", "i4"), ("language_count", "i4"), ("skill_at", "i4"), ("skill_count", "i4"),
        ("nice_at", "i4"), ("nice_count", "i4"), ("skill_total", "i8"), ("nice_total", "i8"),
        ("sketch", "u8"), ("most_grains", "i8"), ("years", "f8"), ("weights", "f8", (len(PARTS),)),
    ]
)  # fmt: skip


class Queries(NamedTuple):
    """Prepared openings: rows of QUERY, likeness of occupations [opening, occupation] and pools."""

    rows: NDArray[np.void]
    tables: NDArray[np.uint8]
    language: NDArray[np.int32]
    level: NDArray[np.int32]
    skill: NDArray[np.int32]
    grains: NDArray[np.int64]


class Terms(NamedTuple):
    """What the rules say, as compiled code reads it: decay by years ago, ceiling by questions, reach of closeness."""

    decay: NDArray[np.float64]
    ceiling: NDArray[np.float64]
    near: float
    year: int


def terms(rules: Rules, year: int) -> Terms:
    """Tables of one version of the rules, as of a year."""
    ages = np.arange(65)
    decay = np.maximum(rules.least_decay, 0.5 ** (ages / rules.half_life_years))
    decay[-1] = rules.least_decay
    ceiling = np.array([rules.cap(questions) for questions in range(129)])
    return Terms(decay, ceiling, 10 * rules.near_km, year)


def prepare(openings: Sequence[Opening], store: CvStore, rules: Rules) -> Queries:
    """Number and weigh openings against the store's vocabulary. Raises UnknownCode."""
    rows = np.zeros(len(openings), QUERY)
    language: list[int] = []
    level: list[int] = []
    skill: list[int] = []
    grains: list[int] = []
    for number, opening in enumerate(openings):
        row = rows[number]
        _write_constraints(row, opening)
        row["language_at"], row["language_count"] = len(language), len(opening.languages)
        for each in opening.languages:
            language.append(store.languages.of(each.language))
            level.append(codes.LEVELS.index(each.level) + 1)
        for name, wanted in (("skill", opening.skills), ("nice", opening.nice_skills)):
            weighed = weigh(wanted, store.skills)
            row[f"{name}_at"], row[f"{name}_count"] = len(skill), len(weighed)
            row[f"{name}_total"] = sum(weighed.values())
            if name == "skill":
                row["sketch"], row["most_grains"] = units.sketch(weighed), most_by_bit(weighed)
            skill.extend(weighed)
            grains.extend(weighed.values())
        row["weights"] = effective_weights(opening, rules)
        row["years"] = opening.years or rules.usual_years
    store.hear_languages()
    return Queries(
        rows, _tables(openings, store.occupations), _array(language, np.int32), _array(level, np.int32),
        _array(skill, np.int32), _array(grains, np.int64),
    )  # fmt: skip


def effective_weights(opening: Opening, rules: Rules) -> tuple[float, ...]:
    """The weights of what this opening asks for, scaled to sum to 1; all 0 when it asks for nothing."""
    about = bool(opening.occupations)
    asked = {
        "occupation": about, "experience": about, "wish": about,
        "skills": bool(opening.skills), "nice_skills": bool(opening.nice_skills),
        "closeness": opening.place is not None,
        "hours": opening.hours_min is not None or opening.hours_max is not None,
    }  # fmt: skip
    kept = [weight if asked[part] else 0.0 for part, weight in zip(PARTS, rules.weights(), strict=True)]
    whole = sum(kept)
    return tuple(weight / whole if whole else 0.0 for weight in kept)


def weigh(wanted: Iterable[Wanted], skills: Numbers) -> dict[int, int]:
    """Skill number → weight in thousandths; a skill that is named twice counts once, by its greater weight."""
    weighed: dict[int, int] = {}
    for each in wanted:
        number = skills.of(each.skill)
        weighed[number] = max(weighed.get(number, 0), max(1, round(each.weight * GRAINS)))
    return weighed


def fitted(queries: Queries, store: CvStore) -> Queries:
    """The same openings, wide enough for occupations that were numbered since; newcomers are strangers to them."""
    store.hear_languages()
    missing = store.occupations.size - queries.tables.shape[1]
    if missing <= 0:
        return queries
    return queries._replace(tables=np.pad(queries.tables, ((0, 0), (0, missing))))


def _tables(openings: Sequence[Opening], occupations: Occupations) -> NDArray[np.uint8]:
    """Likeness of every occupation to each opening, uint8 [opening, occupation]."""
    linked = []
    for opening in openings:
        shares: dict[str, float] = {}
        for each in opening.occupations:
            shares[each.concept] = max(each.share, shares.get(each.concept, 0.0))
            occupations.number(each.concept)
        linked.append(shares)
    tables = np.zeros((len(openings), occupations.size), np.uint8)
    for number, shares in enumerate(linked):
        tables[number] = occupations.table(shares)
    return tables


def most_by_bit(weighed: dict[int, int]) -> int:
    """The most that one bit of a sketch can stand for."""
    by_bit: dict[int, int] = {}
    for skill, grains in weighed.items():
        by_bit[skill & 63] = by_bit.get(skill & 63, 0) + grains
    return max(by_bit.values(), default=0)


def _write_constraints(row: np.void, opening: Opening) -> None:
    row["need"] = codes.licence_bits(opening.licences)
    row["tie"] = units.tie(opening.id)
    row["shifts"] = codes.bits_of(opening.shifts, codes.SHIFTS)
    row["form"] = 0 if opening.form is None else codes.bits_of((opening.form,), codes.FORMS)
    row["hours_min"], row["hours_max"] = units.hours(opening.hours_min, opening.hours_max)
    row["start"] = ASKED_ALWAYS if opening.start_by is None else units.day(opening.start_by)
    row["east"], row["north"] = units.point(opening.place)
    row["reach"] = units.tenths(opening.reach_km)


def _array(values: list[int], kind: type[np.generic]) -> NDArray[Any]:
    return np.array(values, kind)
