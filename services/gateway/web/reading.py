"""Values out of addresses and forms: whatever somebody wrote there, it is a number or a day of ours, or none."""

from datetime import date

_MOST_SIGNS = 9
_YEARS = range(2000, 3000)  # nearer to the ends of the calendar, reckoning with days and zones overflows


def whole_number(text: str) -> int | None:
    """Read a whole number of at most nine plain digits; None for anything else ("²" is a digit, but no number)."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_SIGNS else None


def sensible(day: date) -> bool:
    """Say whether a day lies in the centuries we reckon with."""
    return day.year in _YEARS


def day(text: str) -> date | None:
    """Read a day like 2026-12-31; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if sensible(found) else None
