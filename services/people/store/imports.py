"""Imports in the database: the file's settings and its rows, each sealed until it is settled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, delete, func, insert, select, update

from services.people.model.vault import Box
from services.people.tables import import_file, import_row
from shared.database import Session

_BATCH_LOCK = 7_240_101


def subject_of(import_id: UUID, line: int) -> UUID:
    """Return what the box of a row is bound to, so that no row's box opens as another's."""
    return uuid5(import_id, str(line))


async def add(session: Session, file: dict[str, Any], rows: Sequence[dict[str, Any]]) -> None:
    """Remember an import and its rows (columns as in tables.py)."""
    await session.execute(insert(import_file).values(file))
    if rows:
        await session.execute(insert(import_row), rows)


async def find(session: Session, import_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """Return an import; with `lock`, wait until nobody else is working on it."""
    query = select(import_file).where(import_file.c.import_id == import_id)
    return (await session.execute(query.with_for_update() if lock else query)).one_or_none()


async def one_batch_at_a_time(session: Session) -> None:
    """Wait for any other batch: two that claim the same numbers in another order would lock each other out."""
    await session.execute(select(func.pg_advisory_xact_lock(_BATCH_LOCK)))


async def next_running(session: Session) -> Row[Any] | None:
    """Return the oldest running import that no other process is working on now, locked."""
    query = select(import_file).where(import_file.c.state == "running").order_by(import_file.c.import_id).limit(1)
    return (await session.execute(query.with_for_update(skip_locked=True))).one_or_none()


async def set_state(session: Session, import_id: UUID, state: str) -> None:
    """Remember how far an import is: previewed, running, stopped or done."""
    await session.execute(update(import_file).where(import_file.c.import_id == import_id).values(state=state))


async def counts(session: Session, import_id: UUID) -> dict[str, int]:
    """Return how many rows are in each state."""
    query = select(import_row.c.state, func.count()).where(import_row.c.import_id == import_id)
    found = await session.execute(query.group_by(import_row.c.state))
    return {row[0]: row[1] for row in found}


async def rows_with_problems(session: Session, import_id: UUID, after_line: int, limit: int) -> Sequence[Row[Any]]:
    """Return rows that have an error or a warning, by line."""
    query = select(import_row.c.line, import_row.c.state, import_row.c.problems).where(
        import_row.c.import_id == import_id,
        import_row.c.line > after_line,
        func.jsonb_array_length(import_row.c.problems) > 0,
    )
    return (await session.execute(query.order_by(import_row.c.line).limit(limit))).all()


async def ready_rows(session: Session, import_id: UUID, limit: int) -> list[tuple[int, Box]]:
    """Return the next rows to register, by line: (line, box)."""
    query = select(import_row.c.line, import_row.c.key_id, import_row.c.sealed).where(
        import_row.c.import_id == import_id, import_row.c.state == "ready"
    )
    found = await session.execute(query.order_by(import_row.c.line).limit(limit))
    return [(row.line, Box(row.key_id, row.sealed)) for row in found]


async def settle(
    session: Session,
    import_id: UUID,
    line: int,
    state: str,
    citizen_id: UUID | None,
    problems: Sequence[dict[str, Any]],
) -> None:
    """Write what became of a row, and forget what it said."""
    this = (import_row.c.import_id == import_id, import_row.c.line == line)
    said = {"state": state, "citizen_id": citizen_id, "problems": problems, "key_id": None, "sealed": None}
    await session.execute(update(import_row).where(*this).values(said))


async def boxes_under_other_keys(session: Session, active: str, limit: int) -> list[tuple[UUID, int, Box]]:
    """Return rows not sealed with the active key, locked: (import, line, box)."""
    query = (
        select(import_row.c.import_id, import_row.c.line, import_row.c.key_id, import_row.c.sealed)
        .where(import_row.c.sealed.is_not(None), import_row.c.key_id != active)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(row.import_id, row.line, Box(row.key_id, row.sealed)) for row in await session.execute(query)]


async def replace_box(session: Session, import_id: UUID, line: int, box: Box) -> None:
    """Keep a row sealed anew."""
    this = (import_row.c.import_id == import_id, import_row.c.line == line)
    await session.execute(update(import_row).where(*this).values(key_id=box.key_id, sealed=box.sealed))


async def forget(session: Session, before: datetime) -> int:
    """Delete imports made before a moment, with their rows, in whatever state they are; return how many."""
    return (await session.execute(delete(import_file).where(import_file.c.created_at < before))).rowcount
