"""Free times: working time minus breaks, absences, closed days and what is claimed, laid on a grid.

Pure and in whole minutes since 1970 (UTC). Offsets of Copenhagen are whole hours, so that a grid which divides the
hour falls on the same wall-clock minutes before and after a change of the clock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Literal
from uuid import UUID

from services.booking.model.week import Form, Minutes, OpenSpan, Week, minute_of, on_day

PartOfDay = Literal["morning", "afternoon"]
MIDNIGHT, NOON = time(0), time(12)
DAY = 24 * 60
REMEMBERED_DAYS = 200


@dataclass(frozen=True, slots=True)
class Adviser:
    """An adviser as the search sees one: the weeks with their validity, and absences."""

    adviser_no: int
    adviser_id: UUID
    weeks: tuple[tuple[date, date | None, Week], ...]
    absences: tuple[Minutes, ...] = ()

    def week_on(self, day: date) -> Week | None:
        for valid_from, valid_to, week in self.weeks:
            if valid_from <= day and (valid_to is None or day <= valid_to):
                return week
        return None


# An adviser, and the open time that one has on some day.
Open = tuple[Adviser, tuple[OpenSpan, ...]]
# Starts of one adviser, and the forms that are possible then.
Starts = list[tuple[int, tuple[Form, ...]]]


@dataclass(frozen=True, slots=True)
class Present:
    """Where a meeting that is to be moved is now: adviser, start and form. Never a time to move it to."""

    adviser_id: UUID
    starts: int
    form: Form


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for; `earliest` and `latest` bound the start, half-open.

    With `each_adviser` every adviser's times are wanted; else one time per start, with the least booked adviser.
    """

    minutes: int
    grid: int
    forms: tuple[Form, ...]
    earliest: int
    latest: int
    part_of_day: PartOfDay | None = None
    each_adviser: bool = False
    present: Present | None = None

    def forms_in(self, span: OpenSpan) -> tuple[Form, ...]:
        """Return the ways to meet that are both wanted and possible in a span, the topic's first choice first."""
        return _in_common(self.forms, span.forms)


@lru_cache(maxsize=256)
def _in_common(wanted: tuple[Form, ...], possible: tuple[Form, ...]) -> tuple[Form, ...]:
    return tuple(form for form in wanted if form in possible)


@dataclass(frozen=True, slots=True)
class FreeTime:
    """One time that can be booked; `forms` are the ways to meet then, the topic's first choice first."""

    starts: int
    ends: int
    adviser_id: UUID
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is taken: per adviser, and for the citizen who looks. Each list is sorted by start."""

    advisers: Mapping[int, Sequence[Minutes]]
    citizen: Sequence[Minutes] = ()

    def with_the_citizens(self, taken: Sequence[Minutes]) -> Sequence[Minutes]:
        """Return an adviser's taken times together with the citizen's own, sorted by start."""
        return sorted([*taken, *self.citizen]) if self.citizen else taken


def gaps(span: OpenSpan, busy: Iterable[Minutes], least: int = 1) -> list[Minutes]:
    """Return what is left of a span, in pieces of at least so many minutes, after taking away busy times.

    Those are sorted by start; they may overlap.
    """
    left = []
    cursor, end = span.starts, span.ends
    for starts, ends in busy:
        if ends <= cursor:
            continue
        if starts >= end:
            break
        if starts - cursor >= least:
            left.append((cursor, starts))
        cursor = ends
        if end - cursor < least:
            return left
    if end - cursor >= least:
        left.append((cursor, end))
    return left


def starts_in(gap: Minutes, wish: Wish, before: int) -> range:
    """Return the starts on the grid, earlier than `before`, from which a whole meeting fits into the gap."""
    first = max(gap[0], wish.earliest)
    first += -first % wish.grid
    return range(first, min(gap[1] - wish.minutes + 1, before), wish.grid)


@lru_cache(maxsize=8192)
def open_spans(week: Week, day: date, part: PartOfDay | None = None) -> tuple[OpenSpan, ...]:
    """Return a week's time for meetings on an open day, without the breaks, cut to the wanted half of the day."""
    spans, breaks = on_day(week, day)
    if part is not None:
        noon = minute_of(day, NOON)
        early, late = (0, noon) if part == "morning" else (noon, noon + DAY)
        spans = tuple(OpenSpan(max(s.starts, early), min(s.ends, late), s.forms) for s in spans)
    return tuple(OpenSpan(*gap, span.forms) for span in spans for gap in gaps(span, sorted(breaks)))


