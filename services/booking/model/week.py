"""An adviser's working week: when there is time for meetings, in which forms, and when there is a break."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

from services.booking.model.refusals import HoursInvalid
from shared.clock import at_local

Form = Literal["in_person", "phone", "video"]
FORMS: tuple[Form, ...] = ("in_person", "phone", "video")
# A span in whole minutes since 1970 (UTC), half-open: instants without the cost of datetimes.
Minutes = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Work:
    """Working time on one weekday (ISO: Monday 1), in Copenhagen wall time, half-open."""

    weekday: int
    starts: time
    ends: time
    forms: tuple[Form, ...] = FORMS


@dataclass(frozen=True, slots=True)
class Pause:
    """A break on one weekday, in Copenhagen wall time, half-open."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True)
class Week:
    """A working week that repeats while it is valid. Its hash is worked out once: a search asks for it often."""

    work: tuple[Work, ...]
    breaks: tuple[Pause, ...] = ()

    @cached_property
    def _hash(self) -> int:
        return hash((self.work, self.breaks))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """Working time on one real day, as instants."""

    starts: int
    ends: int
    forms: tuple[Form, ...]


def checked(week: Week) -> Week:
    """Return the week when it makes sense. Raises HoursInvalid with the reason in Danish."""
    parts: tuple[Sequence[Work | Pause], ...] = (week.work, week.breaks)
    for kind in parts:
        for part in kind:
            if part.starts >= part.ends:
                raise HoursInvalid("Et tidsrum skal slutte efter, at det begynder.", weekday=part.weekday)
        for first, second in pairwise(sorted(kind, key=lambda part: (part.weekday, part.starts))):
            if first.weekday == second.weekday and second.starts < first.ends:
                raise HoursInvalid("To tidsrum samme dag overlapper hinanden.", weekday=first.weekday)
    for pause in week.breaks:
        if not any(_within(pause, work) for work in week.work):
            raise HoursInvalid("En pause skal ligge i arbejdstiden.", weekday=pause.weekday)
    return week


def _within(pause: Pause, work: Work) -> bool:
    return pause.weekday == work.weekday and work.starts <= pause.starts and pause.ends <= work.ends


@lru_cache(maxsize=8192)
def minute_of(day: date, wall: time) -> int:
    """Return a Copenhagen wall time as whole minutes since 1970."""
    return int(at_local(day, wall).timestamp()) // 60


@lru_cache(maxsize=8192)
def on_day(week: Week, day: date) -> tuple[tuple[OpenSpan, ...], tuple[Minutes, ...]]:
    """Return a day's working spans and breaks as instants.

    On the night of the change to summer time a span may shrink to nothing; on the night back it is an hour longer.
    """
    weekday = day.isoweekday()
    spans = tuple(
        OpenSpan(minute_of(day, work.starts), minute_of(day, work.ends), work.forms)
        for work in week.work
        if work.weekday == weekday
    )
    breaks = tuple(
        (minute_of(day, pause.starts), minute_of(day, pause.ends)) for pause in week.breaks if pause.weekday == weekday
    )
    return spans, breaks
