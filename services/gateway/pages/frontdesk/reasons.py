"""Why a member of staff looks at a citizen: chosen once, kept with the login, sent along, seen by the citizen."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import Asking, asking
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

# Code -> the words in the citizen's log. Danish there whatever the page speaks: the log is the municipality's record.
REASONS = {
    "here": later("Borgeren er i receptionen"),
    "phone": later("Borgeren har ringet"),
    "task": later("En opgave om borgeren"),
    "meeting": later("Forberedelse af en samtale"),
}
_REMEMBERED = 30


class ReasonNeeded(Exception):
    """Nobody opens a citizen without saying why."""

    def __init__(self, citizen_id: UUID) -> None:
        self.citizen_id = citizen_id
        super().__init__("reason needed")


class AboutCitizen(APIRoute):
    """A route about one citizen: without a reason it asks for one instead."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def with_reason(request: Request) -> Response:
            try:
                return await handle(request)
            except ReasonNeeded as needed:
                return page(request, "frontdesk/reason.html", citizen_id=needed.citizen_id, reasons=choices())

        return with_reason


def choices() -> list[tuple[str, str, None]]:
    """Return the reasons as options of a form."""
    return [(code, _(words), None) for code, words in REASONS.items()]


def remember(request: Request, citizen_id: UUID, reason: str) -> None:
    """Keep the reason for looking at this citizen until the login ends. Raises ReasonNeeded for an unknown code."""
    if reason not in REASONS:
        raise ReasonNeeded(citizen_id)
    visit = visit_of(request)
    kept: dict[str, str] = visit.data.get("reasons", {})
    kept.pop(str(citizen_id), None)
    kept[str(citizen_id)] = reason
    visit.put("reasons", dict(list(kept.items())[-_REMEMBERED:]))


def asking_about(request: Request, citizen_id: UUID) -> Asking:
    """Return the asker with the reason given for this citizen. Raises ReasonNeeded when none was."""
    reason = visit_of(request).data.get("reasons", {}).get(str(citizen_id))
    if reason not in REASONS:
        raise ReasonNeeded(citizen_id)
    return asking(request, REASONS[reason]).about(citizen_id)


AskerAbout = Annotated[Asking, Depends(asking_about)]
