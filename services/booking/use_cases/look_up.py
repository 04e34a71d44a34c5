"""Look at meetings, topics and days: reads, each as the one who asks may see it."""

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from services.booking.model import refusals as no
from services.booking.model.exemption import Exemption
from services.booking.model.meetings import Topic
from services.booking.model.rules import Rules
from services.booking.store import bookings, calendar, people, search
from services.booking.store.bookings import Meeting, Said
from shared.clock import Clock, at_local, local_date
from shared.database import Session

LOOK_BACK = timedelta(days=365)


async def rules(session: Session, clock: Clock) -> Rules:
    """Return the rules of today."""
    return await calendar.rules(session, clock.now())


async def meeting(session: Session, clock: Clock, booking_id: UUID, citizen_id: UUID | None) -> tuple[Meeting, Rules]:
    """Return a meeting; with `citizen_id` only one of that citizen's. Raises BookingUnknown."""
    found = await bookings.meeting(session, booking_id)
    if found is None or citizen_id not in (None, found.booking.citizen_id):
        raise no.BookingUnknown
    return found, await rules(session, clock)


async def meetings_of(session: Session, clock: Clock, citizen_id: UUID) -> tuple[list[Meeting], Rules]:
    """Return a citizen's meetings ahead and of the last year, by time."""
    return await bookings.of_citizen(session, citizen_id, clock.now() - LOOK_BACK), await rules(session, clock)


async def history(session: Session, booking_id: UUID, citizen_id: UUID | None) -> list[Said]:
    """Return what was said about a meeting. Raises BookingUnknown."""
    found = await bookings.meeting(session, booking_id)
    if found is None or citizen_id not in (None, found.booking.citizen_id):
        raise no.BookingUnknown
    return await bookings.history(session, booking_id)


async def topics(session: Session, clock: Clock, citizen_id: UUID | None) -> list[Topic]:
    """Return today's topics; for a citizen, those of the contact group that can be self-booked."""
    found = await calendar.topics(session, local_date(clock.now()))
    if citizen_id is None:
        return found
    group = await people.contact_group(session, citizen_id)
    return [
        topic for topic in found if topic.self_bookable and (not topic.contact_groups or group in topic.contact_groups)
    ]


async def advisers(session: Session, clock: Clock) -> list[dict[str, Any]]:
    """Return bookable advisers."""
    return await calendar.advisers(session, local_date(clock.now()))


async def adviser_day(
    session: Session, clock: Clock, adviser_id: UUID, day: date
) -> tuple[dict[str, Any], list[Meeting], Rules]:
    """Return an adviser's day and the meetings booked in it. Raises AdviserUnknown."""
    number = await calendar.adviser_no(session, adviser_id)
    if number is None:
        raise no.AdviserUnknown
    starts, ends = at_local(day, time(0)), at_local(day + timedelta(days=1), time(0))
    closed = await calendar.closed_days(session)
    in_force = [
        period
        for period in await calendar.hours(session, number, day)
        if period.valid_from <= day and (period.valid_to is None or day <= period.valid_to)
    ]
    weekday = day.isoweekday()
    shown = {
        "adviser_id": adviser_id,
        "date": day,
        "closed": closed.reason(day),
        "hours": [part for period in in_force for part in period.week.work if part.weekday == weekday],
        "breaks": [part for period in in_force for part in period.week.breaks if part.weekday == weekday],
        "absences": await calendar.absences(session, number, starts, ends),
    }
    return shown, await bookings.of_adviser(session, adviser_id, starts, ends), await rules(session, clock)


async def exemptions(session: Session, citizen_id: UUID) -> list[Exemption]:
    """Return the standing decisions about a citizen, newest first."""
    return await people.exemptions(session, citizen_id)


async def offers(session: Session, citizen_id: UUID) -> list[dict[str, Any]]:
    """Return which searches a citizen was shown the result of, newest first."""
    return await search.offers_to(session, citizen_id)
