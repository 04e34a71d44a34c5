"""Meetings as last heard. A version never goes back: late, repeated and reordered events change nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.notifications.model.notice import LIVE, Change, Meeting
from services.notifications.tables import meeting as table
from services.notifications.tables import notice
from shared.database import Session

_COLUMNS = tuple(column for column in table.columns if column.name != "checked_at")


async def heard(session: Session, meeting: Meeting, now: datetime) -> bool:
    """Keep the meeting if it is newer than what is known; lock it either way. Say whether it was newer."""
    values = {column.name: getattr(meeting, column.name) for column in _COLUMNS}
    statement = insert(table).values(**values, checked_at=now)
    newer = statement.on_conflict_do_update(
        index_elements=[table.c.booking_id],
        set_={**{name: statement.excluded[name] for name in values}, "checked_at": now},
        where=table.c.version < statement.excluded.version,
    )
    return await session.scalar(newer.returning(table.c.booking_id)) is not None


async def locked(session: Session, booking_id: UUID) -> Meeting | None:
    """Return a meeting, and let nobody else plan for it until the commit. Always before its notices: one lock order."""
    row = (await session.execute(select(*_COLUMNS).where(table.c.booking_id == booking_id).with_for_update())).first()
    return None if row is None else _meeting(row)


async def found(session: Session, booking_id: UUID) -> Meeting | None:
    """Return a meeting."""
    row = (await session.execute(select(*_COLUMNS).where(table.c.booking_id == booking_id))).first()
    return None if row is None else _meeting(row)


async def to_check(
    session: Session, now: datetime, since: datetime, unseen_since: datetime, limit: int
) -> Sequence[Meeting]:
    """Return meetings whose ledger may be wrong, locked; those another sweeper holds are left to it.

    First those that plainly are (no notice for the present version, or one that waits past its end),
    then those not looked at since `unseen_since`, the longest first; all of meetings that begin after `since`.
    """
    of_this = notice.c.booking_id == table.c.booking_id
    never_planned = ~exists().where(of_this, notice.c.occasion == table.c.version)
    waits_in_vain = exists().where(
        of_this,
        notice.c.state.in_(LIVE),
        or_(notice.c.expires_at <= now, notice.c.occasion < table.c.version),
    )
    # By last look: those that cannot be healed take turns with those that can.
    plain = (
        select(*_COLUMNS)
        .where(table.c.starts_at > since, or_(never_planned, waits_in_vain))
        .order_by(table.c.checked_at)
        .limit(limit)
    )
    longest_ago = (
        select(*_COLUMNS)
        .where(table.c.starts_at > since, table.c.checked_at <= unseen_since)
        .order_by(table.c.checked_at)
        .limit(limit)
    )
    rows: dict[UUID, Meeting] = {}
    for query in (plain, longest_ago):
        for row in await session.execute(query.with_for_update(of=table, skip_locked=True)):
            rows.setdefault(row.booking_id, _meeting(row))
    return list(rows.values())


async def checked(session: Session, booking_ids: Sequence[UUID], now: datetime) -> None:
    """Note that the ledgers of these meetings were looked at."""
    await session.execute(update(table).where(table.c.booking_id.in_(booking_ids)).values(checked_at=now))


def _meeting(row: Row[tuple[object, ...]]) -> Meeting:
    values = dict(row._mapping)
    return Meeting(**(values | {"change": Change(values["change"])}))
