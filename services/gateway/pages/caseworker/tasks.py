"""Tasks: what no machine may decide, from all services, the most urgent first."""

from collections.abc import Awaitable, Collection, Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Problem, asking
from services.gateway.clients.asking import Name
from services.gateway.clients.citizens import names_of
from services.gateway.clients.tasks import Task, all_tasks, finish, take
from services.gateway.pages.caseworker.task_words import asks, needs_address
from services.gateway.permissions import FRONTDESK
from services.gateway.web.i18n import later
from services.gateway.web.refusals import refusal as to_words
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter()
SERVICES = {later("booking"): later("Booking"), later("notifications"): later("Beskeder")}


@router.get("/opgaver", name="tasks")
async def tasks(
    request: Request, vis: str | None = None, efter: Annotated[str | None, Query(max_length=80)] = None
) -> Response:
    """Show the tasks that wait, or those done lately."""
    done, asker = vis == "loest", asking(request)
    found = await all_tasks(asker, done=done, after=efter)
    names = await names_of(asker, [task.citizen_id for task in found.tasks if task.citizen_id is not None])
    return page(
        request,
        "caseworker/tasks.html",
        tasks=_known(found.tasks, names, request.scope["acting_role"]),
        asks=asks,
        needs_address=needs_address,
        missing=[SERVICES[name] for name in found.missing],
        names=names,
        done=done,
        next=found.next,
        total=found.total if found.next or efter else None,
        me=visit_of(request).actor_id,
        now=request.app.state.clock.now(),
    )


def _known(found: Iterable[Task], names: Collection[UUID], role: str) -> list[Task]:
    """Return the tasks that a role may know of: the front desk none about a person whom people does not name to it.

    A protected citizen is then the same as none (permissions say who may know; people decides who is named).
    """
    if role != FRONTDESK:
        return list(found)
    return [task for task in found if task.citizen_id is None or task.citizen_id in names]


@router.post("/opgaver/{service}/{task_id}/tag", name="tasks.take")
async def take_task(request: Request, service: Name, task_id: UUID) -> Response:
    """Take a task, so that nobody else does it too."""
    return await _changed(request, take(asking(request), service, task_id), later("Opgaven er din."))


@router.post("/opgaver/{service}/{task_id}/loest", name="tasks.done")
async def finish_task(request: Request, service: Name, task_id: UUID) -> Response:
    """Mark a task done."""
    return await _changed(request, finish(asking(request), service, task_id), later("Opgaven er løst."))


async def _changed(request: Request, change: Awaitable[None], said: str) -> Response:
    try:
        await change
    except Problem as refusal:
        if refusal.slug not in ("task-taken", "not-found"):
            raise
        said = to_words(refusal, to_staff=True)
    visit_of(request).put("flash", said)
    return RedirectResponse("/opgaver", 303)
