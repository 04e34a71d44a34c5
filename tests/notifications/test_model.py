"""What should be told about a meeting, and when it may go out."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.notifications.model.hours import (
    NoSendingRule,
    SendingRule,
    as_of,
    at_earliest,
    at_latest,
    is_waking,
    waking_time,
)
from services.notifications.model.notice import Change, Kind, Meeting, Reason
from services.notifications.model.plan import Wanted, retry_at, wanted
from shared.clock import local
from tests.notifications.given import RULE, RULES, meeting, utc

NOW = utc("2026-11-24 08:00")
# Both nights of a changed clock, Easter, and the turn of a year: every minute of a day in them may be a meeting.
NIGHTS = [utc(f"{day} 00:00") for day in ("2026-10-25", "2027-03-28", "2027-03-26", "2027-03-29", "2026-12-31")]
moments = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes), st.sampled_from(NIGHTS), st.integers(-4320, 4320)
)
meetings = st.builds(
    lambda changed_at, ahead, change, said_by, remind_2h: meeting(
        changed_at=changed_at,
        starts_at=changed_at + timedelta(minutes=ahead),
        change=change,
        said_by=said_by,
        remind_2h=remind_2h,
    ),
    moments,
    st.integers(-60, 8000),
    st.sampled_from(Change),
    st.sampled_from(("citizen", "staff")),
    st.booleans(),
)


def by_kind(found: Meeting, now: datetime = NOW, rules: Any = RULES) -> dict[Kind, Wanted]:
    return {each.kind: each for each in wanted(found, rules, now)}


def test_what_a_citizen_books_is_confirmed_at_once_at_any_hour() -> None:
    told = by_kind(meeting(changed_at=utc("2026-11-24 01:30")))[Kind.CONFIRMATION]
    assert (told.due_at, told.any_hour, told.dropped) == (utc("2026-11-24 01:30"), True, None)


def test_what_staff_book_in_the_evening_is_told_at_nine() -> None:
    told = by_kind(meeting(said_by="staff", changed_at=utc("2026-11-24 21:30")))[Kind.CONFIRMATION]
    assert (told.due_at, told.any_hour) == (utc("2026-11-25 08:00"), False)


def test_what_staff_book_by_day_is_told_at_once() -> None:
    told = by_kind(meeting(said_by="staff"))[Kind.CONFIRMATION]
    assert (told.due_at, told.any_hour) == (NOW, False)


def test_what_staff_book_for_before_nine_is_told_at_once_also_at_night() -> None:
    early = meeting(said_by="staff", changed_at=utc("2026-11-24 22:00"), starts_at=utc("2026-11-25 07:30"))
    told = by_kind(early)[Kind.CONFIRMATION]
    assert (told.due_at, told.any_hour) == (utc("2026-11-24 22:00"), True)


def moved_at_eleven_at_night(**changes: Any) -> Meeting:
    """Staff move tomorrow's meeting at 8 (Copenhagen) to noon; the citizen still believes in 8 o'clock."""
    known: dict[str, Any] = {"change": Change.MOVED, "version": 2, "said_by": "staff"}
    known |= {"changed_at": utc("2026-11-24 22:00"), "previous_starts_at": utc("2026-11-25 07:00")}
    return meeting(**(known | {"starts_at": utc("2026-11-25 11:00")} | changes))


def test_what_staff_move_from_before_nine_is_told_at_once_also_at_night() -> None:
    told = by_kind(moved_at_eleven_at_night())[Kind.MOVED]
    assert (told.due_at, told.any_hour) == (utc("2026-11-24 22:00"), True)
    assert told.expires_at == utc("2026-11-25 11:00")


def test_what_staff_move_from_before_nine_does_not_wait_for_the_morning_when_a_channel_fails_at_closing() -> None:
    told = by_kind(moved_at_eleven_at_night(changed_at=utc("2026-11-24 20:50")))[Kind.MOVED]
    assert (told.due_at, told.any_hour) == (utc("2026-11-24 20:50"), True)


def test_what_staff_move_at_night_to_an_earlier_time_before_nine_is_told_at_once() -> None:
    earlier = moved_at_eleven_at_night(previous_starts_at=utc("2026-11-25 11:00"), starts_at=utc("2026-11-25 07:00"))
    assert by_kind(earlier)[Kind.MOVED].due_at == utc("2026-11-24 22:00")


def test_what_staff_move_at_night_between_two_later_times_waits_for_nine() -> None:
    told = by_kind(moved_at_eleven_at_night(previous_starts_at=utc("2026-11-25 09:00")))[Kind.MOVED]
    assert told.due_at == utc("2026-11-25 08:00")


def test_a_time_that_had_passed_when_the_meeting_was_moved_wakes_nobody() -> None:
    told = by_kind(moved_at_eleven_at_night(previous_starts_at=utc("2026-11-24 07:00")))[Kind.MOVED]
    assert told.due_at == utc("2026-11-25 08:00")


def test_a_reminder_comes_24_hours_before() -> None:
    reminder = by_kind(meeting())[Kind.REMINDER_24H]
    assert (reminder.due_at, reminder.expires_at) == (utc("2026-11-26 09:00"), utc("2026-11-27 09:00"))


def test_a_reminder_two_hours_before_comes_only_when_chosen() -> None:
    assert Kind.REMINDER_2H not in by_kind(meeting())
    chosen = by_kind(meeting(remind_2h=True))
    assert chosen[Kind.REMINDER_2H].due_at == utc("2026-11-26 20:59")
    late = by_kind(meeting(remind_2h=True, starts_at=utc("2026-11-27 13:00")))
    assert late[Kind.REMINDER_2H].due_at == utc("2026-11-27 11:00")


def test_the_first_reminder_ends_where_the_second_takes_over() -> None:
    both = by_kind(meeting(remind_2h=True))
    assert both[Kind.REMINDER_24H].expires_at == both[Kind.REMINDER_2H].due_at
    later = by_kind(meeting(remind_2h=True), now=both[Kind.REMINDER_2H].due_at)
    assert later[Kind.REMINDER_24H].dropped is Reason.OVERTAKEN


def test_a_second_reminder_that_is_dropped_takes_nothing_over() -> None:
    night = by_kind(
        meeting(remind_2h=True, changed_at=utc("2026-11-24 22:30"), starts_at=utc("2026-11-25 08:30")), now=NOW
    )
    assert night[Kind.REMINDER_2H].dropped is Reason.NIGHT
    assert night[Kind.REMINDER_24H].expires_at == utc("2026-11-25 08:30")


def test_a_reminder_due_at_night_moves_to_the_evening_before() -> None:
    reminder = by_kind(meeting(starts_at=utc("2026-11-27 07:30")))[Kind.REMINDER_24H]
    assert local(reminder.due_at) == local(utc("2026-11-25 20:59"))
    late = by_kind(meeting(starts_at=utc("2026-11-27 21:30")))[Kind.REMINDER_24H]
    assert local(late.due_at) == local(utc("2026-11-26 20:59"))


def test_a_meeting_booked_less_than_24_hours_ahead_has_its_confirmation_as_reminder() -> None:
    near = by_kind(meeting(starts_at=NOW + timedelta(hours=23, minutes=59)))
    assert near[Kind.REMINDER_24H].dropped is Reason.BOOKED_LATE
    assert near[Kind.CONFIRMATION].dropped is None


def test_a_reminder_whose_allowed_moment_lies_before_the_booking_is_dropped_with_its_reason() -> None:
    dropped = by_kind(meeting(changed_at=utc("2026-11-24 05:30"), starts_at=utc("2026-11-25 07:00")))
    assert dropped[Kind.REMINDER_24H].dropped is Reason.NIGHT


def test_a_reminder_does_not_come_before_or_with_its_own_confirmation() -> None:
    late = meeting(said_by="staff", changed_at=utc("2026-11-24 22:00"), starts_at=utc("2026-11-26 08:00"))
    both = by_kind(late)
    assert both[Kind.CONFIRMATION].due_at == utc("2026-11-25 08:00") == both[Kind.REMINDER_24H].due_at
    assert both[Kind.REMINDER_24H].dropped is Reason.BOOKED_LATE


def test_a_cancelled_meeting_is_only_told_to_be_off() -> None:
    assert list(by_kind(meeting(change=Change.CANCELLED, version=3))) == [Kind.CANCELLED]


def test_a_moved_meeting_is_told_to_be_moved() -> None:
    assert list(by_kind(meeting(change=Change.MOVED, version=2))) == [Kind.MOVED, Kind.REMINDER_24H]


def test_nothing_is_told_after_the_meeting_has_begun() -> None:
    begun = wanted(meeting(remind_2h=True), RULES, utc("2026-11-27 09:00"))
    assert {each.dropped for each in begun} == {Reason.BEGUN, Reason.OVERTAKEN}
    alone = wanted(meeting(), RULES, utc("2026-11-27 09:00"))
    assert {each.dropped for each in alone} == {Reason.BEGUN}


@given(meetings, moments)
@example(meeting(starts_at=utc("2026-10-25 09:30"), changed_at=utc("2026-10-20 09:00")), NOW)
def test_nothing_is_wanted_after_the_meeting_or_before_the_booking(found: Meeting, now: datetime) -> None:
    for each in wanted(found, RULES, now):
        assert each.dropped or found.changed_at <= each.due_at < each.expires_at <= found.starts_at
        assert each.dropped or now < found.starts_at


@given(meetings, moments)
def test_reminders_are_never_due_outside_waking_hours(found: Meeting, now: datetime) -> None:
    for each in wanted(found, RULES, now):
        if not each.any_hour:
            assert each.dropped or time(9) <= local(each.due_at).time() < time(22)
        if each.kind in (Kind.REMINDER_24H, Kind.REMINDER_2H):
            assert not each.any_hour


@given(meetings, moments)
def test_every_kind_is_wanted_at_most_once_and_only_for_the_present_version(found: Meeting, now: datetime) -> None:
    each = wanted(found, RULES, now)
    assert len({one.kind for one in each}) == len(each)
    assert {one.occasion for one in each} == {found.version}


@given(moments)
def test_the_nearest_earlier_moment_is_allowed_and_nothing_later_is(moment: datetime) -> None:
    found = at_latest(RULES, moment)
    assert is_waking(RULES, found)
    assert found <= moment < found + timedelta(hours=12)
    between = (moment - found) // timedelta(minutes=1)
    assert not any(is_waking(RULES, found + timedelta(minutes=step)) for step in range(1, between + 1) if between)


@given(moments)
def test_the_next_opening_is_allowed_and_nothing_earlier_is(moment: datetime) -> None:
    found = at_earliest(RULES, moment)
    assert is_waking(RULES, found)
    assert moment <= found < moment + timedelta(hours=13)
    assert found == moment or not is_waking(RULES, found - timedelta(minutes=1))


@given(moments, st.integers(0, 6000), st.integers(0, 6000))
def test_waking_time_adds_up_and_is_never_longer_than_time(since: datetime, first: int, second: int) -> None:
    between, until = since + timedelta(minutes=first), since + timedelta(minutes=first + second)
    whole = waking_time(RULES, since, until)
    assert whole == waking_time(RULES, since, between) + waking_time(RULES, between, until)
    assert timedelta() <= whole <= until - since
    assert waking_time(RULES, utc("2026-11-24 20:30"), utc("2026-11-25 08:30")) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("moment", "waking"),
    [
        ("2026-11-24 07:59", False),
        ("2026-11-24 08:00", True),
        ("2026-11-24 20:59", True),
        ("2026-11-24 21:00", False),
        ("2026-07-01 07:00", True),
        ("2026-07-01 20:00", False),
    ],
)
def test_waking_hours_are_copenhagen_time_summer_and_winter(moment: str, waking: bool) -> None:
    assert is_waking(RULES, utc(moment)) is waking


def test_the_same_moment_on_two_dates_gets_the_rule_of_its_day() -> None:
    old = SendingRule(**{**_fields(RULE), "valid_to": date(2026, 11, 24)})
    new = SendingRule(**{**_fields(RULE), "valid_from": date(2026, 11, 25), "closes": time(20)})
    assert is_waking([old, new], utc("2026-11-24 19:30"))
    assert not is_waking([old, new], utc("2026-11-25 19:30"))
    assert as_of([RULE, new], date(2026, 11, 30)) is new


def test_without_a_rule_nobody_is_written_to() -> None:
    with pytest.raises(NoSendingRule):
        is_waking(RULES, datetime(2019, 1, 1, tzinfo=UTC))


def test_retries_come_soon_at_first_and_never_more_than_15_minutes_apart() -> None:
    pauses = [retry_at(attempts, NOW) - NOW for attempts in range(12)]
    assert pauses[0] == timedelta(seconds=15)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(minutes=15)


def test_a_provider_that_asks_for_time_gets_it() -> None:
    assert retry_at(1, NOW, timedelta(minutes=40)) == NOW + timedelta(minutes=40)
    assert retry_at(9, NOW, timedelta(seconds=1)) == NOW + timedelta(minutes=15)


def _fields(rule: SendingRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in SendingRule.__dataclass_fields__}
