"""Records in the units that the columns have: quarters of an hour, tenths of a kilometre, days, bits."""

import math
from collections.abc import Iterable
from datetime import date
from hashlib import blake2b

from services.matching.kernel import codes
from services.matching.kernel.records import Language, Place

UNKNOWN = -(2**31)  # of a place or a day
NO_NUMBER = -1  # of hours and reach
_EPOCH = date(1970, 1, 1).toordinal()


def stronger(old: int, entry: Language, shift: int) -> int:
    """A language byte with one more entry: the highest level held, the lowest level known to be missing."""
    level = codes.LEVELS.index(entry.level) + 1
    had = old >> shift & 15
    kept = max(had, level) if shift == 0 else min(had or level, level)
    return old & ~(15 << shift) | kept << shift


def accepted(shifts: Iterable[str] | None, forms: Iterable[str] | None) -> int:
    """The 16 bits of shifts and forms, each with the bit that says whether they are known."""
    bits = 0
    if shifts is not None:
        bits |= codes.bits_of(shifts, codes.SHIFTS) | 1 << 4
    if forms is not None:
        bits |= codes.bits_of(forms, codes.FORMS) << 8 | 1 << 13
    return bits


def hours(least: float | None, most: float | None) -> tuple[int, int]:
    """An interval in quarters of an hour; an open end is 0 or 80 hours; (-1, -1) when nothing is known."""
    if least is None and most is None:
        return NO_NUMBER, NO_NUMBER
    low = round(4 * (least or 0.0))
    return low, max(low, round(4 * (80.0 if most is None else most)))


def sketch(skills: Iterable[int]) -> int:
    """64 bits in which every skill has one: what two sketches have in common bounds what two sets have."""
    bits = 0
    for skill in skills:
        bits |= 1 << (skill & 63)
    return bits


def day(moment: date | None) -> int:
    """Days since 1970."""
    return UNKNOWN if moment is None else moment.toordinal() - _EPOCH


def tenths(kilometres: float | None) -> int:
    """Tenths of a kilometre."""
    return NO_NUMBER if kilometres is None else round(10 * kilometres)


def point(place: Place | None) -> tuple[int, int]:
    """East and north in tenths of a kilometre on a plane that fits Denmark (56° north); read to two decimals."""
    if place is None:
        return UNKNOWN, UNKNOWN
    east = round(place.longitude, 2) * 1113.2 * math.cos(math.radians(56.0))
    return round(east), round(round(place.latitude, 2) * 1113.2)


def tie(record_id: str) -> int:
    """64 bits of an id: fair between people, and the same wherever and in whatever order they were stored."""
    return int.from_bytes(blake2b(record_id.encode(), digest_size=8).digest(), "little")
