"""Moving and cancelling one's own meeting: what it means is said before, and two clicks do it."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import Problem, asking
from services.gateway.clients import booking as ask
from services.gateway.pages.citizen.meetings import Meeting, shown
from services.gateway.pages.citizen.steps import go
from services.gateway.pages.citizen.times import Filters, as_booked, offer, read_alternatives, read_filters
from services.gateway.pages.citizen.words import CANCEL_REASONS, FORMS, held, word
from services.gateway.pages.frontdesk.keys import key_of
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.refusals import TRY_ANOTHER_TIME, refusal
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter(prefix="/aftaler/{booking_id}")
MOVED = later("Samtalen er flyttet.")
CANCELLED = later("Samtalen er aflyst.")


@router.get("/flyt", name="meeting.move")
async def move(request: Request, booking_id: UUID) -> Response:
    """Show the times the meeting can be moved to; each is a button."""
    found = await shown(request, await ask.booking(asking(request), booking_id))
    filters = read_filters(request.query_params, await as_booked(request, found.booking))
    return await _move_page(request, found, filters)


async def _move_page(
    request: Request, meeting: Meeting, filters: Filters, *, status: int = 200, lost: str = "", nearest: object = None
) -> Response:
    if not meeting.can_move:
        return page(request, "citizen/meeting.html", meeting=meeting)
    now, others = meeting.booking, read_alternatives(nearest or [])
    found = await offer(request, now.topic_id, filters, others, moving=now.booking_id)
    return page(
        request,
        "citizen/move.html",
        status=status,
        meeting=meeting,
        held=held(meeting.adviser, meeting.booking.form),
        offer=found,
        lost=lost,
        key=str(request.app.state.clock.new_id()),
        forms=[(code, word(FORMS, code)) for code in FORMS],
    )


@router.post("/flyt", name="meeting.move.answer")
async def move_answer(request: Request, booking_id: UUID) -> Response:
    """Move the meeting. The old time is given up only when the new one is certain."""
    told, asker = await answers(request), asking(request)
    chosen = ask.read_code(told.get("time", ""))
    if chosen is None or not told.get("key"):
        return go(f"/aftaler/{booking_id}/flyt")
    try:
        await ask.move(asker, booking_id, chosen, key_of(told))
    except Problem as problem:
        meeting = await shown(request, await ask.booking(asker, booking_id))
        why = _(refusal(problem))
        if problem.slug not in TRY_ANOTHER_TIME:
            return page(request, "citizen/meeting.html", status=problem.status, meeting=meeting, why=why)
        nearest = problem.members.get("alternatives")
        filters = await as_booked(request, meeting.booking)
        return await _move_page(request, meeting, filters, status=409, lost=why, nearest=nearest)
    visit_of(request).put("flash", MOVED)
    return go(f"/aftaler/{booking_id}/kvittering")


@router.get("/aflys", name="meeting.cancel")
async def cancel(request: Request, booking_id: UUID) -> Response:
    """Say what cancelling means, and ask why; a reason helps, and is not needed."""
    found = await shown(request, await ask.booking(asking(request), booking_id))
    if not found.can_cancel:
        return page(request, "citizen/meeting.html", meeting=found)
    return page(
        request,
        "citizen/cancel.html",
        meeting=found,
        reasons=[(code, _(words), None) for code, words in CANCEL_REASONS.items()],
        key=str(request.app.state.clock.new_id()),
        faults=Faults(),
    )


@router.post("/aflys", name="meeting.cancel.answer")
async def cancel_answer(request: Request, booking_id: UUID) -> Response:
    """Cancel the meeting."""
    told, asker = await answers(request), asking(request)
    reason = told.get("reason", "")
    try:
        await ask.cancel(asker, booking_id, reason if reason in CANCEL_REASONS else "other", key_of(told))
    except Problem as problem:
        meeting = await shown(request, await ask.booking(asker, booking_id))
        why = _(refusal(problem))
        return page(request, "citizen/meeting.html", status=problem.status, meeting=meeting, why=why)
    visit_of(request).put("flash", CANCELLED)
    return go(f"/aftaler/{booking_id}")
