"""The earliest free times of several advisers and days are those that a slow look at every minute finds."""

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.booking.model import free_times
from services.booking.model.free_times import Adviser, Claimed, FreeTime, Present, Roster, Wish
from services.booking.model.week import FORMS, Form, Minutes, Pause, Week, Work
from tests.booking.given import SINCE, adviser, minute

# The days around both changes of the clock, and days like any other.
FIRST_DAYS = st.one_of(
    st.sampled_from([date(2027, 3, 27), date(2027, 3, 28), date(2026, 10, 24), date(2026, 10, 25)]),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
HOURS = st.sampled_from([0, 1, 2, 3, 4, 8, 9, 12, 13, 15, 17, 22])
WALL = st.builds(time, HOURS, st.sampled_from([0, 10, 15, 30, 45]))
# Sorted rather than filtered: what is filtered out half of the time leaves too few cases.
SPANS = st.lists(WALL, min_size=2, max_size=2, unique=True).map(lambda pair: (min(pair), max(pair)))
SOME_FORMS = st.sampled_from([FORMS, ("phone",), ("video", "in_person"), ("in_person", "phone")])
DAY = 24 * 60


@dataclass(frozen=True)
class Town:
    """One case: advisers, what is taken from whom, and days to look at."""

    days: list[date]
    advisers: list[Adviser]
    claimed: Claimed


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    work: list[Work] = []
    free_from: dict[int, time] = {}
    for starts, ends in sorted(draw(st.lists(SPANS, min_size=1, max_size=3))):
        for weekday in range(1, 8):
            if starts >= free_from.get(weekday, time(0)) and draw(st.integers(0, 3)):
                work.append(Work(weekday, starts, ends, draw(SOME_FORMS)))
                free_from[weekday] = ends
    pauses = tuple(Pause(day, *span) for span in draw(st.lists(SPANS, max_size=2)) for day in range(1, 8))
    return Week(tuple(work), pauses)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    first = draw(FIRST_DAYS)
    midnight = minute(first, 0)

    def taken(most: int) -> tuple[Minutes, ...]:
        """Times apart from each other, by start, as the database gives them."""
        parts = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 24)), max_size=most))
        cursor, found = midnight - 60, []
        for after, length in parts:
            found.append((cursor + 10 + after * 5, cursor + 10 + after * 5 + length * 5))
            cursor = found[-1][1]
        return tuple(found)

    advisers = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        until = draw(st.sampled_from([None, None, first, first + timedelta(days=1)]))
        later = () if until is None else ((until + timedelta(days=1), None, draw(weeks())),)
        periods = ((SINCE, until, draw(weeks())), *later)
        advisers.append(adviser(number, weeks=periods, absences=tuple(reversed(taken(1) + taken(1)))))
    claims = {who.adviser_no: taken(12) for who in advisers}
    return Town([first + timedelta(days=n) for n in range(3)], advisers, Claimed(claims, taken(2)))


@st.composite
def wishes(draw: st.DrawFn, town: Town) -> Wish:
    return Wish(
        minutes=draw(st.sampled_from([15, 30, 45, 60])),
        grid=draw(st.sampled_from([5, 15, 20, 30])),
        forms=draw(SOME_FORMS),
        earliest=minute(town.days[0], 0) + draw(st.sampled_from([-DAY, 0, 7, 9 * 60 + 1, 15 * 60, DAY + 61])),
        latest=2**31,
        part_of_day=draw(st.sampled_from([None, None, "morning", "afternoon"])),
        each_adviser=draw(st.booleans()),
    )


@st.composite
def moves(draw: st.DrawFn, town: Town, wish: Wish) -> Wish:
    """The wish of somebody who has one of the times that would be found, if there are any."""
    every = slowly(town, replace(wish, each_adviser=True), 1000)
    if not every:
        return wish
    free = draw(st.sampled_from(every))
    return replace(wish, present=Present(free.adviser_id, free.starts, draw(st.sampled_from(free.forms))))


def possible(who: Adviser, start: int, day: date, town: Town, wish: Wish) -> tuple[Form, ...]:
    """Return the forms in which one adviser could meet at one start, asking every minute of the meeting."""
    week = next((week for since, until, week in who.weeks if since <= day and (until is None or day <= until)), None)
    meeting = range(start, start + wish.minutes)
    noon = minute(day, 12)
    half = {None: (0, 2**31), "morning": (0, noon), "afternoon": (noon, 2**31)}[wish.part_of_day]
    if week is None or start < wish.earliest or not all(half[0] <= m < half[1] for m in meeting):
        return ()
    never = [*who.absences, *town.claimed.advisers[who.adviser_no], *town.claimed.citizen]
    never += [_on(day, pause) for pause in week.breaks if pause.weekday == day.isoweekday()]
    if any(starts <= m < ends for m in meeting for starts, ends in never):
        return ()
    for work in week.work:
        starts, ends = _on(day, work)
        if work.weekday == day.isoweekday() and all(starts <= m < ends for m in meeting):
            return tuple(form for form in wish.forms if form in work.forms and not _there(wish, who, start, form))
    return ()


