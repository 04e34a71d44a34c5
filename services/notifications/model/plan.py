"""What should be told about a meeting, compared with what is in the ledger. Level-triggered: it does not matter
which event or timer was lost; the difference between the two is what there is left to do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from services.notifications.model.hours import (
    Rules,
    as_of,
    at_earliest,
    at_latest,
    is_waking,
    next_opening,
    waking_time,
)
from services.notifications.model.notice import (
    LADDER,
    LIVE,
    TELLING,
    TOLD,
    Change,
    Channel,
    Kind,
    Meeting,
    Notice,
    Reason,
    State,
    notice_id,
)
from shared.clock import local_date

_BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 240, 480, 900))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notice that should exist, with when it is due and until when it makes sense; or why it is dropped.

    `needed_by`: until when it should be there, and so how long a channel that is down is waited for.
    """

    kind: Kind
    occasion: int
    due_at: datetime
    expires_at: datetime
    any_hour: bool
    needed_by: datetime
    dropped: Reason | None = None


class Closing(NamedTuple):
    """A notice that will not be sent any more, and why."""

    notice: Notice
    state: State
    reason: Reason


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between what should be in the ledger and what is."""

    create: tuple[Notice, ...] = ()
    close: tuple[Closing, ...] = ()
    reschedule: tuple[Notice, ...] = ()
    hand_over: tuple[Notice, ...] = ()


def wanted(meeting: Meeting, rules: Rules, now: datetime) -> list[Wanted]:
    """Return what should exist for a meeting as it stands now.

    What the citizen did is confirmed at once at any hour; what staff did, in waking hours, unless the meeting begins
    (or began, before it was moved) before the next of them. Reminders come before the meeting as the rule of its day
    says (24 h; 2 h if chosen), in waking hours only.
    """
    telling = _telling(meeting, rules, now)
    if meeting.change is Change.CANCELLED:
        return [telling]
    rule = as_of(rules, local_date(meeting.starts_at))
    found = [telling, _reminder(meeting, rules, now, telling, Kind.REMINDER_24H, rule.first_reminder)]
    if meeting.remind_2h:
        last = _reminder(meeting, rules, now, telling, Kind.REMINDER_2H, rule.second_reminder)
        if last.dropped in (None, Reason.BEGUN):
            found[1] = _until(found[1], last.due_at, now)
        found.append(last)
    return found


def _telling(meeting: Meeting, rules: Rules, now: datetime) -> Wanted:
    due, any_hour = meeting.changed_at, True
    if meeting.said_by != "citizen":
        opening = at_earliest(rules, due)
        if opening < meeting.needed_by:
            due = opening
            # A first try that fails at closing time must not wait for a morning that is too late.
            any_hour = next_opening(rules, due) >= meeting.needed_by
    begun = Reason.BEGUN if max(now, due) >= meeting.starts_at else None
    return Wanted(TOLD[meeting.change], meeting.version, due, meeting.starts_at, any_hour, meeting.needed_by, begun)


def _reminder(meeting: Meeting, rules: Rules, now: datetime, telling: Wanted, kind: Kind, before: timedelta) -> Wanted:
    target = meeting.starts_at - before
    due = at_latest(rules, target)
    dropped = None
    if target <= meeting.changed_at:
        dropped = Reason.BOOKED_LATE
    elif due <= meeting.changed_at:
        dropped = Reason.NIGHT
    elif due <= telling.due_at:
        dropped = Reason.BOOKED_LATE
    elif now >= meeting.starts_at:
        dropped = Reason.BEGUN
    return Wanted(kind, meeting.version, due, meeting.starts_at, False, meeting.starts_at, dropped)


def _until(reminder: Wanted, next_due: datetime, now: datetime) -> Wanted:
    """Let a reminder end where the next one takes over: nobody needs both at once."""
    dropped = reminder.dropped
    if now >= next_due and dropped in (None, Reason.BEGUN):
        dropped = Reason.OVERTAKEN
    return replace(reminder, expires_at=next_due, needed_by=next_due, dropped=dropped)


def compare(meeting: Meeting, existing: Sequence[Notice], rules: Rules, now: datetime) -> Changes:
    """Return what must be created, closed, moved in time or handed to a person to make the ledger right."""
    create: list[Notice] = []
    close: list[Closing] = []
    reschedule: list[Notice] = []
    hand_over: list[Notice] = []
    should = {(want.kind, want.occasion): want for want in wanted(meeting, rules, now)}
    for row in existing:
        if row.state in LIVE:
            want = should.get((row.kind, row.occasion))
            closing = _closing(row, want, rules, now)
            if closing is not None:
                close.append(closing)
            elif want is not None and (row.due_at, row.expires_at) != (want.due_at, want.expires_at):
                reschedule.append(_new(meeting, want, row.channel, now))
    closed = {gone.notice.notice_id: replace(gone.notice, state=gone.state, reason=gone.reason) for gone in close}
    for key, want in should.items():
        rows = [closed.get(row.notice_id, row) for row in existing if (row.kind, row.occasion) == key]
        states = {row.channel: row.state for row in rows}
        channel = _next_channel(want, states)
        opened = None if channel is None else _new(meeting, want, channel, now)
        if opened is not None and not (states and _out_of_time(opened, rules, now)):
            create.append(opened)
        elif states and set(states.values()) == {State.UNDELIVERABLE} and not any(r.handed_over_at for r in rows):
            hand_over.append(rows[-1])
    return Changes(tuple(create), tuple(close), tuple(reschedule), tuple(hand_over))


def _closing(row: Notice, want: Wanted | None, rules: Rules, now: datetime) -> Closing | None:
    """Say whether a notice that waits must be given up."""
    if want is None:
        return Closing(row, State.SUPERSEDED, Reason.CHANGED)
    if want.dropped is Reason.BEGUN:
        return Closing(row, State.UNDELIVERABLE, Reason.BEGUN)
    if want.dropped is not None:
        return Closing(row, State.SUPERSEDED, want.dropped)
    if row.first_attempt_at is not None and _waited_enough(row, row.first_attempt_at, want, rules, now):
        return Closing(row, State.UNDELIVERABLE, Reason.PROVIDER_DOWN)
    if _out_of_time(row, rules, now):
        return Closing(row, State.UNDELIVERABLE, Reason.NO_TIME_LEFT)
    return None


def _waited_enough(row: Notice, first: datetime, want: Wanted, rules: Rules, now: datetime) -> bool:
    """Say whether a channel that is down, first tried at `first`, should give way to the next.

    After a quarter of the time left in which the notice may be sent, and at most as long as the rule says: so the
    other channel, and a person after it, still come in time.
    """
    if now - first >= as_of(rules, local_date(now)).give_up_after:
        return True
    end = want.needed_by if want.needed_by > first else want.expires_at
    if row.any_hour:
        return 4 * (now - first) >= end - first
    return 4 * waking_time(rules, first, now) >= waking_time(rules, first, end)


def _out_of_time(row: Notice, rules: Rules, now: datetime) -> bool:
    return now >= row.due_at and send_at(row, rules, now) is None


def _next_channel(want: Wanted, states: dict[Channel, State]) -> Channel | None:
    """Return the channel to open now: the first when there is no row, the next when all tried ones failed."""
    ladder = LADDER[want.kind]
    if not states:
        return ladder[0]
    if want.dropped is not None or any(state is not State.UNDELIVERABLE for state in states.values()):
        return None
    return next((channel for channel in ladder if channel not in states), None)


def _new(meeting: Meeting, want: Wanted, channel: Channel, now: datetime) -> Notice:
    if want.dropped is not None:
        return _row(meeting, want, channel, State.DROPPED)
    return _row(meeting, want, channel, State.READY if want.due_at <= now else State.PLANNED)


def _row(meeting: Meeting, want: Wanted, channel: Channel, state: State) -> Notice:
    return Notice(
        notice_id=notice_id(meeting.booking_id, want.kind, channel, want.occasion),
        booking_id=meeting.booking_id,
        citizen_id=meeting.citizen_id,
        kind=want.kind,
        channel=channel,
        occasion=want.occasion,
        due_at=want.due_at,
        expires_at=want.expires_at,
        any_hour=want.any_hour,
        by_citizen=meeting.by_citizen,
        state=state,
        reason=want.dropped,
    )


def send_at(notice: Notice, rules: Rules, now: datetime) -> datetime | None:
    """Return when a notice that is due may go out: now, at the next opening, or never (None).

    A reminder never leaves outside waking hours; what was done to a meeting that begins before the next opening does.
    """
    if now >= notice.expires_at:
        return None
    if notice.any_hour or is_waking(rules, now):
        return now
    opening = at_earliest(rules, now)
    if opening < notice.expires_at:
        return opening
    return now if notice.kind in TELLING else None


def retry_at(attempts: int, now: datetime, asked: timedelta | None = None) -> datetime:
    """Return when to try again after a passing failure: soon at first, at most 15 minutes apart.

    `attempts` counts those made; `asked` is what the provider asked for (Retry-After).
    """
    pause = _BACK_OFF[min(max(attempts, 1), len(_BACK_OFF)) - 1]
    return now + (pause if asked is None else max(pause, asked))
