"""The ledger of notices. What is once in it is only closed, never taken out (retention apart)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Update, select, update
from sqlalchemy.dialects.postgresql import insert

from services.notifications.model.notice import Channel, Kind, Notice, State
from services.notifications.model.plan import Closing
from services.notifications.tables import notice as table
from shared.database import Session

COLUMNS = tuple(table.c[name] for name in Notice.__dataclass_fields__)


async def of_booking(session: Session, booking_id: UUID) -> list[Notice]:
    """Return all notices about a meeting, locked, in the order in which they were made."""
    query = select(*COLUMNS).where(table.c.booking_id == booking_id).order_by(table.c.created_at, table.c.notice_id)
    return [read(row._mapping) for row in await session.execute(query.with_for_update())]


async def add(session: Session, notices: Sequence[Notice], trace: Mapping[str, str], now: datetime) -> None:
    """Put notices into the ledger; one that is there already stays as it is."""
    rows = [
        {
            **{column.name: getattr(each, column.name) for column in COLUMNS},
            "next_attempt_at": max(each.due_at, now),
            "closed_at": now if each.state is State.DROPPED else None,
            "trace": dict(trace),
            "created_at": now,
        }
        for each in notices
    ]
    await session.execute(insert(table).values(rows).on_conflict_do_nothing())


async def close(session: Session, closings: Iterable[Closing], now: datetime) -> None:
    """Close notices that will not be sent, with their reasons."""
    for closing in closings:
        values = {"state": closing.state, "reason": closing.reason, "closed_at": now, "claimed_at": None}
        await session.execute(_one(closing.notice.notice_id).values(**values))


async def reschedule(session: Session, notices: Iterable[Notice]) -> None:
    """Give notices that wait another time: the rules have changed."""
    for each in notices:
        values = {name: getattr(each, name) for name in ("due_at", "expires_at", "any_hour", "state")}
        await session.execute(_one(each.notice_id).values(**values, next_attempt_at=each.due_at))


async def mark_handed_over(session: Session, notice_id: UUID, now: datetime) -> None:
    """Note that a person has the matter now."""
    await session.execute(_one(notice_id).values(handed_over_at=now))


async def mark_ready(session: Session, notice_ids: Sequence[UUID], now: datetime) -> int:
    """Let planned notices that are due be sent; return how many were."""
    due = _free(table.c.notice_id.in_(notice_ids), table.c.state == State.PLANNED, table.c.due_at <= now)
    return (await session.execute(due.values(state=State.READY))).rowcount


async def bring_forward(session: Session, notice_id: UUID, now: datetime) -> None:
    """Let a planned notice be sent now. `due_at` stays: it says what the rules wanted."""
    await session.execute(_one(notice_id).values(state=State.READY, next_attempt_at=now))


async def ready_the_forgotten(session: Session, before: datetime) -> int:
    """Let notices be sent whose timer was lost: planned, and due before this; return how many."""
    lost = _free(table.c.state == State.PLANNED, table.c.due_at < before)
    return (await session.execute(lost.values(state=State.READY))).rowcount


async def release_the_abandoned(session: Session, before: datetime, now: datetime) -> int:
    """Free notices claimed before this by a sender that never came back; return how many.

    They may have been sent: they go again under the same Message-ID.
    """
    stale = _free(table.c.state == State.SENDING, table.c.claimed_at < before)
    freed = stale.values(state=State.READY, claimed_at=None, next_attempt_at=now)
    return (await session.execute(freed)).rowcount


def _free(*which: ColumnElement[bool]) -> Update:
    """Change the notices that nobody else is changing: whoever holds one plans for its meeting, and no two may wait
    for each other. What was left out is found by the next sweep."""
    mine = select(table.c.notice_id).where(*which).with_for_update(skip_locked=True)
    return update(table).where(table.c.notice_id.in_(mine))


def _one(notice_id: UUID) -> Update:
    return update(table).where(table.c.notice_id == notice_id)


def read(values: RowMapping) -> Notice:
    """Return the notice in a row; columns that it does not have are left out."""
    known = {"kind": Kind(values["kind"]), "channel": Channel(values["channel"]), "state": State(values["state"])}
    return Notice(**{column.name: values[column.name] for column in COLUMNS} | known)
