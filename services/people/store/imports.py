"""Imports in the database: the file's settings and its rows, each sealed until it is settled."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError

from services.people.model.import_file import Import, RowProblems, RowState, State
from services.people.model.registration import Problem
from services.people.model.vault import Box
from services.people.tables import import_file, import_row
from shared.database import Session

# What the database says to values that it cannot keep, as against being busy or away.
CANNOT_BE_KEPT = (DataError, IntegrityError)
_BATCH_LOCK = 7_240_101


def subject_of(import_id: UUID, line: int) -> UUID:
    """Return what the box of a row is bound to, so that no row's box opens as another's."""
    return uuid5(import_id, str(line))


async def add(session: Session, new: Import, rows: Sequence[tuple[RowProblems, Box | None]]) -> None:
    """Remember an import and its rows; those to be registered come with a box."""
    await session.execute(insert(import_file).values(asdict(new)))
    kept = [
        {
            "import_id": new.import_id,
            "line": row.line,
            "state": row.state,
            "problems": _plain(row.problems),
            "key_id": box and box.key_id,
            "sealed": box and box.sealed,
        }
        for row, box in rows
    ]
    if kept:
        await session.execute(insert(import_row), kept)


async def find(session: Session, import_id: UUID, *, lock: bool = False) -> Import | None:
    """Return an import; with `lock`, wait until nobody else is working on it."""
    query = select(import_file).where(import_file.c.import_id == import_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else _import(row)


async def one_batch_at_a_time(session: Session) -> None:
    """Wait for any other batch: two that claim the same numbers in another order would lock each other out."""
    await session.execute(select(func.pg_advisory_xact_lock(_BATCH_LOCK)))


async def next_running(session: Session) -> Import | None:
    """Return the oldest running import that no other process is working on now, locked."""
    query = select(import_file).where(import_file.c.state == State.RUNNING).order_by(import_file.c.import_id).limit(1)
    row = (await session.execute(query.with_for_update(skip_locked=True))).one_or_none()
    return None if row is None else _import(row)


async def set_state(session: Session, import_id: UUID, state: State) -> None:
    """Remember how far an import is."""
    await session.execute(update(import_file).where(import_file.c.import_id == import_id).values(state=state))


async def counts(session: Session, import_id: UUID) -> dict[RowState, int]:
    """Return how many rows are in each state."""
    query = select(import_row.c.state, func.count().label("rows")).where(import_row.c.import_id == import_id)
    found = await session.execute(query.group_by(import_row.c.state))
    return {RowState(row.state): row.rows for row in found}


async def rows_with_problems(session: Session, import_id: UUID, after_line: int, limit: int) -> list[RowProblems]:
    """Return rows that have an error or a warning, by line."""
    query = select(import_row.c.line, import_row.c.state, import_row.c.problems).where(
        import_row.c.import_id == import_id,
        import_row.c.line > after_line,
        func.jsonb_array_length(import_row.c.problems) > 0,
    )
    found = await session.execute(query.order_by(import_row.c.line).limit(limit))
    return [RowProblems(row.line, RowState(row.state), [Problem(**one) for one in row.problems]) for row in found]


async def ready_rows(session: Session, import_id: UUID, limit: int, *, after_line: int = 0) -> list[tuple[int, Box]]:
    """Return the next rows to register, by line: (line, box)."""
    query = select(import_row.c.line, import_row.c.key_id, import_row.c.sealed).where(
        import_row.c.import_id == import_id,
        import_row.c.state == RowState.READY,
        import_row.c.line > after_line,
    )
    found = await session.execute(query.order_by(import_row.c.line).limit(limit))
    return [(row.line, Box(row.key_id, row.sealed)) for row in found]


async def settle(session: Session, import_id: UUID, row: RowProblems, citizen_id: UUID | None) -> None:
    """Write what became of a row, and forget what it said."""
    this = (import_row.c.import_id == import_id, import_row.c.line == row.line)
    settled = {"state": row.state, "citizen_id": citizen_id, "problems": _plain(row.problems)}
    await session.execute(update(import_row).where(*this).values(settled | {"key_id": None, "sealed": None}))


async def boxes_under_other_keys(session: Session, active: str, limit: int) -> list[tuple[UUID, int, Box]]:
    """Return rows not sealed with the active key, locked: (import, line, box)."""
    query = (
        select(import_row.c.import_id, import_row.c.line, import_row.c.key_id, import_row.c.sealed)
        .where(import_row.c.sealed.is_not(None), import_row.c.key_id != active)
        .order_by(import_row.c.import_id, import_row.c.line)
        .limit(limit)
        .with_for_update()
    )
    return [(row.import_id, row.line, Box(row.key_id, row.sealed)) for row in await session.execute(query)]


async def replace_box(session: Session, import_id: UUID, line: int, box: Box) -> None:
    """Keep a row sealed anew."""
    this = (import_row.c.import_id == import_id, import_row.c.line == line)
    await session.execute(update(import_row).where(*this).values(key_id=box.key_id, sealed=box.sealed))


async def forget(session: Session, before: datetime) -> int:
    """Delete imports made before a moment, with their rows, in whatever state they are; return how many."""
    return (await session.execute(delete(import_file).where(import_file.c.created_at < before))).rowcount


def _import(row: Row[Any]) -> Import:
    return Import(**{**row._mapping, "state": State(row.state)})


def _plain(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]
