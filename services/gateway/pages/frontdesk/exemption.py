"""Exemption from self-booking (BEK § 45): who is exempt is never asked to book; a person finds a time with them."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Asking, Problem
from services.gateway.clients.citizens import record_of
from services.gateway.clients.exemption import end_exemption, exempt, exemption_of
from services.gateway.pages.frontdesk.keys import key_of, new_key
from services.gateway.pages.frontdesk.reasons import AboutCitizen, AskerAbout
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.reading import day
from services.gateway.web.refusals import refusal as said
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of
from shared.clock import local_date

router = APIRouter(route_class=AboutCitizen)
EXEMPTION_REASONS = {
    "it_skills": later("Borgeren kan ikke bruge it godt nok"),
    "language": later("Borgeren kan ikke nok dansk"),
    "impairment": later("Borgeren har et handicap eller en sygdom"),
    "special_premises": later("Samtalen kræver særlige lokaler"),
    "interpreter": later("Samtalen kræver tolk"),
    "workplace": later("Samtalen holdes på en arbejdsplads"),
}


@router.get("/borgere/{citizen_id}/fritagelse", name="citizen.exemption")
async def ask_exemption(request: Request, citizen_id: UUID, asker: AskerAbout) -> Response:
    """Show the decision in force, and ask for a new one."""
    today = local_date(request.app.state.clock.now())
    return await _form(request, citizen_id, asker, {"valid_from": today.isoformat()}, Faults())


@router.post("/borgere/{citizen_id}/fritagelse", name="citizen.exemption.answer")
async def do_exempt(request: Request, citizen_id: UUID, asker: AskerAbout) -> Response:
    """Decide on an exemption."""
    told, faults = await answers(request), Faults()
    valid_from, valid_to = _day(told, "valid_from", faults), _day(told, "valid_to", faults)
    if told.get("reason") not in EXEMPTION_REASONS:
        faults.add("reason", _("Vælg en grund"))
    if valid_from is None:
        faults.add("valid_from", _("Skriv en dato"))
    if valid_from is not None and not faults:
        try:
            await exempt(asker, citizen_id, told["reason"], valid_from, valid_to, key_of(told))
        except Problem as refusal:
            if refusal.status not in (404, 409, 422):
                raise
            faults.add("valid_to", _(said(refusal, to_staff=True)))
    if faults:
        return await _form(request, citizen_id, asker, told, faults)
    visit_of(request).put("flash", later("Borgeren er fritaget for selv at booke."))
    return RedirectResponse(f"/borgere/{citizen_id}", 303)


@router.post("/borgere/{citizen_id}/fritagelse/slut", name="citizen.exemption.end")
async def do_end(request: Request, citizen_id: UUID, asker: AskerAbout) -> Response:
    """Let the citizen book again from today."""
    told = await answers(request)
    await end_exemption(asker, citizen_id, local_date(request.app.state.clock.now()), key_of(told))
    visit_of(request).put("flash", later("Borgeren booker selv igen."))
    return RedirectResponse(f"/borgere/{citizen_id}", 303)


def _day(told: dict[str, str], name: str, faults: Faults) -> date | None:
    text = told.get(name, "")
    found = day(text)
    if text and found is None:
        faults.add(name, _("Skriv en dato som 2026-12-31"))
    return found


async def _form(request: Request, citizen_id: UUID, asker: Asking, told: dict[str, str], faults: Faults) -> Response:
    return page(
        request,
        "frontdesk/exemption.html",
        status=422 if faults else 200,
        record=await record_of(asker, citizen_id),
        exemption=await exemption_of(asker, citizen_id, local_date(request.app.state.clock.now())),
        exemption_words={code: _(words) for code, words in EXEMPTION_REASONS.items()},
        reasons=[(code, _(words), None) for code, words in EXEMPTION_REASONS.items()],
        given={"reason": "", "valid_from": "", "valid_to": "", **told},
        faults=faults,
        key=new_key(),
    )
