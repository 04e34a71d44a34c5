"""Advisers' hours and absences, topics, closed days, and what a day looks like."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, delete, func, insert, literal_column, or_, select, update

from services.booking.model.calendar import ClosedDays, ClosingDay, YearlyClosing
from services.booking.model.meetings import Topic
from services.booking.model.rules import Rule, Rules
from services.booking.model.week import Week
from services.booking.tables import absence, adviser, booking, closing_day, rule, topic, weekly_hours, yearly_closing
from shared.clock import local_date
from shared.database import Session


class Period(msgspec.Struct, frozen=True):
    """A working week and from when to when it is valid."""

    valid_from: date
    valid_to: date | None
    week: Week


class Absence(msgspec.Struct, frozen=True):
    """Time an adviser is away; half-open."""

    absence_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str


_rules = select(rule).where(
    rule.c.valid_from <= bindparam("on"), func.coalesce(rule.c.valid_to, bindparam("on")) >= bindparam("on")
)


async def rules(session: Session, now: datetime) -> Rules:
    """Return the rules as they stand today."""
    today = local_date(now)
    rows = await session.execute(_rules, {"on": today})
    return Rules([Rule(row.key, row.value, row.valid_from, row.valid_to, row.source) for row in rows], today)


async def closed_days(session: Session) -> ClosedDays:
    """Return every closing day there is."""
    days = await session.execute(select(closing_day))
    yearly = await session.execute(select(yearly_closing))
    return ClosedDays(
        [ClosingDay(row.day, row.name) for row in days],
        [YearlyClosing(row.month, row.day, row.name, row.valid_from, row.valid_to) for row in yearly],
    )


async def topics(session: Session, on: date) -> list[Topic]:
    """Return the topics of a day in the order people should see them."""
    valid = (topic.c.valid_from <= on, or_(topic.c.valid_to.is_(None), topic.c.valid_to >= on))
    rows = await session.execute(select(topic).where(*valid).order_by(topic.c.sort_order, topic.c.topic_id))
    return [msgspec.convert(row, Topic, from_attributes=True) for row in rows]


async def advisers(session: Session, today: date) -> list[dict[str, Any]]:
    """Return bookable advisers: id, team, and whether they have working hours today or later."""
    later = or_(weekly_hours.c.valid_to.is_(None), weekly_hours.c.valid_to >= today)
    hours = select(literal_column("1")).where(weekly_hours.c.adviser_no == adviser.c.adviser_no, later).exists()
    query = select(adviser.c.adviser_id, adviser.c.team_id, hours.label("has_hours")).where(adviser.c.bookable)
    return [row._asdict() for row in await session.execute(query.order_by(adviser.c.adviser_no))]


async def adviser_no(session: Session, adviser_id: UUID, *, lock: bool = False) -> int | None:
    """Return a known adviser's resource number; with `lock` changes of the same adviser's time wait in line."""
    query = select(adviser.c.adviser_no).where(adviser.c.adviser_id == adviser_id)
    found: int | None = await session.scalar(query.with_for_update(key_share=True) if lock else query)
    return found


async def hours(session: Session, number: int, since: date) -> list[Period]:
    """Return an adviser's weeks that are valid on `since` or later, by date."""
    later = or_(weekly_hours.c.valid_to.is_(None), weekly_hours.c.valid_to >= since)
    query = select(weekly_hours).where(weekly_hours.c.adviser_no == number, later).order_by(weekly_hours.c.valid_from)
    rows = await session.execute(query)
    return [Period(row.valid_from, row.valid_to, msgspec.convert(row.week, Week)) for row in rows]


async def replace_hours(session: Session, number: int, period: Period) -> None:
    """Put a week in force from its first day on; whatever stood from that day on gives way to it."""
    mine = weekly_hours.c.adviser_no == number
    await session.execute(delete(weekly_hours).where(mine, weekly_hours.c.valid_from >= period.valid_from))
    before = (weekly_hours.c.valid_to.is_(None)) | (weekly_hours.c.valid_to >= period.valid_from)
    end = period.valid_from - timedelta(days=1)
    await session.execute(update(weekly_hours).where(mine, before).values(valid_to=end))
    await session.execute(
        insert(weekly_hours).values(
            adviser_no=number,
            valid_from=period.valid_from,
            valid_to=period.valid_to,
            week=msgspec.to_builtins(period.week),
        )
    )


async def add_absence(session: Session, number: int, away: Absence, said_by: UUID | None, said_at: datetime) -> None:
    """Remember an absence."""
    await session.execute(
        insert(absence).values(adviser_no=number, said_by=said_by, said_at=said_at, **msgspec.structs.asdict(away))
    )


async def remove_absence(session: Session, number: int, absence_id: UUID) -> bool:
    """Take an absence back; say whether it was there."""
    gone = delete(absence).where(absence.c.adviser_no == number, absence.c.absence_id == absence_id)
    return bool((await session.execute(gone)).rowcount)


async def absences(session: Session, number: int, starts: datetime, ends: datetime | None = None) -> list[Absence]:
    """Return an adviser's absences that end after `starts` (and begin before `ends`), by start."""
    query = select(absence.c.absence_id, absence.c.starts_at, absence.c.ends_at, absence.c.reason).where(
        absence.c.adviser_no == number, absence.c.ends_at > starts
    )
    if ends is not None:
        query = query.where(absence.c.starts_at < ends)
    rows = await session.execute(query.order_by(absence.c.starts_at).limit(200))
    return [Absence(row.absence_id, row.starts_at, row.ends_at, row.reason) for row in rows]


async def all_absences(session: Session, now: datetime) -> list[tuple[UUID, Absence]]:
    """Return every absence that is not over and has booked meetings in it, with the adviser's id."""
    columns = (adviser.c.adviser_id, absence.c.absence_id, absence.c.starts_at, absence.c.ends_at, absence.c.reason)
    hit = select(booking.c.booking_id).where(
        booking.c.adviser_no == absence.c.adviser_no,
        booking.c.state == "booked",
        booking.c.starts_at < absence.c.ends_at,
        booking.c.ends_at > absence.c.starts_at,
        booking.c.starts_at > now,
    )
    query = select(*columns).join(adviser, adviser.c.adviser_no == absence.c.adviser_no).where(hit.exists())
    rows = await session.execute(query.where(absence.c.ends_at > now))
    return [(row.adviser_id, Absence(row.absence_id, row.starts_at, row.ends_at, row.reason)) for row in rows]
