"""What booking remembers of people's events, each under its resource number, and exemptions from self-booking."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.booking.model.exemption import Exemption
from services.booking.tables import adviser, booking, citizen, exemption, resource
from shared.database import Session


async def _number(session: Session, kind: str, resource_id: UUID) -> int:
    """Return the resource number of a person, giving one out at first sight."""
    new = upsert(resource).values(kind=kind, resource_id=resource_id).on_conflict_do_nothing()
    await session.execute(new)
    found = select(resource.c.resource_no).where(resource.c.kind == kind, resource.c.resource_id == resource_id)
    number: int = await session.scalar(found)
    return number


async def keep_citizen(session: Session, citizen_id: UUID, version: int, **values: Any) -> bool:
    """Remember the newest state of a citizen; older news changes nothing. Say whether it was news."""
    number = await _number(session, "citizen", citizen_id)
    values["version"] = version
    row = {"contact_group": "", "language": "da", **values}
    new = upsert(citizen).values(citizen_id=citizen_id, citizen_no=number, **row)
    newest = new.on_conflict_do_update(index_elements=["citizen_id"], set_=values, where=citizen.c.version < version)
    return bool((await session.execute(newest)).rowcount)


async def keep_adviser(session: Session, adviser_id: UUID, version: int, **values: Any) -> bool:
    """Remember the newest state of an adviser; older news changes nothing. Say whether it was news."""
    number = await _number(session, "adviser", adviser_id)
    values["version"] = version
    new = upsert(adviser).values(adviser_id=adviser_id, adviser_no=number, **values)
    newest = new.on_conflict_do_update(index_elements=["adviser_id"], set_=values, where=adviser.c.version < version)
    return bool((await session.execute(newest)).rowcount)


async def knows_adviser(session: Session, adviser_id: UUID) -> bool:
    """Say whether the member of staff is, or was, an adviser."""
    return await session.scalar(select(adviser.c.adviser_no).where(adviser.c.adviser_id == adviser_id)) is not None


async def contact_group(session: Session, citizen_id: UUID) -> str | None:
    """Return a citizen's contact group, None for one not known here."""
    found: str | None = await session.scalar(select(citizen.c.contact_group).where(citizen.c.citizen_id == citizen_id))
    return found


async def upcoming(
    session: Session, now: datetime, *, citizen_id: UUID | None = None, adviser_id: UUID | None = None
) -> list[Any]:
    """Return booked meetings of a citizen or an adviser that begin after now: booking_id, citizen_id, starts_at."""
    query = _ahead(now)
    if citizen_id is not None:
        query = query.where(citizen.c.citizen_id == citizen_id)
    if adviser_id is not None:
        query = query.where(adviser.c.adviser_id == adviser_id)
    return list(await session.execute(query))


async def left_in_the_air(session: Session, now: datetime) -> list[Any]:
    """Return booked meetings ahead whose citizen is not registered or whose adviser is none any more, and which."""
    gone = citizen.c.deregistered_on.is_not(None)
    query = _ahead(now).add_columns(gone.label("deregistered"), adviser.c.bookable)
    return list(await session.execute(query.where(or_(gone, ~adviser.c.bookable))))


def _ahead(now: datetime) -> Select[Any]:
    return (
        select(booking.c.booking_id, citizen.c.citizen_id, adviser.c.adviser_id, booking.c.starts_at)
        .join(citizen, citizen.c.citizen_no == booking.c.citizen_no)
        .join(adviser, adviser.c.adviser_no == booking.c.adviser_no)
        .where(booking.c.state == "booked", booking.c.starts_at > now)
        .order_by(booking.c.starts_at)
    )


async def exemptions(session: Session, citizen_id: UUID) -> list[Exemption]:
    """Return the decisions about a citizen, newest first."""
    standing = (exemption.c.citizen_id == citizen_id, exemption.c.revoked_at.is_(None))
    query = select(exemption).where(*standing).order_by(exemption.c.decided_at.desc())
    names = ("citizen_id", "reason", "valid_from", "valid_to", "decided_by", "decided_at")
    return [Exemption(*(row._mapping[name] for name in names)) for row in await session.execute(query.limit(100))]


async def end_exemptions(session: Session, citizen_id: UUID, last: date, now: datetime) -> None:
    """End what would still be in force after `last`; what would begin later is revoked, and kept as a record."""
    mine = (exemption.c.citizen_id == citizen_id, exemption.c.revoked_at.is_(None))
    await session.execute(update(exemption).where(*mine, exemption.c.valid_from > last).values(revoked_at=now))
    running = or_(exemption.c.valid_to.is_(None), exemption.c.valid_to > last)
    await session.execute(update(exemption).where(*mine, exemption.c.valid_from <= last, running).values(valid_to=last))


async def add_exemption(session: Session, exemption_id: UUID, decided: Exemption) -> None:
    """Remember a decision."""
    values = {name: getattr(decided, name) for name in decided.__slots__}
    await session.execute(insert(exemption).values(exemption_id=exemption_id, **values))
