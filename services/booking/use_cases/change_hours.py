"""Set an adviser's working week; meetings already booked stay where they are."""

from datetime import date
from uuid import UUID

from services.booking.model import refusals as no
from services.booking.model.week import Week, checked
from services.booking.store import calendar as store
from services.booking.store.calendar import Period
from shared.clock import Clock, local_date
from shared.database import Session


async def change_hours(
    session: Session, clock: Clock, adviser_id: UUID, valid_from: date, valid_to: date | None, week: Week
) -> list[Period]:
    """Put the week in force from its first day on and return all weeks from today; the same week again is no change.

    Raises AdviserUnknown, HoursInvalid, PeriodInvalid.
    """
    if valid_to is not None and valid_to < valid_from:
        raise no.PeriodInvalid
    number = await store.adviser_no(session, adviser_id, lock=True)
    if number is None:
        raise no.AdviserUnknown
    period = Period(valid_from, valid_to, checked(week))
    if period not in await store.hours(session, number, valid_from):
        await store.replace_hours(session, number, period)
    return await store.hours(session, number, local_date(clock.now()))


async def hours_of(session: Session, clock: Clock, adviser_id: UUID) -> list[Period]:
    """Return an adviser's weeks from today on. Raises AdviserUnknown."""
    number = await store.adviser_no(session, adviser_id)
    if number is None:
        raise no.AdviserUnknown
    return await store.hours(session, number, local_date(clock.now()))
