"""A citizen's e-mail and mobile number, entered by those who help: without either, nobody can be told anything."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Problem
from services.gateway.clients import people as ask
from services.gateway.pages.citizen.contact import put_beside, shown
from services.gateway.pages.frontdesk.reasons import AboutCitizen, AskerAbout
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.reading import whole_number
from services.gateway.web.refusals import refusal as said
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter(prefix="/borgere/{citizen_id}/kontakt", route_class=AboutCitizen)
SAVED = later("E-mail og mobilnummer er gemt.")


@router.get("", name="citizen.contact")
async def contact(request: Request, citizen_id: UUID, asker: AskerAbout) -> Response:
    """Show how the citizen is reached, ready to be changed."""
    found = await ask.contact(asker)
    told = {"email": found.email or "", "mobile": shown(found.mobile or ""), "version": str(found.version or "")}
    return _page(request, citizen_id, found.name, told, Faults())


@router.post("", name="citizen.contact.answer")
async def contact_answer(request: Request, citizen_id: UUID, asker: AskerAbout) -> Response:
    """Keep it; what cannot be right is said beside its field, and the answers stay."""
    told, faults = {"email": "", "mobile": "", "version": ""} | await answers(request), Faults()
    if not told["email"] and not told["mobile"]:
        faults.add("email", _("Skriv en e-mail eller et nummer, så borgeren kan nås"))
    if not faults:
        try:
            await ask.change_contact(asker, told["email"], told["mobile"], None, whole_number(told["version"]))
        except Problem as problem:
            put_beside(faults, problem, _(said(problem, to_staff=True)))
    if faults:
        return _page(request, citizen_id, (await ask.contact(asker)).name, told, faults)
    visit_of(request).put("flash", SAVED)
    return RedirectResponse(f"/borgere/{citizen_id}", 303)


def _page(request: Request, citizen_id: UUID, name: str, told: dict[str, str], faults: Faults) -> Response:
    status = 422 if faults else 200
    return page(
        request, "frontdesk/contact.html", status=status, citizen_id=citizen_id, name=name, told=told, faults=faults
    )
