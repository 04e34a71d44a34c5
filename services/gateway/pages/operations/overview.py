"""How everything runs: first a sentence, then each service's messages, each process, what was sent."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import asking
from services.gateway.clients.asking import Name
from services.gateway.clients.operations import WITH_MESSAGES, Messages, Process, Watch, messages_of, sent_of
from services.gateway.live.stream import Live
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter()
SERVICES: dict[Name, str] = {
    "people": later("Borgere og medarbejdere"),
    "booking": later("Booking"),
    "notifications": later("Beskeder"),
}
LATE_SECONDS = 60.0


@dataclass(frozen=True)
class Row:
    """One service: its messages as it says itself, and what its processes show together."""

    service: Name
    name: str
    messages: Messages | None
    processes: list[Process]

    @property
    def problems(self) -> list[str]:
        """Return what is wrong, in sentences; nothing when all is well."""
        found = problems_of(self.processes)
        if self.messages is None:
            return [*found, _("{service} kan ikke sige, hvordan det går").format(service=self.name)]
        if self.messages.outbox_oldest_seconds > LATE_SECONDS:
            found.append(_("{service} kommer ikke af med sine hændelser").format(service=self.name))
        if (self.lag_seconds or 0) > LATE_SECONDS:
            found.append(_("{service} er bagud med at læse hændelser").format(service=self.name))
        if self.messages.dead_letters:
            found.append(_("{service} har sat beskeder til side").format(service=self.name))
        if self.messages.timers_overdue:
            found.append(_("{service} er bagud med det, der skal ske til tiden").format(service=self.name))
        return found

    @property
    def lag_seconds(self) -> float | None:
        return max((p.lag_seconds for p in self.processes if p.lag_seconds is not None), default=None)

    @property
    def errors(self) -> int:
        return sum(process.errors for process in self.processes)

    @property
    def versions(self) -> str:
        return ", ".join(sorted({process.version for process in self.processes if process.version}))

    @property
    def last_event_at(self) -> datetime | None:
        return max((p.last_event_at for p in self.processes if p.last_event_at is not None), default=None)


def problems_of(processes: list[Process]) -> list[str]:
    """Return what is wrong with processes, in sentences."""
    return [
        _("{process} svarer ikke").format(process=process.name)
        if not process.answers
        else _("{process} er ikke klar").format(process=process.name)
        for process in processes
        if not process.ready
    ]


@router.get("/drift", name="operations")
async def operations(request: Request, live: str | None = None) -> Response:
    """Show how everything runs. Asked by its own live part, it answers with that part and counts as nobody there."""
    visit_of(request).passive = "HX-Request" in request.headers
    asker = asking(request)
    watch: Watch = request.app.state.watch
    seen, sent, messages = await asyncio.gather(
        watch.processes(), sent_of(asker), asyncio.gather(*(messages_of(asker, name) for name in WITH_MESSAGES))
    )
    rows = [
        Row(name, _(SERVICES[name]), told, [one for one in seen if one.name.startswith(f"{name}-")])
        for name, told in zip(WITH_MESSAGES, messages, strict=True)
    ]
    others = [one for one in seen if not any(one in row.processes for row in rows)]  # the gateway has no messages
    problems = [*(problem for row in rows for problem in row.problems), *problems_of(others)]
    return page(
        request,
        "operations/overview.html",
        block="state",
        rows=rows,
        problems=problems,
        processes=seen,
        sent=sent,
        live=live != "nej",
    )


@router.get("/drift/live", name="operations.live")
async def operations_live(request: Request) -> Response:
    """Tell the page every few seconds to look again."""
    visit = visit_of(request)
    visit.passive = True
    streams: Live = request.app.state.live
    return streams.pulse(lives=visit.ends_at - request.app.state.clock.now())
