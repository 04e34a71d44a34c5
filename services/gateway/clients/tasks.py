"""What the gateway asks every service that has tasks for people: the union, the most urgent first."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking, Name, ServiceDown

WITH_TASKS: tuple[Name, ...] = ("booking", "notifications")
PAGE = 200


class _Told(msgspec.Struct, frozen=True):
    task_id: UUID
    kind: str
    reason: str
    state: str
    due_at: datetime
    created_at: datetime
    citizen_id: UUID | None = None
    staff_id: UUID | None = None
    data: dict[str, Any] = {}
    taken_by: UUID | None = None
    done_at: datetime | None = None


class Task(_Told, frozen=True, kw_only=True):
    """A task and the service that owns it."""

    service: Name


class _Page(msgspec.Struct, frozen=True):
    tasks: list[_Told]
    total: int
    next: str | None = None


_EITHER: Any = _Page | list[_Told]


class Tasks(msgspec.Struct, frozen=True):
    """The tasks that could be had now, how many there are in all, how to ask for those that follow (`next`, if any
    do), and which services did not answer."""

    tasks: tuple[Task, ...]
    total: int
    next: str | None
    missing: tuple[Name, ...]


async def all_tasks(asker: Asking, *, done: bool = False, after: str | None = None) -> Tasks:
    """Return the tasks of all services: those not done by due time, or those done, newest first, PAGE at a time.

    A place in the list (`after`: an earlier `next`) means the same in every service, so each is asked for what follows
    it and the first of all are shown. A service that is down is named instead of hiding the tasks of the others.
    Raises Problem.
    """
    answers = await asyncio.gather(*(_of(asker, name, done, after) for name in WITH_TASKS))
    pages = {name: page for name, page in zip(WITH_TASKS, answers, strict=True) if page is not None}
    found = [Task(service=name, **msgspec.structs.asdict(told)) for name, page in pages.items() for told in page.tasks]
    found.sort(key=lambda task: (_moment(task, done), task.task_id), reverse=done)
    more = len(found) > PAGE or any(page.next for page in pages.values())
    shown = found[:PAGE]
    return Tasks(
        tasks=tuple(shown),
        total=sum(page.total for page in pages.values()),
        next=_place(shown[-1], done) if more and shown else None,
        missing=tuple(name for name in WITH_TASKS if name not in pages),
    )


async def take(asker: Asking, service: Name, task_id: UUID) -> None:
    """Give the task to whoever asks. Raises Problem (`task-taken`) when somebody else has it."""
    await asker.post(service, f"/tasks/{task_id}/take", {}, _Told)


async def finish(asker: Asking, service: Name, task_id: UUID) -> None:
    """Mark the task done. Raises Problem (`task-taken`)."""
    await asker.post(service, f"/tasks/{task_id}/done", {}, _Told)


async def _of(asker: Asking, name: Name, done: bool, after: str | None) -> _Page | None:
    asked = {"done": "true" if done else None, "after": after, "limit": PAGE}
    try:
        # A service of the release before answers with a bare list, its first 200.
        found: _Page | list[_Told] = await asker.get(name, "/tasks", _EITHER, **asked)
    except ServiceDown:
        return None
    return found if isinstance(found, _Page) else _Page(found, len(found))


def _moment(task: _Told, done: bool) -> datetime:
    return task.done_at or task.due_at if done else task.due_at


def _place(task: _Told, done: bool) -> str:
    """Write the place of a task as shared/tasks.py reads it."""
    return f"{_moment(task, done).astimezone(UTC).replace(tzinfo=None).isoformat()}Z_{task.task_id}"
