"""The step that holding, booking and moving share: may this citizen have this time, and is it still free?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.booking.model import refusals as no
from services.booking.model.free_times import Present
from services.booking.model.meetings import Actor, Case, Wanted, admit
from services.booking.store import bookings, claims
from services.booking.store import facts as facts_store
from services.booking.store.bookings import Meeting
from services.booking.store.claims import Change
from services.booking.store.facts import Facts
from services.booking.use_cases.find_times import Search, alternatives
from shared.clock import local_date
from shared.database import Session


@dataclass(frozen=True, slots=True)
class Ask:
    """A time that is asked for: which topic, with whom, when, in which form, for which citizen."""

    topic_id: str
    citizen_id: UUID
    adviser_id: UUID
    wanted: Wanted


async def admitted(session: Session, now: datetime, who: Actor, ask: Ask) -> tuple[Facts, datetime]:
    """Return the facts and the meeting's end, once the rules have let it pass.

    Raises CitizenUnknown, TopicUnknown, AdviserUnknown and every refusal of `model.meetings.admit`.
    """
    if ask.wanted.starts_at <= now:
        raise no.TimePassed
    day = local_date(ask.wanted.starts_at)
    facts = await facts_store.gather(
        session, now, topic_id=ask.topic_id, citizen_id=ask.citizen_id, adviser_id=ask.adviser_id, first=day, last=day
    )
    case = Case(
        facts.known_topic, facts.known_citizen, facts.known_adviser, facts.rules, facts.closed, who.said_by, now
    )
    return facts, admit(ask.wanted, case)


async def claim(
    session: Session,
    who: Actor,
    ask: Ask,
    facts: Facts,
    change: Change,
    *,
    booked: Meeting | None = None,
    present: Present | None = None,
) -> None:
    """Take the time, for the new meeting `booked` where there is one, or refuse with the three nearest others.

    `present`: where the meeting is that moves; not offered again, though its time is let go.
    Raises SlotTaken, CitizenBusy.
    """
    if booked is None:
        missing = await claims.change(session, change)
    else:
        missing = await bookings.book(session, booked, who, change)
    if not missing:
        return
    await claims.take_back(session, change)
    search = Search(ask.topic_id, who.said_by, ask.citizen_id, form=ask.wanted.form)
    others = await alternatives(session, change.now, facts, search, ask.wanted.starts_at, present)
    refusal = no.CitizenBusy if missing == {change.citizen_no} else no.SlotTaken
    raise refusal(alternatives=msgspec.to_builtins([facts.shown(free) for free in others]))
