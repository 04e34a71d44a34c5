"""What people may know of the ledger: which messages, how far, when. Never their words or where they went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from services.notifications.model.notice import LIVE
from services.notifications.tables import notice as table
from shared.database import Session

_SHOWN = (
    "notice_id",
    "booking_id",
    "kind",
    "channel",
    "occasion",
    "state",
    "reason",
    "due_at",
    "sent_at",
    "attempts",
    "language",
    "template_version",
    "handed_over_at",
    "created_at",
)
_COLUMNS = tuple(table.c[name] for name in _SHOWN)


async def of_booking(session: Session, booking_id: UUID) -> Sequence[RowMapping]:
    """Return the notices about a meeting, in the order in which they are due."""
    query = select(*_COLUMNS).where(table.c.booking_id == booking_id).order_by(table.c.due_at, table.c.created_at)
    return (await session.execute(query)).mappings().all()


async def of_citizen(session: Session, citizen_id: UUID, limit: int) -> Sequence[RowMapping]:
    """Return a citizen's notices, the newest first."""
    newest = table.c.created_at.desc(), table.c.due_at.desc()
    query = select(*_COLUMNS).where(table.c.citizen_id == citizen_id).order_by(*newest).limit(limit)
    return (await session.execute(query)).mappings().all()


async def counts(session: Session) -> Sequence[RowMapping]:
    """Return how many notices of each kind, channel and state there are, and when one last got there."""
    last = func.max(func.coalesce(table.c.sent_at, table.c.closed_at, table.c.claimed_at, table.c.created_at))
    columns = (table.c.kind, table.c.channel, table.c.state)
    query = select(*columns, func.count().label("count"), last.label("last_at")).group_by(*columns).order_by(*columns)
    return (await session.execute(query)).mappings().all()


async def delivery(session: Session, now: datetime) -> dict[str, Any]:
    """Return what waits although it is due, since when, and when each channel last worked."""
    overdue = select(func.count().label("overdue"), func.min(table.c.due_at).label("oldest_overdue_at"))
    waiting = await session.execute(overdue.where(table.c.state.in_(LIVE), table.c.due_at <= now))
    last = select(table.c.channel, func.max(table.c.sent_at).label("at")).where(table.c.sent_at.is_not(None))
    last_sent = {row.channel: row.at for row in await session.execute(last.group_by(table.c.channel))}
    return {**waiting.mappings().one(), "last_sent": last_sent}
