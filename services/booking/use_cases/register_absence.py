"""Register an adviser's absence. Meetings booked in it stay, and become tasks: a person calls the citizen."""

from datetime import datetime
from uuid import UUID

from services.booking.model import refusals as no
from services.booking.store import bookings, calendar
from services.booking.store.bookings import Meeting
from services.booking.store.calendar import Absence
from services.booking.use_cases.ask_people import ask_people
from shared.clock import Clock
from shared.database import Session


async def register_absence(
    session: Session,
    clock: Clock,
    adviser_id: UUID,
    starts: datetime,
    ends: datetime,
    reason: str,
    said_by: UUID | None,
) -> tuple[Absence, list[Meeting]]:
    """Return the absence and the meetings it hits, each of which is now a task.

    Raises AdviserUnknown, PeriodInvalid.
    """
    if ends <= starts:
        raise no.PeriodInvalid
    number = await calendar.adviser_no(session, adviser_id)
    if number is None:
        raise no.AdviserUnknown
    away = Absence(clock.new_id(), starts, ends, reason)
    await calendar.add_absence(session, number, away, said_by, clock.now())
    hit = await _tasks_for(session, clock, adviser_id, away)
    return away, hit


async def remove_absence(session: Session, adviser_id: UUID, absence_id: UUID) -> None:
    """Take back an absence. Raises AdviserUnknown, AbsenceUnknown."""
    number = await calendar.adviser_no(session, adviser_id)
    if number is None:
        raise no.AdviserUnknown
    if not await calendar.remove_absence(session, number, absence_id):
        raise no.AbsenceUnknown


async def absences_of(session: Session, clock: Clock, adviser_id: UUID) -> list[Absence]:
    """Return an adviser's absences that are not over. Raises AdviserUnknown."""
    number = await calendar.adviser_no(session, adviser_id)
    if number is None:
        raise no.AdviserUnknown
    return await calendar.absences(session, number, clock.now())


async def sweep_absences(session: Session, clock: Clock) -> None:
    """Look again for meetings in absences: one booked at the very moment the absence was entered is found here."""
    for adviser_id, away in await calendar.all_absences(session, clock.now()):
        await _tasks_for(session, clock, adviser_id, away)


async def _tasks_for(session: Session, clock: Clock, adviser_id: UUID, away: Absence) -> list[Meeting]:
    now = clock.now()
    rules = await calendar.rules(session, now)
    hit = (
        [
            meeting
            for meeting in await bookings.of_adviser(session, adviser_id, max(away.starts_at, now), away.ends_at)
            if meeting.booking.starts_at > now
        ]
        if away.ends_at > now
        else []
    )
    for meeting in hit:
        await ask_people(
            session,
            clock,
            rules,
            kind="meeting-in-absence",
            cause=away.absence_id,
            booking_id=meeting.booking.booking_id,
            citizen_id=meeting.booking.citizen_id,
            adviser_id=adviser_id,
            starts_at=meeting.booking.starts_at,
        )
    return hit