class Roster:
    """Advisers as one search sees them. What does not depend on bookings is worked out once per day.

    A day's open time is without breaks and absences; whoever has none that day is not in it.
    """

    def __init__(self, advisers: Iterable[Adviser]) -> None:
        self.advisers = tuple(advisers)
        self._days: dict[tuple[date, PartOfDay | None], tuple[Open, ...]] = {}

    def open_on(self, day: date, part: PartOfDay | None) -> tuple[Open, ...]:
        """Return who has open time on a day, or on the wanted half of it, in the order of the roster."""
        known = self._days.get((day, part))
        if known is None:
            if len(self._days) >= REMEMBERED_DAYS:
                self._days.clear()
            worked_out = ((adviser, _open_time(adviser, day, part)) for adviser in self.advisers)
            known = self._days[day, part] = tuple((adviser, spans) for adviser, spans in worked_out if spans)
        return known

    def may_start(self, day: date, wish: Wish) -> bool:
        """Say whether a wanted meeting could begin on a day if nothing were booked."""
        return any(
            span.ends - max(span.starts, wish.earliest) >= wish.minutes and wish.forms_in(span) != ()
            for _, spans in self.open_on(day, wish.part_of_day)
            for span in spans
        )


def _open_time(adviser: Adviser, day: date, part: PartOfDay | None) -> tuple[OpenSpan, ...]:
    week = adviser.week_on(day)
    spans = () if week is None else open_spans(week, day, part)
    if not adviser.absences:
        return spans
    away = sorted(adviser.absences)
    return tuple(OpenSpan(*gap, span.forms) for span in spans for gap in gaps(span, away))


def of_day(day: date, roster: Roster, claimed: Claimed, wish: Wish, limit: int) -> list[FreeTime]:
    """Return the earliest free times of one open day, at most `limit`, sorted by start."""
    found: dict[tuple[int, int], tuple[int, UUID, tuple[Form, ...]]] = {}
    before = wish.latest
    for adviser, spans in roster.open_on(day, wish.part_of_day):
        taken = claimed.advisers.get(adviser.adviser_no, ())
        starts = _starts(adviser, spans, claimed.with_the_citizens(taken), wish, before)
        if not starts:
            continue
        own = adviser.adviser_no if wish.each_adviser else 0
        load, size = _load(taken, day), len(found)
        for start, forms in starts:
            known = found.get((start, own))
            if known is None or load < known[0]:
                found[start, own] = load, adviser.adviser_id, forms
        if len(found) > size and len(found) >= limit:
            kept = sorted(found)[:limit]
            found = {key: found[key] for key in kept}
            before = kept[-1][0] + 1
    return [FreeTime(key[0], key[0] + wish.minutes, *found[key][1:]) for key in sorted(found)]


def _starts(adviser: Adviser, spans: Iterable[OpenSpan], busy: Sequence[Minutes], wish: Wish, before: int) -> Starts:
    """Return the starts in the spans, earlier than `before`, with the forms that are possible then."""
    found = [
        (start, forms)
        for span in spans
        if span.starts < before
        for gap in gaps(span, busy, wish.minutes)
        if gap[0] < before and (forms := wish.forms_in(span))
        for start in starts_in(gap, wish, before)
    ]
    present = wish.present
    return found if present is None or present.adviser_id != adviser.adviser_id else _elsewhere(present, found)


def _elsewhere(present: Present, starts: Starts) -> Starts:
    """Return an adviser's starts without the form in which the meeting is there already."""
    left = (
        (start, tuple(form for form in forms if start != present.starts or form != present.form))
        for start, forms in starts
    )
    return [(start, forms) for start, forms in left if forms]


def _load(taken: Sequence[Minutes], day: date) -> int:
    """Return how many minutes of what begins on a day are taken."""
    begins, ends = minute_of(day, MIDNIGHT), minute_of(day + timedelta(days=1), MIDNIGHT)
    return sum(until - since for since, until in taken if begins <= since < ends)


def nearest(times: Iterable[FreeTime], wanted: int, count: int) -> list[FreeTime]:
    """Return the times that begin nearest to the wanted start, sorted by start."""
    closest = sorted(times, key=lambda free: (abs(free.starts - wanted), free.starts))[:count]
    return sorted(closest, key=lambda free: free.starts)


def near(day: date, roster: Roster, claimed: Claimed, wish: Wish, wanted: int, count: int) -> list[FreeTime]:
    """Return free times of one open day, one per start, among them the `count` nearest to the wanted start.

    Stops at the adviser with whom the nearest starts there can be are found: no other could be nearer.
    """
    steps = sorted(range(-count, count + 1), key=abs)
    ideal = [start for start in (wanted + step * wish.grid for step in steps) if start >= wish.earliest][:count]
    found: dict[int, FreeTime] = {}
    for adviser, spans in roster.open_on(day, wish.part_of_day):
        busy = claimed.with_the_citizens(claimed.advisers.get(adviser.adviser_no, ()))
        for start, forms in _starts(adviser, spans, busy, wish, wish.latest):
            if start not in found:
                found[start] = FreeTime(start, start + wish.minutes, adviser.adviser_id, forms)
        if all(start in found for start in ideal):
            break
    return [found[start] for start in sorted(found)]


def stretches(days: Iterable[date]) -> Iterator[list[date]]:
    """Yield the days in slowly growing stretches (2, 2, 3, 3, 4, … days).

    A search reads little more than it needs when the first days have free times, and asks seldom when they have none.
    """
    remaining = iter(days)
    turn = 0
    while stretch := list(islice(remaining, turn // 2 + 2)):
        yield stretch
        turn += 1
