"""When a page cannot be shown: a page that says so in plain words, what to do now, and the number to call."""

from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from services.gateway.permissions import CITIZEN, PUBLIC
from services.gateway.web.guard import ForeignForm, LoginNeeded, NotAllowed, TooOften, login_link
from services.gateway.web.i18n import gettext as _
from services.gateway.web.oidc import IssuerDown
from services.gateway.web.outcomes import Problem, ServiceDown
from services.gateway.web.refusals import refusal
from services.gateway.web.rendering import page
from shared.telemetry import get_logger, trace_id

log = get_logger(__name__)


def add_handlers(app: FastAPI) -> None:
    """Have every exception that reaches the edge answered with a page."""
    app.add_exception_handler(LoginNeeded, _on_login_needed)
    app.add_exception_handler(NotAllowed, _on_not_allowed)
    app.add_exception_handler(ForeignForm, _on_foreign_form)
    app.add_exception_handler(TooOften, _on_too_often)
    app.add_exception_handler(ServiceDown, _on_down)
    app.add_exception_handler(IssuerDown, _on_down)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_not_found)
    app.add_exception_handler(SQLAlchemyError, _on_unreachable)
    app.add_exception_handler(OSError, _on_unreachable)
    app.add_exception_handler(Exception, _on_fault)


def sorry(request: Request, status: int, heading: str, text: str, *, retry: bool = False) -> Response:
    """Answer with a page that says what went wrong; `retry` offers to try the same page again."""
    if "visit" not in request.scope:
        return PlainTextResponse(f"{heading}. {text}", status)
    again = request.url.path if retry and request.method == "GET" else None
    return page(request, "public/sorry.html", status=status, heading=heading, text=text, again=again)


async def _on_login_needed(request: Request, error: Any) -> Response:
    link = login_link(error.back)
    if "HX-Request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": link})
    return RedirectResponse(link, 303)


async def _on_not_allowed(request: Request, _error: Exception) -> Response:
    return sorry(request, 403, _("Du har ikke adgang til siden"), _("Siden hører til en anden rolle end din."))


async def _on_foreign_form(request: Request, _error: Exception) -> Response:
    text = _("Siden var for gammel. Gå tilbage, hent siden igen, og prøv en gang til.")
    return sorry(request, 403, _("Vi kunne ikke tage imod dit svar"), text)


async def _on_too_often(request: Request, _error: Exception) -> Response:
    answer = sorry(request, 429, _("Det gik lidt for hurtigt"), _("Vent et minut, og prøv så igen."), retry=True)
    answer.headers["Retry-After"] = "60"
    return answer


async def _on_down(request: Request, error: Exception) -> Response:
    if isinstance(error, ServiceDown) and error.service == "booking":
        text = _("Vi kan ikke vise tider lige nu. Det er ikke din fejl. Prøv igen om lidt.")
    elif isinstance(error, IssuerDown):
        text = _("Vi kan ikke logge dig ind lige nu. Det er ikke din fejl. Prøv igen om lidt.")
    else:
        text = _("Vi kan ikke vise siden lige nu. Det er ikke din fejl. Prøv igen om lidt.")
    answer = sorry(request, 503, _("Noget virker ikke lige nu"), text, retry=True)
    answer.headers["Retry-After"] = "30"
    return answer


async def _on_problem(request: Request, error: Any) -> Response:
    """A refusal that no page expected. Who may not know is told the same as who asks for what is not there."""
    log.info("a service refused", slug=error.slug, status=error.status)
    if error.status in (403, 404) and error.slug != "citizen-unknown":
        return await _on_not_found(request, error)
    to_staff = request.scope.get("acting_role") not in (CITIZEN, PUBLIC, None)
    return sorry(request, error.status, _("Det kan ikke lade sig gøre"), _(refusal(error, to_staff=to_staff)))


async def _on_http(request: Request, error: Any) -> Response:
    if error.status_code == 404:
        return await _on_not_found(request, error)
    return sorry(request, error.status_code, _("Det kan ikke lade sig gøre"), _("Gå til forsiden, og prøv derfra."))


async def _on_not_found(request: Request, _error: Exception) -> Response:
    text = _("Siden findes ikke, eller du har ikke adgang til den. Gå til forsiden, og prøv derfra.")
    return sorry(request, 404, _("Vi kan ikke finde siden"), text)


async def _on_unreachable(request: Request, error: Exception) -> Response:
    log.warning("a request failed for a passing reason", fault=type(error).__name__)
    return await _on_down(request, error)


async def _on_fault(request: Request, error: Exception) -> Response:
    log.error("a request failed", route=getattr(request.scope.get("route"), "name", None), exc_info=error)
    text = _("Noget gik galt hos os. Det er ikke din fejl. Prøv igen om lidt.")
    if found := trace_id():
        text += " " + _("Ring du til os, så sig denne kode: {code}").format(code=found[:12])
    return sorry(request, 500, _("Der skete en fejl"), text)
