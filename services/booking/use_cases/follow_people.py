"""Follow what people says: who may be booked for, who may be booked, and which meetings that leaves in the air."""

from typing import Any
from uuid import UUID

from services.booking.model.meetings import is_adviser
from services.booking.store import calendar
from services.booking.store import people as store
from services.booking.use_cases.ask_people import ask_people
from shared.clock import Clock
from shared.contracts.people import CitizenChanged, CitizenDeregistered, CitizenRegistered, StaffChanged
from shared.database import Session


async def know_citizen(session: Session, event: CitizenRegistered) -> None:
    """Remember a citizen who is registered, or registered again."""
    await store.keep_citizen(
        session,
        event.citizen_id,
        event.version,
        contact_group=event.contact_group,
        language=event.language,
        deregistered_on=None,
    )


async def update_citizen(session: Session, event: CitizenChanged) -> None:
    """Remember the newest contact group and language."""
    await store.keep_citizen(
        session, event.citizen_id, event.version, contact_group=event.contact_group, language=event.language
    )


async def end_registration(session: Session, clock: Clock, event: CitizenDeregistered) -> None:
    """Remember the end; every meeting still ahead becomes a task for a person."""
    news = await store.keep_citizen(session, event.citizen_id, event.version, deregistered_on=event.deregistered_on)
    if news:
        ahead = await store.upcoming(session, clock.now(), citizen_id=event.citizen_id)
        await _ask(session, clock, "meeting-after-deregistration", event.citizen_id, ahead)


async def know_adviser(session: Session, clock: Clock, event: StaffChanged) -> None:
    """Remember who is an adviser; one who no longer is leaves a task for every meeting still ahead."""
    bookable = is_adviser(event.roles, event.active)
    if not bookable and not await store.knows_adviser(session, event.staff_id):
        return
    news = await store.keep_adviser(session, event.staff_id, event.version, team_id=event.team_id, bookable=bookable)
    if news and not bookable:
        ahead = await store.upcoming(session, clock.now(), adviser_id=event.staff_id)
        await _ask(session, clock, "meeting-without-adviser", event.staff_id, ahead)


async def sweep_people(session: Session, clock: Clock) -> None:
    """Look again for meetings with somebody who is gone: one booked while that was heard is found here."""
    for meeting in await store.left_in_the_air(session, clock.now()):
        if meeting.deregistered:
            await _ask(session, clock, "meeting-after-deregistration", meeting.citizen_id, [meeting])
        if not meeting.bookable:
            await _ask(session, clock, "meeting-without-adviser", meeting.adviser_id, [meeting])


async def _ask(session: Session, clock: Clock, kind: str, cause: UUID, ahead: list[Any]) -> None:
    rules = await calendar.rules(session, clock.now())
    for meeting in ahead:
        await ask_people(
            session,
            clock,
            rules,
            kind=kind,
            cause=cause,
            booking_id=meeting.booking_id,
            citizen_id=meeting.citizen_id,
            adviser_id=meeting.adviser_id,
            starts_at=meeting.starts_at,
        )
