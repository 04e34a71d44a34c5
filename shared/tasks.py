"""Tasks for people: what no machine may decide. Each service owns its own; the gateway shows the union."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from alembic.operations import Operations
from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import Column, DateTime, MetaData, Table, Text, Uuid, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.schema import CreateTable

from shared.clock import Clock
from shared.database import Session
from shared.errors import Invalid, NotFound, Refused
from shared.http import Now, Tx
from shared.identity import Who, allow

metadata = MetaData()
task = Table(
    "task",
    metadata,
    Column("task_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("citizen_id", Uuid),
    Column("staff_id", Uuid),
    Column("data", JSONB, nullable=False),
    Column("unique_key", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("taken_by", Uuid),
    Column("taken_at", DateTime(timezone=True)),
    Column("done_by", Uuid),
    Column("done_at", DateTime(timezone=True)),
)
STAFF = ("frontdesk", "caseworker", "team_leader")


class State(StrEnum):
    """A task is open, then taken by one person, then done."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


class TaskTaken(Refused):
    """Somebody else has the task, or it is done already."""

    slug = "task-taken"
    message = "Opgaven er taget af en anden eller allerede løst."


MOST = 200


class Task(BaseModel):
    """A task as others see it. `reason` is a Danish sentence without names; `data` holds ids and codes."""

    task_id: UUID
    kind: str
    reason: str
    state: State
    due_at: datetime
    citizen_id: UUID | None
    staff_id: UUID | None
    data: dict[str, Any]
    created_at: datetime
    taken_by: UUID | None
    done_at: datetime | None


class Page(BaseModel):
    """Some tasks, how many there are in all, and what to ask with (`after`) for those that follow, if any do."""

    tasks: list[Task]
    total: int
    next: str | None


async def add(
    session: Session,
    clock: Clock,
    *,
    kind: str,
    reason: str,
    due_at: datetime,
    unique_key: str,
    citizen_id: UUID | None = None,
    staff_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Put a task before people, once per `unique_key` however often it is asked for.

    `citizen_id`: whom it concerns; `staff_id`: the adviser it is for, if one in particular.
    """
    values = {
        "task_id": clock.new_id(),
        "kind": kind,
        "reason": reason,
        "state": State.OPEN,
        "due_at": due_at,
        "citizen_id": citizen_id,
        "staff_id": staff_id,
        "data": data or {},
        "unique_key": unique_key,
        "created_at": clock.now(),
    }
    await session.execute(upsert(task).values(values).on_conflict_do_nothing())


async def listed(session: Session, *, done: bool = False, after: str | None = None, limit: int = MOST) -> Page:
    """Return tasks, the most urgent first: those not done, or those done (newest first); `after`: an earlier `next`.

    Raises Invalid.
    """
    which = task.c.state == State.DONE if done else task.c.state != State.DONE
    place = tuple_(task.c.done_at if done else task.c.due_at, task.c.task_id)
    order = (task.c.done_at.desc(), task.c.task_id.desc()) if done else (task.c.due_at, task.c.task_id)
    query = select(task).where(which).order_by(*order).limit(limit + 1)
    if after is not None:
        last = tuple_(*(literal(part, column.type) for part, column in zip(_place(after), place, strict=True)))
        query = query.where(place < last if done else place > last)
    rows = [Task.model_validate(dict(row._mapping)) for row in await session.execute(query)]
    total = int(await session.scalar(select(func.count()).select_from(task).where(which)) or 0)
    shown = rows[:limit]
    return Page(tasks=shown, total=total, next=place_of(shown[-1], done=done) if len(rows) > limit else None)


def place_of(shown: Task, *, done: bool) -> str:
    """Return the place of a task in the list, as `after` takes it: the same in every service that has tasks."""
    moment = shown.done_at if done and shown.done_at else shown.due_at
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z_{shown.task_id}"


def _place(after: str) -> tuple[datetime, UUID]:
    moment, _, task_id = after.partition("_")
    try:
        found = datetime.fromisoformat(moment), UUID(task_id)
    except ValueError:
        raise Invalid("Siden findes ikke.", field="after") from None
    if found[0].utcoffset() != timedelta(0):
        raise Invalid("Siden findes ikke.", field="after")
    return found


async def take(session: Session, clock: Clock, task_id: UUID, staff_id: UUID) -> Task:
    """Give an open task to one person; taking one's own again changes nothing. Raises NotFound, TaskTaken."""
    mine = (task.c.state == State.OPEN) | ((task.c.state == State.TAKEN) & (task.c.taken_by == staff_id))
    return await _change(session, task_id, mine, state=State.TAKEN, taken_by=staff_id, taken_at=clock.now())


async def done(session: Session, clock: Clock, task_id: UUID, staff_id: UUID) -> Task:
    """Mark a task done, by the one who took it or straight from open; again changes nothing.

    Raises NotFound, TaskTaken.
    """
    mine = (task.c.state == State.OPEN) | ((task.c.state == State.TAKEN) & (task.c.taken_by == staff_id))
    again = (task.c.state == State.DONE) & (task.c.done_by == staff_id)
    at = func.coalesce(task.c.done_at, clock.now())
    return await _change(session, task_id, mine | again, state=State.DONE, done_by=staff_id, done_at=at)


async def settle(session: Session, clock: Clock, *, kinds: Collection[str], data: dict[str, Any]) -> int:
    """Close, with nobody's name, the tasks of these kinds whose `data` includes this: their matter is out of the world.

    Returns how many were closed.
    """
    moot = update(task).where(task.c.kind.in_(kinds), task.c.state != State.DONE, task.c.data.contains(data))
    return (await session.execute(moot.values(state=State.DONE, done_at=clock.now()))).rowcount


def router() -> APIRouter:
    """Make the task routes of a service: list, take, done. Each may be repeated, so none takes an Idempotency-Key."""
    routes = APIRouter(tags=["tasks"], dependencies=[allow(*STAFF)])

    @routes.get("/tasks")
    async def list_tasks(
        session: Tx,
        finished: Annotated[bool, Query(alias="done")] = False,
        after: Annotated[str | None, Query(max_length=80)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
    ) -> Page:
        return await listed(session, done=finished, after=after, limit=limit)

    @routes.post("/tasks/{task_id}/take")
    async def take_task(session: Tx, clock: Now, who: Who, task_id: UUID) -> Task:
        return await take(session, clock, task_id, _person(who.actor_id))

    @routes.post("/tasks/{task_id}/done")
    async def finish_task(session: Tx, clock: Now, who: Who, task_id: UUID) -> Task:
        return await done(session, clock, task_id, _person(who.actor_id))

    return routes


def create_v1(op: Operations) -> None:
    """Create the table; called by the migrations of every service that has tasks."""
    op.execute(CreateTable(task))
    op.create_index("task_due", "task", ["due_at"], postgresql_where=task.c.state != "done")


async def _change(session: Session, task_id: UUID, allowed: Any, **values: Any) -> Task:
    changed = update(task).where(task.c.task_id == task_id, allowed).values(**values).returning(task)
    row = (await session.execute(changed)).one_or_none()
    if row is not None:
        return Task.model_validate(dict(row._mapping))
    if await session.scalar(select(task.c.task_id).where(task.c.task_id == task_id)) is None:
        raise NotFound("Opgaven findes ikke.")
    raise TaskTaken


def _person(actor_id: UUID | None) -> UUID:
    if actor_id is None:
        raise NotFound("Opgaver tages af en person.")
    return actor_id
