"""The access log: one row per person and look. It is only added to, read by its citizen, and forgotten in time."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select

from services.people.model.access import Entry, Look
from services.people.tables import access_log
from shared.clock import Clock
from shared.database import Session
from shared.identity import Caller

_FORGET_AT_ONCE = 10_000


async def note(session: Session, clock: Clock, who: Caller, purpose: str, look: Look, about: Iterable[UUID]) -> None:
    """Write who looked at these citizens, why, when and how."""
    rows = [
        {
            "entry_id": clock.new_id(),
            "citizen_id": citizen_id,
            "at": clock.now(),
            "look": look.value,
            "purpose": purpose,
            "role": who.role,
            "actor_id": who.actor_id,
            "service": who.service,
        }
        for citizen_id in about
    ]
    if rows:
        await session.execute(insert(access_log), rows)


async def of_citizen(session: Session, citizen_id: UUID, *, before: UUID | None, limit: int) -> list[Entry]:
    """Return a citizen's entries, newest first; `before` is the last entry already seen (ids rise with time)."""
    query = select(access_log).where(access_log.c.citizen_id == citizen_id)
    if before is not None:
        query = query.where(access_log.c.entry_id < before)
    found = await session.execute(query.order_by(access_log.c.entry_id.desc()).limit(limit))
    return [Entry(**{**row._mapping, "look": Look(row.look)}) for row in found]


async def forget(session: Session, before: datetime) -> int:
    """Delete entries older than a moment, some thousand at a time; return how many."""
    old = select(access_log.c.entry_id).where(access_log.c.at < before).limit(_FORGET_AT_ONCE)
    return (await session.execute(delete(access_log).where(access_log.c.entry_id.in_(old)))).rowcount
