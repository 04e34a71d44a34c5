"""Move a meeting: the old time is let go and the new one taken in one transaction, or nothing happens at all."""

from datetime import datetime
from uuid import UUID

import msgspec

from services.booking.model import refusals as no
from services.booking.model.meetings import Actor, Booking, Wanted, may_move
from services.booking.model.rules import Rules
from services.booking.store import bookings as store
from services.booking.store import calendar
from services.booking.store.bookings import Meeting
from services.booking.store.claims import Change
from services.booking.store.facts import Facts
from services.booking.use_cases.ask_people import answered
from services.booking.use_cases.find_times import place_of
from services.booking.use_cases.take_time import Ask, admitted, claim
from shared.clock import Clock
from shared.contracts.booking import BookingMoved
from shared.database import Session
from shared.messaging import outbox


async def move_meeting(
    session: Session, clock: Clock, who: Actor, booking_id: UUID, adviser_id: UUID, wanted: Wanted
) -> tuple[Meeting, Rules]:
    """Move and return the meeting, with the rules of today; the citizen's holds give way to it.

    Raises BookingUnknown, SameTime, and the refusals of may_move, admitted and claim.
    """
    now = clock.now()
    before = await store.meeting(session, booking_id, lock=True)
    if before is None:
        raise no.BookingUnknown
    old = before.booking
    may_move(old, await calendar.rules(session, now), who.said_by, now)
    if (old.adviser_id, old.starts_at, old.form) == (adviser_id, wanted.starts_at, wanted.form):
        raise no.SameTime
    ask = Ask(old.topic_id, old.citizen_id, adviser_id, wanted)
    facts, ends_at = await admitted(session, now, who, ask)
    after = _moved(before, facts, ask, ends_at)
    change = _change(before, after, facts, now)
    await claim(session, who, ask, facts, change, present=place_of(old))
    await store.change(session, after)
    await store.add_line(session, after, "moved", who, now)
    await answered(session, clock, booking_id)
    outbox.add(session, _event(old, after.booking, who))
    return after, facts.rules


def _moved(before: Meeting, facts: Facts, ask: Ask, ends_at: datetime) -> Meeting:
    booking = before.booking
    moved = Booking(
        booking_id=booking.booking_id,
        citizen_id=booking.citizen_id,
        adviser_id=ask.adviser_id,
        topic_id=booking.topic_id,
        starts_at=ask.wanted.starts_at,
        ends_at=ends_at,
        form=ask.wanted.form,
        remind_2h=booking.remind_2h,
        state="booked",
        version=booking.version + 1,
    )
    return msgspec.structs.replace(
        before,
        booking=moved,
        topic=facts.topic,
        place=facts.place_of(moved.form),
        adviser_no=facts.known_adviser.adviser_no,
    )


def _change(before: Meeting, after: Meeting, facts: Facts, now: datetime) -> Change:
    held = facts.holds
    return Change(
        lock={before.citizen_no, before.adviser_no, after.adviser_no, *(hold.adviser_no for hold in held)},
        claim=(after.adviser_no, after.citizen_no),
        citizen_no=after.citizen_no,
        starts=after.booking.starts_at,
        ends=after.booking.ends_at,
        now=now,
        booking_id=after.booking.booking_id,
        let_go_holds=[hold.hold_id for hold in held],
        released_booking=before.booking.booking_id,
    )


def _event(old: Booking, new: Booking, who: Actor) -> BookingMoved:
    return BookingMoved(
        booking_id=new.booking_id,
        citizen_id=new.citizen_id,
        version=new.version,
        topic_id=new.topic_id,
        adviser_id=new.adviser_id,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        form=new.form,
        said_by=who.said_by,
        remind_2h=new.remind_2h,
        previous_adviser_id=old.adviser_id,
        previous_starts_at=old.starts_at,
    )
