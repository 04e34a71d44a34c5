"""Claims and outcomes. Invariant: a notice is sent by one claim at a time, and *sent* is never taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from services.notifications.model.notice import Notice, State
from services.notifications.store.ledger import _COLUMNS, _notice
from services.notifications.tables import notice as table
from shared.database import Session


@dataclass(frozen=True, slots=True)
class Claim:
    """A notice that this sender alone may send until its claim grows old."""

    notice: Notice
    claimed_at: datetime
    trace: Mapping[str, str]


async def due(session: Session, now: datetime, limit: int) -> list[tuple[Notice, Mapping[str, str]]]:
    """Return notices that are ready and due, oldest first, locked; those another sender looks at are left to it."""
    query = (
        select(*_COLUMNS, table.c.trace)
        .where(table.c.state == State.READY, table.c.next_attempt_at <= now)
        .order_by(table.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = []
    for row in await session.execute(query):
        values = dict(row._mapping)
        trace = values.pop("trace")
        found.append((_notice_of(values), trace))
    return found


async def claim(session: Session, notice_ids: Sequence[UUID], now: datetime) -> None:
    """Claim notices: from here on their attempts count, whatever happens to the sender."""
    claimed = update(table).where(table.c.notice_id.in_(notice_ids))
    first = table.c.first_attempt_at
    await session.execute(
        claimed.values(
            state=State.SENDING,
            claimed_at=now,
            attempts=table.c.attempts + 1,
            first_attempt_at=first.is_(None).op("and")(True).cast(table.c.any_hour.type) if False else first,
        )
    )


async def postpone(session: Session, notice_id: UUID, until: datetime) -> None:
    """Let a notice wait for an allowed moment."""
    await session.execute(update(table).where(table.c.notice_id == notice_id).values(next_attempt_at=until))
