"""Find a citizen, by CPR number or name, always with a reason. Neither ever stands in an address."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Problem, asking
from services.gateway.clients.citizens import Findings, search
from services.gateway.pages.frontdesk.reasons import REASONS, AboutCitizen, choices, remember
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.refusals import refusal as said
from services.gateway.web.rendering import page

router = APIRouter(route_class=AboutCitizen)


@router.get("/borgere", name="citizens")
async def find(request: Request) -> Response:
    """Ask whom to find, and why."""
    return _form(request, {"query": "", "reason": "here"}, Faults(), None)


@router.post("/borgere", name="citizens.find")
async def found(request: Request) -> Response:
    """Show who was found. What was searched for is in the body, and is shown again in the form only."""
    told, faults = await answers(request), Faults()
    given = {"query": told.get("query", ""), "reason": told.get("reason", "")}
    if len(given["query"]) < 2:
        faults.add("query", _("Skriv et CPR-nummer eller et navn"))
    if given["reason"] not in REASONS:
        faults.add("reason", _("Vælg, hvorfor du slår borgeren op"))
    findings = None
    if not faults:
        try:
            findings = await search(asking(request, REASONS[given["reason"]]), given["query"])
        except Problem as refusal:
            if refusal.status != 422:
                raise
            faults.add("query", _(said(refusal, to_staff=True)))
    return _form(request, given, faults, findings)


@router.post("/borgere/aabn", name="citizens.open")
async def open_citizen(request: Request) -> Response:
    """Open a citizen, or (`til`) the contact data, for the reason given."""
    told = await answers(request)
    try:
        citizen_id = UUID(told.get("citizen_id", ""))
    except ValueError:
        return RedirectResponse("/borgere", 303)
    remember(request, citizen_id, told.get("reason", ""))
    where = "/kontakt" if told.get("til") == "kontakt" else ""
    return RedirectResponse(f"/borgere/{citizen_id}{where}", 303)


def _form(request: Request, given: dict[str, str], faults: Faults, findings: Findings | None) -> Response:
    return page(
        request,
        "frontdesk/find.html",
        status=422 if faults else 200,
        given=given,
        faults=faults,
        findings=findings,
        reasons=choices(),
    )
