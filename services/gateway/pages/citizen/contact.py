"""How I am reached: e-mail, mobile number, and the language of what is sent to me."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import Problem, asking
from services.gateway.clients import people as ask
from services.gateway.pages.citizen.steps import go
from services.gateway.web.forms import Faults, answers
from services.gateway.web.guard import safe_path
from services.gateway.web.i18n import LANGUAGES, language_name, later
from services.gateway.web.i18n import gettext as _
from services.gateway.web.reading import whole_number
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter()
SAVED = later("Dine valg er gemt.")


@router.get("/kontakt", name="contact")
async def contact(request: Request, til: str = "") -> Response:
    """Show what we have, ready to be changed."""
    found = await ask.contact(asking(request))
    told = {"email": found.email or "", "mobile": shown(found.mobile or ""), "language": found.language}
    return _page(request, told, version=found.version, back=til, faults=Faults())


@router.post("/kontakt", name="contact.answer")
async def contact_answer(request: Request, til: str = "") -> Response:
    """Keep the changes; what cannot be right is said beside its field."""
    told, faults = {"email": "", "mobile": "", "language": "da"} | await answers(request), Faults()
    email, mobile, language = told["email"], told["mobile"], told["language"]
    if not email and not mobile:
        faults.add("email", _("Skriv en e-mail eller et nummer, så vi kan nå dig"))
    version = whole_number(told.get("version", ""))
    if not faults:
        try:
            await ask.change_contact(asking(request), email, mobile, language, version)
        except Problem as problem:
            put_beside(faults, problem, _("Dine valg er rettet et andet sted. Hent siden igen."))
    if faults:
        return _page(request, told, version=version, back=til, faults=faults)
    visit_of(request).put("flash", SAVED)
    return go(safe_path(til) if til else "/kontakt")


def put_beside(faults: Faults, problem: Problem, changed_meanwhile: str) -> None:
    """Put a refusal of people beside the field it is about. Raises it when it is about none."""
    if problem.slug == "changed-meanwhile":
        faults.add("email", changed_meanwhile)
        return
    if problem.status != 422:
        raise problem
    if problem.members.get("field") == "mobile":
        faults.add("mobile", _("Skriv et mobilnummer, for eksempel 20 30 40 50"))
    else:
        faults.add("email", _("Skriv en e-mail, for eksempel navn@eksempel.dk"))


def shown(mobile: str) -> str:
    """Write a number as its owner does: without the country, when it is ours."""
    return mobile.removeprefix("+45")


def _page(request: Request, told: dict[str, str], *, version: int | None, back: str, faults: Faults) -> Response:
    status = 422 if faults else 200
    languages: list[tuple[str, str, str | None]] = [(code, name, None) for code, name in LANGUAGES.items()]
    if (other := told["language"]) not in LANGUAGES:
        languages.append((other, language_name(other), _("Findes en besked ikke på dit sprog, kommer den på dansk.")))
    return page(
        request,
        "citizen/contact.html",
        status=status,
        told=told,
        version=version,
        back=safe_path(back) if back else "",
        faults=faults,
        choices=languages,
    )
