"""Book a meeting: adviser and citizen are claimed and the event is said, or nothing happens at all."""

from dataclasses import dataclass

from services.booking.model.meetings import Actor, Booking
from services.booking.model.rules import Rules
from services.booking.store.bookings import Meeting
from services.booking.store.claims import Change
from services.booking.use_cases.take_time import Ask, admitted, claim
from shared.clock import Clock
from shared.contracts.booking import BookingCreated
from shared.database import Session
from shared.messaging import outbox


@dataclass(frozen=True, slots=True)
class Extras:
    """What a citizen adds to a meeting: a note for the adviser, and whether to be reminded 2 hours before."""

    note: str
    remind_2h: bool


async def book_meeting(session: Session, clock: Clock, who: Actor, ask: Ask, extras: Extras) -> tuple[Meeting, Rules]:
    """Book and return the meeting, with the rules of today.

    The citizen's holds give way to it; one that has just expired does no harm.

    Raises the refusals of admitted and claim.
    """
    now = clock.now()
    facts, ends_at = await admitted(session, now, who, ask)
    citizen_no, adviser_no = facts.known_citizen.citizen_no, facts.known_adviser.adviser_no
    booking = Booking(
        booking_id=clock.new_id(),
        citizen_id=ask.citizen_id,
        adviser_id=ask.adviser_id,
        topic_id=ask.topic_id,
        starts_at=ask.wanted.starts_at,
        ends_at=ends_at,
        form=ask.wanted.form,
        remind_2h=extras.remind_2h,
        state="booked",
        version=1,
    )
    meeting = Meeting(
        booking, extras.note, who.said_by, now, facts.topic, facts.place_of(booking.form), citizen_no, adviser_no
    )
    change = Change(
        lock={citizen_no, adviser_no, *(held.adviser_no for held in facts.holds)},
        claim=(adviser_no, citizen_no),
        citizen_no=citizen_no,
        starts=booking.starts_at,
        ends=ends_at,
        now=now,
        booking_id=booking.booking_id,
        let_go_holds=[held.hold_id for held in facts.holds],
    )
    await claim(session, who, ask, facts, change, booked=meeting)
    outbox.add(session, _created(booking, who))
    return meeting, facts.rules


def _created(booking: Booking, who: Actor) -> BookingCreated:
    return BookingCreated(
        booking_id=booking.booking_id,
        citizen_id=booking.citizen_id,
        version=booking.version,
        topic_id=booking.topic_id,
        adviser_id=booking.adviser_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        form=booking.form,
        said_by=who.said_by,
        remind_2h=booking.remind_2h,
    )
