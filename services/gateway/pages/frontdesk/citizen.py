"""One citizen, as those who help them see it: what is booked, and what can be done about it."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Asking, Problem
from services.gateway.clients.booking import CancelledBy, booking, cancel, my_bookings, topics
from services.gateway.clients.citizens import record_of
from services.gateway.clients.exemption import exemption_of
from services.gateway.pages.frontdesk.exemption import EXEMPTION_REASONS
from services.gateway.pages.frontdesk.keys import key_of, new_key
from services.gateway.pages.frontdesk.reasons import AboutCitizen, AskerAbout
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.refusals import refusal as said
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of
from shared.clock import local_date

router = APIRouter(route_class=AboutCitizen)
# What a form says -> whose wish it is and booking's code, and the words. The citizen is told whose wish it was.
REASONS_TO_CANCEL: dict[str, tuple[CancelledBy, str, str]] = {
    "citizen-illness": ("citizen", "illness", later("Borgeren er syg")),
    "citizen-child_illness": ("citizen", "child_illness", later("Borgerens barn er sygt")),
    "citizen-work": ("citizen", "work", later("Borgeren er på arbejde")),
    "citizen-job_interview": ("citizen", "job_interview", later("Borgeren skal til jobsamtale")),
    "citizen-other_meeting": ("citizen", "other_meeting", later("Borgeren har et andet møde")),
    "citizen-other": ("citizen", "other", later("Borgeren vil aflyse af en anden grund")),
    "authority-adviser_absent": ("authority", "adviser_absent", later("Medarbejderen er fraværende")),
    "authority-other": ("authority", "other", later("Vi må aflyse af en anden grund")),
}


@router.get("/borgere/{citizen_id}", name="citizen")
async def citizen(request: Request, citizen_id: UUID, asker: AskerAbout) -> Response:
    """Show who it is, what is booked, and whether the citizen books by themselves."""
    now = request.app.state.clock.now()
    record, bookings, exemption, known, staff = await asyncio.gather(
        record_of(asker, citizen_id),
        my_bookings(asker),
        exemption_of(asker, citizen_id, local_date(now)),
        topics(asker),
        request.app.state.directory.all(),
    )
    return page(
        request,
        "frontdesk/citizen.html",
        record=record,
        coming=[one for one in bookings if one.state == "booked" and one.ends_at > now],
        past=[one for one in bookings if one.state != "booked" or one.ends_at <= now],
        exemption=exemption,
        topics={topic.topic_id: topic for topic in known},
        staff={staff_id: member.name for staff_id, member in staff.items()},
        exemption_words={code: _(words) for code, words in EXEMPTION_REASONS.items()},
    )


@router.get("/borgere/{citizen_id}/aftaler/{booking_id}/aflys", name="citizen.cancel")
async def ask_cancel(request: Request, citizen_id: UUID, booking_id: UUID, asker: AskerAbout) -> Response:
    """Ask whose wish it is and why, before anything is cancelled."""
    return await _cancel_form(request, citizen_id, booking_id, asker, {}, Faults())


@router.post("/borgere/{citizen_id}/aftaler/{booking_id}/aflys", name="citizen.cancel.answer")
async def do_cancel(request: Request, citizen_id: UUID, booking_id: UUID, asker: AskerAbout) -> Response:
    """Cancel; the citizen is told by the channel they chose."""
    told, faults = await answers(request), Faults()
    if told.get("reason") not in REASONS_TO_CANCEL:
        faults.add("reason", _("Vælg, hvorfor samtalen aflyses"))
    if not faults:
        try:
            whose, reason, _words = REASONS_TO_CANCEL[told["reason"]]
            await cancel(asker, booking_id, reason, key_of(told), by=whose)
        except Problem as refusal:
            if refusal.status not in (409, 422):
                raise
            faults.add("reason", _(said(refusal, to_staff=True)))
    if faults:
        return await _cancel_form(request, citizen_id, booking_id, asker, told, faults)
    visit_of(request).put("flash", later("Samtalen er aflyst, og borgeren får besked."))
    return RedirectResponse(f"/borgere/{citizen_id}", 303)


async def _cancel_form(
    request: Request, citizen_id: UUID, booking_id: UUID, asker: Asking, told: dict[str, str], faults: Faults
) -> Response:
    record, meeting = await asyncio.gather(record_of(asker, citizen_id), booking(asker, booking_id))
    return page(
        request,
        "frontdesk/cancel.html",
        status=422 if faults else 200,
        record=record,
        meeting=meeting,
        reasons=[(code, _(words), None) for code, (_by, _reason, words) in REASONS_TO_CANCEL.items()],
        given={"reason": "", **told},
        faults=faults,
        key=new_key(),
    )
