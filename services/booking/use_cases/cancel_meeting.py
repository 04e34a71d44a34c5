"""Cancel a meeting: its time is free for others at once."""

from dataclasses import replace
from typing import Literal
from uuid import UUID

import msgspec

from services.booking.model import refusals as no
from services.booking.model.meetings import Actor, CancelReason, may_cancel
from services.booking.model.rules import Rules
from services.booking.store import bookings as store
from services.booking.store import calendar, claims
from services.booking.store.bookings import Meeting
from services.booking.store.claims import Change
from services.booking.use_cases.ask_people import answered
from shared.clock import Clock
from shared.contracts.booking import BookingCancelled
from shared.database import Session
from shared.messaging import outbox

CancelledBy = Literal["citizen", "authority"]


async def cancel_meeting(
    session: Session, clock: Clock, who: Actor, booking_id: UUID, reason: CancelReason, by: CancelledBy
) -> tuple[Meeting, Rules]:
    """Cancel and return the meeting, with the rules of today.

    `by`: whose wish it is (a citizen may phone in; staff then say it).

    Raises BookingUnknown and the refusals of may_cancel.
    """
    now = clock.now()
    before = await store.meeting(session, booking_id, lock=True)
    if before is None:
        raise no.BookingUnknown
    old = before.booking
    rules = await calendar.rules(session, now)
    may_cancel(old, rules, who.said_by, now)
    after = msgspec.structs.replace(before, booking=replace(old, state="cancelled", version=old.version + 1))
    await claims.change(
        session,
        Change(
            lock={before.citizen_no, before.adviser_no},
            claim=(),
            citizen_no=before.citizen_no,
            starts=old.starts_at,
            ends=old.ends_at,
            now=now,
            released_booking=booking_id,
        ),
    )
    await store.change(session, after)
    await store.add_line(session, after, "cancelled", who, now, reason)
    await answered(session, clock, booking_id)
    outbox.add(
        session,
        BookingCancelled(
            booking_id=booking_id,
            citizen_id=old.citizen_id,
            version=after.booking.version,
            adviser_id=old.adviser_id,
            starts_at=old.starts_at,
            cancelled_by=by,
            said_by=who.said_by,
            reason=reason.value,
        ),
    )
    return after, rules
