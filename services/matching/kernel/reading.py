"""What a written advert or CV says about licences, languages, hours, shifts and years, read by patterns.

What is read leads to questions and small weights only: a pattern that errs must never refuse anybody.
"""

from collections.abc import Mapping

from msgspec import Struct

from services.matching.kernel.reading_patterns import HOURS, LANGUAGES, LEVELS, LICENCES, NEGATION, SHIFTS, YEARS
from services.matching.kernel.records import Cv, Experience, Language, Level, Linked, Opening, Shift
from services.matching.kernel.text import normalised

_BEFORE = 24  # how far before a find a "not" still means it
_AFTER = 40  # how far after a language its level may stand


class Readings(Struct, frozen=True):
    """What was found; the order is that of the patterns, so that equal texts read equally."""

    licences: tuple[str, ...] = ()
    without_licences: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()
    shifts: tuple[Shift, ...] = ()
    hours_min: float | None = None
    hours_max: float | None = None
    years: float | None = None


def read(text: str) -> Readings:
    """Read one text that `freetext.plain` has made safe to read."""
    plain = normalised(text)
    held: list[str] = []
    lacked: list[str] = []
    for code, pattern in LICENCES.items():
        finds = [_denied(plain, found.start()) for found in pattern.finditer(plain)]
        if finds:
            (lacked if all(finds) else held).append(code)
    least, most = _hours(plain)
    return Readings(
        tuple(held), tuple(lacked), _languages(plain),
        tuple(shift for shift, pattern in SHIFTS.items() if pattern.search(plain)), least, most, _years(plain),
    )  # fmt: skip


def as_opening(opening_id: str, version: int, text: str, shares: Mapping[str, float]) -> Opening:
    """An advert as a record, with the occupations it was linked to."""
    found = read(text)
    return Opening(
        id=opening_id, version=version, occupations=tuple(Linked(concept, share) for concept, share in shares.items()),
        licences=found.licences, languages=found.languages, shifts=found.shifts, hours_min=found.hours_min,
        hours_max=found.hours_max, years=found.years,
    )  # fmt: skip


def as_cv(cv_id: str, version: int, text: str, shares: Mapping[str, float]) -> Cv:
    """A CV as a record. What is denied in it stays unknown: a citizen's own answer may refuse, a pattern may not."""
    found = read(text)
    return Cv(
        id=cv_id, version=version, experience=tuple(Experience(concept, found.years) for concept in shares),
        licences=found.licences, languages=found.languages, shifts=found.shifts or None,
    )  # fmt: skip


def _denied(text: str, at: int) -> bool:
    return bool(NEGATION.search(text[max(0, at - _BEFORE) : at]))


def _languages(text: str) -> tuple[Language, ...]:
    """Each language that is spoken of as a language, at the highest level named beside it, otherwise B1."""
    found: dict[str, Level] = {}
    for code, pattern in LANGUAGES.items():
        for place in pattern.finditer(text):
            level = _level(text[max(0, place.start() - _AFTER) : place.end() + _AFTER])
            if level is not None and (code not in found or level > found[code]):
                found[code] = level
    return tuple(Language(code, level) for code, level in found.items())


def _level(around: str) -> Level | None:
    for level, pattern in LEVELS.items():
        if pattern.search(around):
            return level
    return None


def _hours(text: str) -> tuple[float | None, float | None]:
    """The first number of hours a week that can be one."""
    for found in HOURS.finditer(text):
        numbers = [float(number.replace(",", ".")) for number in found.group("low", "high") if number]
        if all(1 <= number <= 60 for number in numbers):
            return min(numbers), max(numbers)
    return None, None


def _years(text: str) -> float | None:
    """The greatest number of years of experience that is named; above fifty it is something else."""
    numbers = [float(found["years"]) for found in YEARS.finditer(text)]
    return max((number for number in numbers if 0 < number <= 50), default=None)
