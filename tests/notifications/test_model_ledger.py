"""The difference between what should be told and what is in the ledger."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.model.notice import (
    LADDER,
    LIVE,
    Change,
    Channel,
    Kind,
    Meeting,
    Notice,
    Reason,
    State,
    message_id,
    notice_id,
)
from services.notifications.model.plan import Changes, compare, send_at
from shared.clock import local
from tests.notifications.given import BOOKING, RULE, RULES, meeting, utc
from tests.notifications.test_model import NOW, meetings, moments


def after(meeting: Meeting, rows: list[Notice], now: datetime) -> tuple[list[Notice], Changes]:
    """The ledger after one comparison."""
    changes = compare(meeting, rows, RULES, now)
    closed = {
        gone.notice.notice_id: replace(gone.notice, state=gone.state, reason=gone.reason) for gone in changes.close
    }
    moved = {each.notice_id: each for each in changes.reschedule}
    handed = {each.notice_id for each in changes.hand_over}
    kept = [moved.get(row.notice_id, closed.get(row.notice_id, row)) for row in rows]
    kept = [replace(row, handed_over_at=now) if row.notice_id in handed else row for row in kept]
    return [*kept, *changes.create], changes


def only(rows: list[Notice], kind: Kind, channel: Channel = Channel.EMAIL) -> Notice:
    (found,) = [row for row in rows if row.kind is kind and row.channel is channel]
    return found


def put(rows: list[Notice], changed: Notice) -> list[Notice]:
    return [changed if row.notice_id == changed.notice_id else row for row in rows]


def test_a_new_meeting_fills_the_ledger_and_a_second_look_changes_nothing() -> None:
    rows, _ = after(meeting(remind_2h=True), [], NOW)
    assert [(row.kind, row.channel, row.state) for row in rows] == [
        (Kind.CONFIRMATION, Channel.EMAIL, State.READY),
        (Kind.REMINDER_24H, Channel.EMAIL, State.PLANNED),
        (Kind.REMINDER_2H, Channel.SMS, State.PLANNED),
    ]
    assert compare(meeting(remind_2h=True), rows, RULES, NOW) == Changes()


def test_what_is_dropped_stands_in_the_ledger_with_its_reason() -> None:
    rows, _ = after(meeting(starts_at=NOW + timedelta(hours=5)), [], NOW)
    dropped = only(rows, Kind.REMINDER_24H)
    assert (dropped.state, dropped.reason) == (State.DROPPED, Reason.BOOKED_LATE)


def test_moving_twice_leaves_one_message_and_one_reminder_at_the_right_time() -> None:
    rows, _ = after(meeting(), [], NOW)
    once = meeting(version=2, change=Change.MOVED, starts_at=utc("2026-11-30 09:00"))
    twice = meeting(version=3, change=Change.MOVED, starts_at=utc("2026-12-02 12:00"))
    rows, _ = after(once, rows, NOW)
    rows, _ = after(twice, rows, NOW)
    waiting = [(row.kind, row.occasion, row.due_at) for row in rows if row.state in LIVE]
    assert waiting == [(Kind.MOVED, 3, NOW), (Kind.REMINDER_24H, 3, utc("2026-12-01 12:00"))]
    assert {row.reason for row in rows if row.state is State.SUPERSEDED} == {Reason.CHANGED}


def test_a_cancelled_meeting_has_no_reminder_left() -> None:
    rows, _ = after(meeting(remind_2h=True), [], NOW)
    rows, _ = after(meeting(version=2, change=Change.CANCELLED), rows, NOW)
    assert [row.kind for row in rows if row.state in LIVE] == [Kind.CANCELLED]


def test_a_channel_that_failed_for_good_is_followed_by_the_next_then_by_a_person() -> None:
    rows, _ = after(meeting(), [], NOW)
    rows = put(rows, replace(only(rows, Kind.CONFIRMATION), state=State.UNDELIVERABLE, reason=Reason.REFUSED))
    rows, changes = after(meeting(), rows, NOW)
    assert [row.channel for row in changes.create] == [Channel.SMS]
    by_sms = only(rows, Kind.CONFIRMATION, Channel.SMS)
    rows = put(rows, replace(by_sms, state=State.UNDELIVERABLE, reason=Reason.BAD_ADDRESS))
    rows, changes = after(meeting(), rows, NOW)
    assert [row.notice_id for row in changes.hand_over] == [by_sms.notice_id]
    assert compare(meeting(), rows, RULES, NOW) == Changes()


def test_a_message_still_waiting_when_the_meeting_begins_goes_to_a_person_with_the_reason() -> None:
    rows, _ = after(meeting(), [], NOW)
    rows, changes = after(meeting(), rows, utc("2026-11-27 09:00"))
    assert {row.reason for row in changes.hand_over} == {Reason.BEGUN}
    assert {row.kind for row in changes.hand_over} == {Kind.CONFIRMATION, Kind.REMINDER_24H}


def test_a_first_reminder_still_waiting_when_the_second_is_due_is_superseded() -> None:
    found = meeting(remind_2h=True)
    rows, _ = after(found, [], NOW)
    rows, changes = after(found, rows, utc("2026-11-26 20:59"))
    gone = only(rows, Kind.REMINDER_24H)
    assert (gone.state, gone.reason) == (State.SUPERSEDED, Reason.OVERTAKEN)
    assert changes.hand_over == ()


@pytest.mark.parametrize(
    ("kind", "first", "quarter"),
    [
        (Kind.REMINDER_24H, utc("2026-11-26 09:00"), timedelta(hours=3, minutes=15)),
        (Kind.REMINDER_2H, utc("2026-11-27 11:00"), timedelta(minutes=30)),
    ],
)
def test_a_channel_that_is_down_gives_way_for_a_reminder_after_a_quarter_of_the_hours_left(
    kind: Kind, first: datetime, quarter: timedelta
) -> None:
    chosen = kind is Kind.REMINDER_2H
    found = meeting(remind_2h=chosen, starts_at=utc("2026-11-27 13:00" if chosen else "2026-11-27 09:00"))
    rows, _ = after(found, [], NOW)
    first_channel = LADDER[kind][0]
    rows = put(rows, replace(only(rows, kind, first_channel), attempts=9, first_attempt_at=first, state=State.READY))
    gone = [
        closing.notice.kind for closing in compare(found, rows, RULES, first + quarter - timedelta(minutes=1)).close
    ]
    assert kind not in gone
    changes = compare(found, rows, RULES, first + quarter)
    assert (kind, Reason.PROVIDER_DOWN) in [(closing.notice.kind, closing.reason) for closing in changes.close]
    assert [notice.channel for notice in changes.create if notice.kind is kind] == [LADDER[kind][1]]


def test_a_cancellation_of_a_near_meeting_goes_the_next_way_in_time() -> None:
    off = meeting(change=Change.CANCELLED, version=2, starts_at=NOW + timedelta(hours=4))
    rows, _ = after(off, [], NOW)
    rows = put(rows, replace(only(rows, Kind.CANCELLED), attempts=5, first_attempt_at=NOW))
    assert compare(off, rows, RULES, NOW + timedelta(minutes=59)).close == ()
    assert [n.channel for n in compare(off, rows, RULES, NOW + timedelta(hours=1)).create] == [Channel.SMS]


def test_a_move_from_an_early_time_goes_the_next_way_before_that_time() -> None:
    early = {"change": Change.MOVED, "version": 2, "previous_starts_at": NOW + timedelta(hours=4)}
    moved = meeting(**early)
    rows, _ = after(moved, [], NOW)
    rows = put(rows, replace(only(rows, Kind.MOVED), attempts=5, first_attempt_at=NOW))
    assert compare(moved, rows, RULES, NOW + timedelta(minutes=59)).close == ()
    assert [n.channel for n in compare(moved, rows, RULES, NOW + timedelta(hours=1)).create] == [Channel.SMS]


def test_a_provider_that_is_down_for_a_day_gives_way_to_the_next_channel() -> None:
    found = meeting(starts_at=utc("2026-12-01 09:00"))
    rows, _ = after(found, [], NOW)
    tried = replace(only(rows, Kind.CONFIRMATION), attempts=9, first_attempt_at=NOW)
    rows = put(rows, tried)
    assert compare(found, rows, RULES, NOW + timedelta(hours=23)).close == ()
    rows, changes = after(found, rows, NOW + timedelta(hours=24))
    assert changes.close[0].reason is Reason.PROVIDER_DOWN
    assert only(rows, Kind.CONFIRMATION, Channel.SMS).state is State.READY


def test_a_reminder_that_no_allowed_hour_is_left_for_is_given_up_in_time_for_a_person_to_act() -> None:
    early = meeting(starts_at=utc("2026-11-27 07:30"), remind_2h=True)
    rows, _ = after(early, [], NOW)
    rows = put(rows, replace(only(rows, Kind.REMINDER_2H, Channel.SMS), state=State.READY))
    _, changes = after(early, rows, utc("2026-11-26 21:00"))
    assert (Kind.REMINDER_2H, Reason.NO_TIME_LEFT) in [(gone.notice.kind, gone.reason) for gone in changes.close]


def test_a_changed_rule_moves_what_waits() -> None:
    rows, _ = after(meeting(), [], NOW)
    longer = replace(RULE, first_reminder=timedelta(hours=48))
    changes = compare(meeting(), rows, [longer], NOW)
    assert [(row.kind, row.due_at, row.state) for row in changes.reschedule] == [
        (Kind.REMINDER_24H, utc("2026-11-25 09:00"), State.PLANNED)
    ]


def test_a_notice_in_a_senders_hand_is_left_to_it() -> None:
    rows, _ = after(meeting(), [], NOW)
    rows = put(rows, replace(only(rows, Kind.CONFIRMATION), state=State.SENDING))
    cancelled = meeting(version=2, change=Change.CANCELLED)
    assert Kind.CONFIRMATION not in [gone.notice.kind for gone in compare(cancelled, rows, RULES, NOW).close]


@given(meetings, st.lists(moments, min_size=1, max_size=6))
def test_however_often_and_whenever_one_looks_no_message_is_there_twice(found: Meeting, looks: list[datetime]) -> None:
    rows: list[Notice] = []
    for now in sorted(looks):
        rows, _ = after(found, rows, now)
        rows, _ = after(found, rows, now)  # what is too late already is first entered, then given up
        rows, again = after(found, rows, now)
        assert again == Changes()
    assert len({row.notice_id for row in rows}) == len(rows)
    assert len({(row.kind, row.occasion) for row in rows if row.state in LIVE}) == len(
        [row for row in rows if row.state in LIVE]
    )


@given(meetings, moments)
def test_a_reminder_never_leaves_outside_waking_hours_and_nothing_leaves_after_its_end(
    found: Meeting, now: datetime
) -> None:
    for row in compare(found, [], RULES, found.changed_at).create:
        at = send_at(row, RULES, now)
        if at is not None:
            assert now <= at < row.expires_at
            if row.kind in (Kind.REMINDER_24H, Kind.REMINDER_2H):
                assert 9 <= local(at).hour < 22


@pytest.mark.parametrize(
    ("now", "starts_at", "at"),
    [
        ("2026-11-24 22:00", "2026-11-25 12:00", "2026-11-25 08:00"),
        ("2026-11-24 22:00", "2026-11-25 07:30", "2026-11-24 22:00"),
        ("2026-11-25 07:30", "2026-11-25 07:30", None),
    ],
)
def test_what_staff_did_waits_for_the_morning_unless_the_meeting_begins_before(
    now: str, starts_at: str, at: str | None
) -> None:
    by_staff = meeting(said_by="staff", changed_at=utc("2026-11-24 12:00"), starts_at=utc(starts_at))
    (told,) = [row for row in compare(by_staff, [], RULES, NOW).create if row.kind is Kind.CONFIRMATION]
    assert send_at(told, RULES, utc(now)) == (None if at is None else utc(at))


def test_a_message_has_one_id_for_ever() -> None:
    one = notice_id(BOOKING, Kind.CONFIRMATION, Channel.EMAIL, 1)
    assert one == notice_id(BOOKING, Kind.CONFIRMATION, Channel.EMAIL, 1)
    assert one != notice_id(BOOKING, Kind.CONFIRMATION, Channel.EMAIL, 2)
    assert message_id(one, "nordby.example") == f"<notice-{one}@nordby.example>"
