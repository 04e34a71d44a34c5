"""What the gateway asks every service that has tasks for people: the union, the most urgent first."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking, Name, ServiceDown

WITH_TASKS: tuple[Name, ...] = ("booking", "notifications")


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


class Tasks(msgspec.Struct, frozen=True):
    """The tasks that could be had now, and which services did not answer."""

    tasks: tuple[Task, ...]
    missing: tuple[Name, ...]


async def all_tasks(asker: Asking, *, done: bool = False) -> Tasks:
    """Return the tasks of all services: those not done by due time, or those done, newest first.

    A service that is down is named instead of hiding the tasks of the others. Raises Problem.
    """
    answers = await asyncio.gather(*(_of(asker, name, done) for name in WITH_TASKS))
    found = [
        Task(service=name, **msgspec.structs.asdict(told))
        for name, answer in zip(WITH_TASKS, answers, strict=True)
        for told in answer or ()
    ]
    found.sort(key=lambda task: (task.done_at or task.due_at) if done else task.due_at, reverse=done)
    return Tasks(tuple(found), tuple(name for name, answer in zip(WITH_TASKS, answers, strict=True) if answer is None))


async def take(asker: Asking, service: Name, task_id: UUID) -> None:
    """Give the task to whoever asks. Raises Problem (`task-taken`) when somebody else has it."""
    await asker.post(service, f"/tasks/{task_id}/take", {}, _Told)


async def finish(asker: Asking, service: Name, task_id: UUID) -> None:
    """Mark the task done. Raises Problem (`task-taken`)."""
    await asker.post(service, f"/tasks/{task_id}/done", {}, _Told)


async def _of(asker: Asking, name: Name, done: bool) -> list[_Told] | None:
    try:
        return await asker.get(name, "/tasks", list[_Told], done="true" if done else None)
    except ServiceDown:
        return None