def _there(wish: Wish, who: Adviser, start: int, form: Form) -> bool:
    """Say whether the meeting that is to be moved is there already."""
    return wish.present is not None and wish.present == Present(who.adviser_id, start, form)


def _on(day: date, part: Work | Pause) -> Minutes:
    return minute(day, part.starts.hour, part.starts.minute), minute(day, part.ends.hour, part.ends.minute)


def slowly(town: Town, wish: Wish, limit: int) -> list[FreeTime]:
    """Try every start of every day with everybody."""
    found = []
    for day in town.days:
        begins, ends = minute(day, 0), minute(day + timedelta(days=1), 0)
        for start in range(begins, ends):
            if start % wish.grid:
                continue
            able = []
            for who in town.advisers:
                forms = possible(who, start, day, town, wish)
                load = sum(e - s for s, e in town.claimed.advisers[who.adviser_no] if begins <= s < ends)
                if forms:
                    able.append((load, who.adviser_no, FreeTime(start, start + wish.minutes, who.adviser_id, forms)))
            chosen = (
                sorted(able, key=lambda one: one[1]) if wish.each_adviser else sorted(able, key=lambda one: one[:2])[:1]
            )
            found += [free for _, _, free in chosen]
    return found[:limit]


@settings(deadline=None)  # it is slow by design, and more so on a busy machine
@given(data=st.data(), town=towns(), limit=st.sampled_from([1, 3, 20, 1000]))
def test_the_earliest_times_are_those_a_slow_look_finds(data: Any, town: Town, limit: int) -> None:
    wish = data.draw(wishes(town))
    assert quickly(town, wish, limit) == slowly(town, wish, limit)


@settings(deadline=None, max_examples=60)  # as above
@given(data=st.data(), town=towns(), limit=st.sampled_from([1, 3, 1000]))
def test_the_place_of_a_meeting_to_be_moved_is_never_found_and_all_else_is(data: Any, town: Town, limit: int) -> None:
    moving = data.draw(moves(town, data.draw(wishes(town))))
    assert quickly(town, moving, limit) == slowly(town, moving, limit)


@settings(deadline=None, max_examples=60)  # as above
@given(data=st.data(), town=towns(), present=st.booleans())
def test_the_nearest_times_are_those_a_slow_look_finds(data: Any, town: Town, present: bool) -> None:
    wish, today = replace(data.draw(wishes(town)), each_adviser=False), replace(town, days=town.days[:1])
    moving = data.draw(moves(today, wish))
    wish = moving if present else wish
    wanted = moving.present.starts + wish.grid * data.draw(st.integers(-2, 2)) if moving.present else wish.earliest
    near = free_times.near(today.days[0], Roster(town.advisers), town.claimed, wish, wanted, 3)
    starts = [
        [free.starts for free in free_times.nearest(found, wanted, 3)] for found in (near, slowly(today, wish, 1000))
    ]
    assert starts[0] == starts[1]


def quickly(town: Town, wish: Wish, limit: int) -> list[FreeTime]:
    """Search day by day as the use case does."""
    roster = Roster(town.advisers)
    found: list[FreeTime] = []
    for day in town.days:
        if roster.may_start(day, wish) and len(found) < limit:
            found += free_times.of_day(day, roster, town.claimed, wish, limit - len(found))
    return found


def test_the_last_time_shown_is_still_given_to_whoever_is_least_booked() -> None:
    day = date(2026, 11, 25)
    claimed = Claimed({1: [(minute(day, 13), minute(day, 14))]})
    wish = Wish(minutes=30, grid=15, forms=FORMS, earliest=0, latest=2**31)
    found = free_times.of_day(day, Roster([adviser(1), adviser(2)]), claimed, wish, 2)
    assert {free.adviser_id for free in found} == {adviser(2).adviser_id}


def test_a_roster_knows_days_on_which_nobody_could_begin() -> None:
    day = date(2026, 11, 25)
    roster = Roster([adviser(week=Week((Work(3, time(8), time(9), ("phone",)),)))])
    wish = Wish(minutes=30, grid=15, forms=("phone",), earliest=minute(day, 8, 30), latest=2**31)
    assert roster.may_start(day, wish)
    assert not roster.may_start(day + timedelta(days=1), wish)
    for change in ({"earliest": minute(day, 8, 31)}, {"forms": ("video",)}, {"part_of_day": "afternoon"}):
        assert not roster.may_start(day, Wish(**{**{f: getattr(wish, f) for f in wish.__slots__}, **change}))
