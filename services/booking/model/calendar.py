"""Which days are closed: Danish public holidays by law, other days by the municipality's own dated rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays


@dataclass(frozen=True, slots=True)
class ClosingDay:
    """One day on which the municipality is closed."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class YearlyClosing:
    """A day closed every year by local choice (1 May, 5 June, 24 and 31 December are not public holidays)."""

    month: int
    day: int
    name: str
    valid_from: date
    valid_to: date | None


@lru_cache(maxsize=64)
def public_holidays(year: int) -> dict[date, str]:
    """Return the public holidays of a year in Danish, from the library's table (no Store Bededag since 2024)."""
    return dict(holidays.country_holidays("DK", years=year, language="da"))


class ClosedDays:
    """Says of any day whether it is closed, and why."""

    def __init__(self, closing: Iterable[ClosingDay] = (), yearly: Iterable[YearlyClosing] = ()) -> None:
        self._closing = {closed.day: closed.name for closed in closing}
        self._yearly = list(yearly)

    def reason(self, day: date) -> str | None:
        """Return the name of the holiday or closing day, or None on an open day."""
        return public_holidays(day.year).get(day) or self._closing.get(day) or self._of_the_year(day)

    def _of_the_year(self, day: date) -> str | None:
        for yearly in self._yearly:
            in_force = yearly.valid_from <= day and (yearly.valid_to is None or day <= yearly.valid_to)
            if in_force and (yearly.month, yearly.day) == (day.month, day.day):
                return yearly.name
        return None
