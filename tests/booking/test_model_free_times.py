"""Free times: the grid, breaks, both nights of the clock, Easter; and what holds for any calendar whatever."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.model import free_times
from services.booking.model.free_times import Adviser, Claimed, FreeTime, Roster, Wish
from services.booking.model.refusals import HoursInvalid
from services.booking.model.week import FORMS, OpenSpan, Pause, Week, Work, checked, on_day
from shared.clock import local
from tests.booking.given import SINCE, WEDNESDAY, adviser, adviser_id, minute

SPRING = date(2027, 3, 28)
AUTUMN = date(2026, 10, 25)
NOBODY = Claimed({})


def wish(minutes: int = 30, **more: object) -> Wish:
    given = {"minutes": minutes, "grid": 15, "forms": FORMS, "earliest": 0, "latest": 2**31}
    return Wish(**{**given, **more})  # type: ignore[arg-type]  # put together from named parts


def night(day: date) -> Adviser:
    """An adviser who works on the night of the clock, 01–05, with a break 02–03."""
    weekday = day.isoweekday()
    return adviser(week=Week((Work(weekday, time(1), time(5)),), (Pause(weekday, time(2), time(3)),)))


def clock_times(times: list[FreeTime]) -> list[str]:
    from datetime import UTC, datetime

    return [f"{local(datetime.fromtimestamp(free.starts * 60, UTC)):%H:%M}" for free in times]


def of_day(day: date, who: Adviser, claimed: Claimed = NOBODY, **more: object) -> list[FreeTime]:
    return free_times.of_day(day, Roster([who]), claimed, wish(**more), 1000)  # type: ignore[arg-type]  # named parts


def test_the_night_to_summer_time_has_an_hour_less() -> None:
    assert clock_times(of_day(SPRING, night(SPRING), minutes=60, grid=60)) == ["01:00", "03:00", "04:00"]
    spans, _ = on_day(Week((Work(7, time(2, 15), time(3)),)), SPRING)
    assert spans[0].ends <= spans[0].starts
    lost = adviser(week=Week((Work(7, time(2, 15), time(3)),)))
    assert of_day(SPRING, lost, minutes=5, grid=5) == []


def test_the_night_to_winter_time_has_an_hour_more_and_the_break_covers_both() -> None:
    spans, breaks = on_day(night(AUTUMN).weeks[0][2], AUTUMN)
    assert spans[0].ends - spans[0].starts == 5 * 60
    assert breaks[0][1] - breaks[0][0] == 2 * 60
    assert clock_times(of_day(AUTUMN, night(AUTUMN), minutes=60, grid=60)) == ["01:00", "03:00", "04:00"]
    without = adviser(week=Week((Work(7, time(1), time(5)),)))
    assert clock_times(of_day(AUTUMN, without, minutes=60, grid=60)) == ["01:00", "02:00", "02:00", "03:00", "04:00"]


def test_a_day_with_a_break_and_a_meeting() -> None:
    claimed = Claimed(
        {1: [(minute(WEDNESDAY, 9), minute(WEDNESDAY, 11))]}, [(minute(WEDNESDAY, 13), minute(WEDNESDAY, 14))]
    )
    assert clock_times(of_day(WEDNESDAY, adviser(), claimed, grid=30)) == [
        *("08:00", "08:30", "11:00", "11:30", "12:30", "14:00", "14:30"),
    ]


def test_mornings_and_afternoons() -> None:
    before = of_day(WEDNESDAY, adviser(), part_of_day="morning", grid=60, minutes=60)
    after = of_day(WEDNESDAY, adviser(), part_of_day="afternoon", grid=60, minutes=60)
    assert clock_times(before) == ["08:00", "09:00", "10:00", "11:00"]
    assert clock_times(after) == ["13:00", "14:00"]


def test_no_form_in_common_is_no_time() -> None:
    phone = adviser(week=Week((Work(3, time(8), time(9), ("phone",)),)))
    assert of_day(WEDNESDAY, phone, forms=("video",)) == []
    assert of_day(WEDNESDAY, phone)[0].forms == ("phone",)


def test_hours_hold_in_their_period_only() -> None:
    week = Week((Work(3, time(8), time(9)),))
    past = adviser(weeks=((SINCE, WEDNESDAY - timedelta(days=1), week),))
    later = adviser(weeks=((WEDNESDAY + timedelta(days=1), None, week),))
    ends = adviser(weeks=((SINCE, WEDNESDAY, week),))
    assert of_day(WEDNESDAY, past) == of_day(WEDNESDAY, later) == []
    assert len(of_day(WEDNESDAY, ends)) == 3


def test_one_time_per_start_with_the_least_booked_adviser_or_each() -> None:
    claimed = Claimed({1: [(minute(WEDNESDAY, 14), minute(WEDNESDAY, 15))]})
    both = Roster([adviser(1), adviser(2)])
    one = free_times.of_day(WEDNESDAY, both, claimed, wish(), 3)
    assert [free.adviser_id for free in one] == [adviser_id(2)] * 3
    each = free_times.of_day(WEDNESDAY, both, claimed, wish(each_adviser=True), 4)
    assert [free.adviser_id for free in each] == [adviser_id(1), adviser_id(2)] * 2
    assert len({free.starts for free in each}) == 2


def test_the_three_nearest_come_in_order_of_time() -> None:
    times = of_day(WEDNESDAY, adviser(), grid=60, minutes=60)
    assert clock_times(free_times.nearest(times, minute(WEDNESDAY, 10), 3)) == ["09:00", "10:00", "11:00"]


@given(
    taken=st.lists(st.tuples(st.integers(1, 3), st.integers(480, 900), st.integers(15, 90)), max_size=12),
    quarter=st.integers(32, 59),
)
def test_stopping_early_never_loses_a_nearer_time(taken: list[tuple[int, int, int]], quarter: int) -> None:
    midnight = minute(WEDNESDAY, 0)
    claimed = Claimed(
        {no: sorted((midnight + a, midnight + a + b) for one, a, b in taken if one == no) for no in (1, 2, 3)}
    )
    advisers, wanted = Roster([adviser(1), adviser(2), adviser(3)]), midnight + quarter * 15
    near = free_times.near(WEDNESDAY, advisers, claimed, wish(), wanted, 3)
    every = free_times.of_day(WEDNESDAY, advisers, claimed, wish(), 1000)
    nearest = [[free.starts for free in free_times.nearest(found, wanted, 3)] for found in (near, every)]
    assert nearest[0] == nearest[1]


def test_stretches_grow() -> None:
    days = [WEDNESDAY + timedelta(days=number) for number in range(8)]
    assert [len(stretch) for stretch in free_times.stretches(days)] == [2, 2, 3, 1]


@pytest.mark.parametrize(
    "week",
    [
        Week((Work(1, time(9), time(9)),)),
        Week((Work(1, time(9), time(12)), Work(1, time(11), time(13)))),
        Week((Work(1, time(9), time(12)),), (Pause(1, time(11), time(13)),)),
        Week((Work(1, time(9), time(12)),), (Pause(2, time(10), time(11)),)),
        Week((Work(1, time(9), time(12)),), (Pause(1, time(10), time(11)), Pause(1, time(10, 30), time(11)))),
    ],
)
def test_hours_that_contradict_themselves_are_refused(week: Week) -> None:
    with pytest.raises(HoursInvalid):
        checked(week)


def test_sound_hours_pass() -> None:
    week = Week((Work(1, time(9), time(12)), Work(1, time(12), time(14)), Work(2, time(9), time(12))))
    assert checked(week) is week


DAYS = st.one_of(
    st.sampled_from([SPRING, AUTUMN, date(2027, 3, 29), date(2027, 10, 31)]),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
WALL = st.integers(0, 24 * 12 - 1).map(lambda fives: time(fives // 12, fives % 12 * 5))
SPANS = st.tuples(WALL, WALL).filter(lambda span: span[0] < span[1])


@given(
    day=DAYS,
    work=SPANS,
    pauses=st.lists(SPANS, max_size=3),
    taken=st.lists(st.tuples(st.integers(-60, 1500), st.integers(1, 240)), max_size=6),
    minutes=st.sampled_from([5, 15, 30, 45, 60]),
    grid=st.sampled_from([5, 10, 15, 20, 30, 60]),
    part=st.sampled_from([None, "morning", "afternoon"]),
)
def test_no_free_time_touches_a_break_a_claim_or_the_end_of_the_day(
    day: date,
    work: tuple[time, time],
    pauses: list[tuple[time, time]],
    taken: list[tuple[int, int]],
    minutes: int,
    grid: int,
    part: free_times.PartOfDay | None,
) -> None:
    weekday, midnight = day.isoweekday(), minute(day, 0)
    week = Week((Work(weekday, *work),), tuple(Pause(weekday, *pause) for pause in pauses))
    claims = sorted((midnight + start, midnight + start + length) for start, length in taken)
    who = adviser(week=week)
    found = free_times.of_day(
        day, Roster([who]), Claimed({1: claims}), wish(minutes, grid=grid, part_of_day=part), 10_000
    )
    spans, breaks = on_day(week, day)
    for free in found:
        assert free.ends - free.starts == minutes
        assert free.starts % grid == 0
        assert any(span.starts <= free.starts and free.ends <= span.ends for span in spans)
        for starts, ends in [*breaks, *claims]:
            assert ends <= starts or free.ends <= starts or ends <= free.starts
    assert all(one.starts < other.starts for one, other in pairwise(found))


@given(
    span=st.tuples(st.integers(0, 500), st.integers(0, 500)),
    busy=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 100)), max_size=8),
)
def test_gaps_are_exactly_the_minutes_that_nothing_takes(span: tuple[int, int], busy: list[tuple[int, int]]) -> None:
    taken = sorted((start, start + length) for start, length in busy)
    left = {m for gap in free_times.gaps(OpenSpan(*span, FORMS), taken) for m in range(*gap)}
    assert left == set(range(*span)) - {m for part in taken for m in range(*part)}
