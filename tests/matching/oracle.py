"""Matching once more, in plain Python and from the rules as written, slow and without a line of the kernel's code."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

ORDER = ["a1", "a2", "b1", "b2", "c1", "c2"]
COVERS = {
    "drive_a": ["drive_am"], "drive_b": ["drive_am", "drive_tractor"], "drive_be": ["drive_b"], "drive_c": ["drive_b"],
    "drive_ce": ["drive_c", "drive_be"], "drive_d": ["drive_b"], "drive_de": ["drive_d", "drive_be"],
    "truck_b": ["truck_a"], "care_assistant": ["care_helper"],
}  # fmt: skip
WEIGHTS = {
    "occupation": 0.34, "experience": 0.14, "wish": 0.10, "skills": 0.20, "nice": 0.06, "closeness": 0.10,
    "hours": 0.06,
}  # fmt: skip


@dataclass
class Verdict:
    """What the oracle says about a pair."""

    no: set[str]
    unknown: set[str]
    questions: int
    score: float


def holds(licence: str, held: tuple[str, ...]) -> bool:
    """Held itself, or covered by something held."""
    return licence in held or any(holds(licence, tuple(COVERS.get(each, ()))) for each in held)


def hard(opening: Any, cv: Any) -> tuple[set[str], set[str], int]:
    """Constraints: refused, unknown, number of questions."""
    no: set[str] = set()
    unknown: list[str] = []
    for licence in set(opening.licences):
        if holds(licence, cv.licences):
            continue
        if licence in cv.without_licences:
            no.add("licence")
        else:
            unknown.append("licence")
    for wanted in opening.languages:
        level = ORDER.index(wanted.level)
        if any(each.language == wanted.language and ORDER.index(each.level) >= level for each in cv.languages):
            continue
        if any(each.language == wanted.language and ORDER.index(each.level) <= level for each in cv.below_languages):
            no.add("language")
        else:
            unknown.append("language")
    checks = {
        "shift": None if cv.shifts is None else set(opening.shifts) <= set(cv.shifts),
        "form": None if cv.forms is None else opening.form in cv.forms,
        "hours": overlap(opening, cv),
        "start": None if cv.available_from is None else cv.available_from <= (opening.start_by or date.max),
        "distance": near_enough(opening, cv),
    }
    asked = {
        "shift": bool(opening.shifts), "form": opening.form is not None, "hours": interval(opening) is not None,
        "start": opening.start_by is not None, "distance": opening.place is not None,
    }  # fmt: skip
    for name, answer in checks.items():
        if asked[name] and answer is None:
            unknown.append(name)
        elif asked[name] and not answer:
            no.add(name)
    return no, set(unknown), len(unknown)


def interval(record: Any) -> tuple[float, float] | None:
    """Hours a week in quarters of an hour."""
    if record.hours_min is None and record.hours_max is None:
        return None
    low = round((record.hours_min or 0) * 4) / 4
    high = round((80 if record.hours_max is None else record.hours_max) * 4) / 4
    return low, max(low, high)


def overlap(opening: Any, cv: Any) -> bool | None:
    wanted, offered = interval(opening), interval(cv)
    if wanted is None or offered is None:
        return None
    return bool(offered[0] <= wanted[1] and wanted[0] <= offered[1])


def kilometres(opening: Any, cv: Any) -> float | None:
    """On the plane around 56° north, places to tenths of a kilometre."""
    if opening.place is None or cv.place is None:
        return None
    points = []
    for place in (opening.place, cv.place):
        east = round(round(place.longitude, 2) * 1113.2 * math.cos(math.pi * 56 / 180))
        points.append((east, round(round(place.latitude, 2) * 1113.2)))
    return math.dist(*points) / 10


def near_enough(opening: Any, cv: Any) -> bool | None:
    distance = kilometres(opening, cv)
    limits = [round(limit * 10) / 10 for limit in (opening.reach_km, cv.reach_km) if limit is not None]
    if distance is None or not limits:
        return None
    return bool(distance <= min(limits) + 1e-9)


def verdict(opening: Any, cv: Any, alike: dict[tuple[str, str], int], year: int) -> Verdict:
    """Judge and score one pair. `alike` is likeness 0–250 between concepts; a concept is 250 to itself."""
    no, unknown, questions = hard(opening, cv)
    values = soft(opening, cv, alike, year)
    asked = {name: weight for name, weight in WEIGHTS.items() if values[name] is not None}
    whole = sum(asked.values())
    total = sum(weight / whole * (values[name] or 0.0) for name, weight in asked.items()) if whole else 0.0
    return Verdict(no, unknown, questions, 0.0 if no else total * max(0.6, 0.9**questions))


def soft(opening: Any, cv: Any, alike: dict[tuple[str, str], int], year: int) -> dict[str, float | None]:
    """The parts as shares of 1; None where the opening does not ask."""
    shares: dict[str, float] = {}
    for each in opening.occupations:
        shares[each.concept] = max(each.share, shares.get(each.concept, 0))
    most = max(shares.values(), default=0)

    def like(concept: str) -> float:
        found = [
            round((250 if linked == concept else alike.get((linked, concept), 0)) * share / most)
            for linked, share in shares.items()
            if most
        ]
        return max(found, default=0) / 250

    distance, wanted, offered = kilometres(opening, cv), interval(opening), interval(cv)
    years = sum(
        like(each.concept) * min(1, (each.years or 0) / (opening.years or 3)) * decay(each.last_year, year)
        for each in cv.experience
    )
    common = 0.0
    if wanted and offered:
        common = max(0.0, (min(wanted[1], offered[1]) - max(wanted[0], offered[0])) * 4 + 1)
        common /= (wanted[1] - wanted[0]) * 4 + 1
    about = bool(opening.occupations)
    return {
        "occupation": max((like(each.concept) for each in cv.experience), default=0.0) if about else None,
        "experience": min(years, max((like(each.concept) for each in cv.experience), default=0.0)) if about else None,
        "wish": max((like(wish) for wish in cv.wishes), default=0.0) if about else None,
        "skills": coverage(opening.skills, cv.skills),
        "nice": coverage(opening.nice_skills, cv.skills),
        "closeness": None if opening.place is None else 0.0 if distance is None else max(0.0, 1 - distance / 50),
        "hours": None if wanted is None else common,
    }


def decay(last_year: int | None, year: int) -> float:
    """Half after eight years, never under a quarter."""
    if last_year is None:
        return 0.25
    return float(max(0.25, 0.5 ** (max(0, year - last_year) / 8)))


def coverage(wanted: Any, skills: Any) -> float | None:
    """The weighted share of wanted skills that are there; None when none are wanted."""
    weights: dict[str, float] = {}
    for each in wanted:
        weights[each.skill.lower()] = max(each.weight, weights.get(each.skill.lower(), 0))
    if not weights:
        return None
    held = {skill.lower() for skill in skills}
    return sum(weight for skill, weight in weights.items() if skill in held) / sum(weights.values())
