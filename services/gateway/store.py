"""What the gateway remembers and forgets: logins, and what live views have been told of. Never commits."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.gateway.tables import live_change, visit
from shared.database import Session

DRAFTS_LIVE = timedelta(days=7)

# Two replicas number at the same time, and a lower number may be committed after a higher one was shown.
# So whoever resumes also gets what was recorded shortly before the number they have.
LIVE_OVERLAP = timedelta(seconds=30)


async def find_visit(session: Session, token_hash: bytes) -> dict[str, Any] | None:
    """Return the row of a login, also one that has ended but is not swept away yet."""
    found = (await session.execute(select(visit).where(visit.c.token_hash == token_hash))).mappings().first()
    return None if found is None else dict(found)


async def keep_visit(session: Session, row: dict[str, Any]) -> None:
    """Write a new login."""
    await session.execute(insert(visit).values(row))


async def change_visit(session: Session, row: dict[str, Any]) -> bool:
    """Write what changed in a login; False when it is gone, for a login that has ended stays ended."""
    known = visit.c.token_hash == row["token_hash"]
    return bool((await session.execute(update(visit).where(known).values(row))).rowcount)


async def see_visit(session: Session, token_hash: bytes, seen_at: datetime, ends_at: datetime) -> None:
    """Note that a login was used, which moves the moment it ends. Leaves everything else as another tab wrote it."""
    await session.execute(
        update(visit).where(visit.c.token_hash == token_hash).values(seen_at=seen_at, ends_at=ends_at)
    )


async def forget_visit(session: Session, token_hash: bytes) -> None:
    """Delete one login."""
    await session.execute(delete(visit).where(visit.c.token_hash == token_hash))


async def take_draft(session: Session, citizen_id: UUID, now: datetime) -> dict[str, Any] | None:
    """Return the unfinished booking of a citizen's earlier login that ended by itself, and delete those logins."""
    mine = visit.c.citizen_id == citizen_id
    draft = visit.c.data["booking"]
    newest = (
        select(draft).where(mine, visit.c.ends_at <= now, draft.is_not(None)).order_by(visit.c.seen_at.desc()).limit(1)
    )
    found: dict[str, Any] | None = await session.scalar(newest)
    await session.execute(delete(visit).where(mine, visit.c.ends_at <= now))
    return found


async def forget_ended_visits(session: Session, now: datetime) -> None:
    """Delete logins that ended a week ago; until then an unfinished booking can be taken up again."""
    await session.execute(delete(visit).where(visit.c.ends_at < now - DRAFTS_LIVE))


async def keep_live_changes(session: Session, rows: Sequence[dict[str, Any]]) -> dict[UUID, int]:
    """Write what was heard, unless another replica was first; return the number of each event."""
    in_one_order = sorted(rows, key=lambda row: UUID(str(row["event_id"])))  # the same in all replicas: no deadlocks
    await session.execute(insert(live_change).values(in_one_order).on_conflict_do_nothing(index_elements=["event_id"]))
    found = await session.execute(
        select(live_change.c.event_id, live_change.c.number).where(
            live_change.c.event_id.in_([row["event_id"] for row in rows])
        )
    )
    return {row.event_id: row.number for row in found}


async def live_changes_after(
    session: Session, number: int, staff_id: UUID, booking_ids: Collection[UUID], *, at_most: int
) -> list[dict[str, Any]]:
    """Return the newest `at_most` changes somebody may have missed since they were shown `number`, oldest first."""
    seen_at = select(live_change.c.recorded_at).where(live_change.c.number == number).scalar_subquery()
    missed = (
        select(live_change)
        .where(
            or_(live_change.c.number > number, live_change.c.recorded_at > seen_at - LIVE_OVERLAP),
            live_change.c.number != number,
            or_(live_change.c.adviser_ids.any_() == staff_id, live_change.c.booking_id.in_(booking_ids)),
        )
        .order_by(live_change.c.number.desc())
        .limit(at_most)
    )
    return [dict(row) for row in reversed((await session.execute(missed)).mappings().all())]


async def live_change_recorded_at(session: Session, number: int) -> datetime | None:
    """Return when a change was recorded; None when it is forgotten or never was."""
    found: datetime | None = await session.scalar(
        select(live_change.c.recorded_at).where(live_change.c.number == number)
    )
    return found


async def forget_live_changes(session: Session, before: datetime) -> None:
    """Delete what nobody resumes from any more."""
    await session.execute(delete(live_change).where(live_change.c.recorded_at < before))
