"""What notifications is told: by booking, how meetings change; by its own timers, that a notice is due."""

from dataclasses import replace
from datetime import datetime

from services.notifications.model.notice import Change, Meeting
from services.notifications.use_cases.plan_notices import hear_meeting
from services.notifications.use_cases.sweep import mark_due
from shared.contracts.booking import BookingCancelled, BookingCreated, BookingMoved
from shared.contracts.notifications import NoticeDue
from shared.messaging import Context, Received, Subscriptions

on = Subscriptions()


@on(BookingCreated)
async def plan_confirmation_and_reminders(event: BookingCreated, context: Context) -> None:
    """Confirm, and remind before the meeting."""
    await hear_meeting(context.session, context.clock, _booked(event, Change.CREATED, context))


@on(BookingMoved)
async def plan_for_the_new_time(event: BookingMoved, context: Context) -> None:
    """Tell the new time and remind of it; what was planned for the old one is superseded."""
    moved = replace(_booked(event, Change.MOVED, context), previous_starts_at=event.previous_starts_at)
    await hear_meeting(context.session, context.clock, moved)


@on(BookingCancelled)
async def plan_the_cancellation(event: BookingCancelled, context: Context) -> None:
    """Tell that the meeting is off; nobody is reminded of it."""
    meeting = Meeting(
        booking_id=event.booking_id,
        citizen_id=event.citizen_id,
        version=event.version,
        change=Change.CANCELLED,
        changed_at=_said_at(context),
        said_by=event.said_by,
        by_citizen=event.cancelled_by == "citizen",
        starts_at=event.starts_at,
        adviser_id=event.adviser_id,
    )
    await hear_meeting(context.session, context.clock, meeting)


@on(NoticeDue, many=True, in_order=False)
async def let_due_notices_go(events: list[Received[NoticeDue]], context: Context) -> None:
    """Hand what is due to the sender; the list is one statement, as thousands are due at nine o'clock."""
    await mark_due(context.session, context.clock, [received.event.notice_id for received in events])


def _booked(event: BookingCreated | BookingMoved, change: Change, context: Context) -> Meeting:
    return Meeting(
        booking_id=event.booking_id,
        citizen_id=event.citizen_id,
        version=event.version,
        change=change,
        changed_at=_said_at(context),
        said_by=event.said_by,
        by_citizen=event.said_by == "citizen",
        starts_at=event.starts_at,
        remind_2h=event.remind_2h,
        adviser_id=event.adviser_id,
    )


def _said_at(context: Context) -> datetime:
    """Return when the event was said: what counts for "less than 24 hours ahead" is the booking, not its arrival."""
    if context.received is None:
        raise TypeError("events that change meetings are heard one by one")
    return context.received.time
