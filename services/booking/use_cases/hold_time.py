"""Hold a time for some minutes while a person checks it; a citizen holds one time, the newest."""

from datetime import timedelta
from uuid import UUID

from services.booking.model import refusals as no
from services.booking.model.meetings import Actor
from services.booking.store import bookings as store
from services.booking.store import claims
from services.booking.store import facts as facts_store
from services.booking.store.bookings import Hold
from services.booking.store.claims import Change
from services.booking.use_cases.take_time import Ask, admitted, claim
from shared.clock import Clock, local_date
from shared.database import Session


async def hold_time(session: Session, clock: Clock, who: Actor, ask: Ask) -> Hold:
    """Keep the time for as long as the rule `hold.minutes` says, and let go of the citizen's earlier holds.

    One after the other: the holds of requests that came at the same moment are seen, and go too.
    Raises the refusals of admitted and claim.
    """
    now = clock.now()
    await claims.one_hold_at_a_time(session, ask.citizen_id)
    facts, ends_at = await admitted(session, now, who, ask)
    citizen_no, adviser_no = facts.known_citizen.citizen_no, facts.known_adviser.adviser_no
    hold_id = clock.new_id()
    expires_at = now + timedelta(minutes=facts.rules["hold.minutes"].value)
    change = Change(
        lock={citizen_no, adviser_no, *(held.adviser_no for held in facts.holds)},
        claim=(adviser_no, citizen_no),
        citizen_no=citizen_no,
        starts=ask.wanted.starts_at,
        ends=ends_at,
        now=now,
        hold_id=hold_id,
        held_until=expires_at,
        let_go_holds=[held.hold_id for held in facts.holds],
    )
    await claim(session, who, ask, facts, change)
    values = {
        "hold_id": hold_id,
        "citizen_no": citizen_no,
        "adviser_no": adviser_no,
        "topic_id": ask.topic_id,
        "starts_at": ask.wanted.starts_at,
        "form": ask.wanted.form,
        "expires_at": expires_at,
    }
    await store.add_hold(session, values)
    return Hold(
        hold_id, ask.citizen_id, ask.adviser_id, ask.topic_id, ask.wanted.starts_at, ask.wanted.form, expires_at
    )


async def known_hold(session: Session, hold_id: UUID, citizen_id: UUID | None) -> Hold:
    """Return a hold; with `citizen_id` only that citizen's. Raises HoldUnknown."""
    held = await store.held(session, hold_id)
    if held is None or citizen_id not in (None, held.citizen_id):
        raise no.HoldUnknown
    return held


async def release_hold(session: Session, clock: Clock, hold_id: UUID, citizen_id: UUID | None) -> None:
    """Let go of a hold before it expires. Raises HoldUnknown."""
    held = await known_hold(session, hold_id, citizen_id)
    now = clock.now()
    day = local_date(held.starts_at)
    facts = await facts_store.gather(
        session, now, topic_id=None, citizen_id=held.citizen_id, adviser_id=None, first=day, last=day
    )
    number = facts.known_citizen.citizen_no
    change = Change(
        lock={number, *(known.adviser_no for known in facts.holds)},
        claim=(),
        citizen_no=number,
        starts=held.starts_at,
        ends=held.starts_at,
        now=now,
        let_go_holds=[hold_id],
    )
    await claims.change(session, change)
