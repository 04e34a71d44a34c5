"""Free times: working time minus breaks, absences, closed days and what is claimed, laid on a grid.

Pure and in whole minutes since 1970 (UTC). Offsets of Copenhagen are whole hours, so that a grid which divides the
hour falls on the same wall-clock minutes before and after a change of the clock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from itertools import islice
from typing import Literal
from uuid import UUID

from services.booking.model.week import Form, Minutes, OpenSpan, Week, minute_of, on_day

PartOfDay = Literal["morning", "afternoon"]
NOON = time(12)
DAY = 24 * 60


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


def gaps(span: OpenSpan, busy: Iterable[Minutes]) -> Iterator[Minutes]:
    """Yield what is left of a span after taking away busy times (sorted by start; they may overlap)."""
    cursor = span.starts
    for starts, ends in busy:
        if starts >= span.ends:
            break
        if starts > cursor:
            yield cursor, starts
        cursor = max(cursor, ends)
    if cursor < span.ends:
        yield cursor, span.ends


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


def of_day(day: date, advisers: Iterable[Adviser], claimed: Claimed, wish: Wish, limit: int) -> list[FreeTime]:
    """Return the earliest free times of one open day, at most `limit`, sorted by start."""
    found: dict[tuple[int, int], tuple[int, UUID, tuple[Form, ...]]] = {}
    before = wish.latest
    for adviser in advisers:
        week = adviser.week_on(day)
        if week is None:
            continue
        taken = claimed.advisers.get(adviser.adviser_no, ())
        busy = taken
        if adviser.absences or claimed.citizen:
            busy = sorted([*adviser.absences, *claimed.citizen, *taken])
        own = adviser.adviser_no if wish.each_adviser else 0
        for start, forms in _starts(open_spans(week, day, wish.part_of_day), busy, wish, before):
            load = sum(ends - starts for starts, ends in taken)
            known = found.get((start, own))
            if known is None or load < known[0]:
                found[start, own] = load, adviser.adviser_id, forms
        if len(found) > limit:
            kept = sorted(found)[:limit]
            found = {key: found[key] for key in kept}
            before = kept[-1][0] + 1
    return [FreeTime(key[0], key[0] + wish.minutes, *found[key][1:]) for key in sorted(found)]


def _starts(
    spans: Iterable[OpenSpan], busy: Sequence[Minutes], wish: Wish, before: int
) -> Iterator[tuple[int, tuple[Form, ...]]]:
    """Yield the starts in the spans, earlier than `before`, with the forms that are possible then."""
    for span in spans:
        for gap in gaps(span, busy):
            if gap[1] - gap[0] >= wish.minutes:
                forms = tuple(form for form in wish.forms if form in span.forms)
                for start in starts_in(gap, wish, before) if forms else ():
                    yield start, forms


def nearest(times: Iterable[FreeTime], wanted: int, count: int) -> list[FreeTime]:
    """Return the times that begin nearest to the wanted start, sorted by start."""
    closest = sorted(times, key=lambda free: (abs(free.starts - wanted), free.starts))[:count]
    return sorted(closest, key=lambda free: free.starts)


def near(
    day: date, advisers: Iterable[Adviser], claimed: Claimed, wish: Wish, wanted: int, count: int
) -> list[FreeTime]:
    """Return free times of one open day, one per start, among them the `count` nearest to the wanted start.

    Stops at the adviser with whom the nearest starts there can be are found: no other could be nearer.
    """
    steps = sorted(range(-count, count + 1), key=abs)
    ideal = [start for start in (wanted + step * wish.grid for step in steps) if start >= wish.earliest][:count]
    found: dict[int, FreeTime] = {}
    for adviser in advisers:
        for free in of_day(day, [adviser], claimed, wish, DAY):
            found.setdefault(free.starts, free)
        if all(start in found for start in ideal):
            break
    return [found[start] for start in sorted(found)]


def stretches(days: Iterable[date]) -> Iterator[list[date]]:
    """Yield the days in slowly growing stretches (1, 1, 2, 2, 3, … days).

    A search reads little more than it needs when the first days have free times, and asks seldom when they have none.
    """
    remaining = iter(days)
    turn = 0
    while stretch := list(islice(remaining, turn // 2 + 1)):
        yield stretch
        turn += 1
