"""Logging in through the issuer, staying logged in, and logging out."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway import store
from services.gateway.clients import Asking, Problem
from services.gateway.clients.people import Found, find_citizen, find_staff
from services.gateway.web.guard import TOKEN_HEADER, safe_path
from services.gateway.web.i18n import LANGUAGES
from services.gateway.web.i18n import gettext as _
from services.gateway.web.language import COOKIE, choose
from services.gateway.web.navigation import home_of
from services.gateway.web.oidc import Claims, Identity, LoginFailed
from services.gateway.web.problems import sorry
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of
from shared.database import Database
from shared.telemetry import get_logger

router = APIRouter()
log = get_logger(__name__)


@router.get("/log-ind", name="login")
async def login(request: Request, til: str | None = None) -> Response:
    """Send the person to the issuer, and remember where they were going."""
    visit, back = visit_of(request), safe_path(til)
    if visit.known:
        return RedirectResponse(back, 303)
    if visit.timed_out and "igen" not in request.query_params:
        return page(request, "public/timed_out.html", back=back)
    visit.put("til", back)
    identity: Identity = request.app.state.identity
    return await identity.leave_for_issuer(request)


@router.get("/log-ind/svar", name="login.answer")
async def login_answer(request: Request) -> Response:
    """Receive the person from the issuer: find out who it is, and begin a login under a new token."""
    visit = visit_of(request)
    if visit.known:
        return RedirectResponse(home_of(visit.roles), 303)
    identity: Identity = request.app.state.identity
    try:
        claims = await identity.claims(request)
    except LoginFailed as error:
        log.info("login failed", reason=str(error))
        return sorry(request, 403, _("Du blev ikke logget ind"), _("Login blev afbrudt. Prøv igen fra forsiden."))
    found = await _find(request, claims)
    if found is None or not found.roles:
        log.info("login of somebody unknown", citizen=claims.cpr is not None)
        text = _("Du er ikke oprettet hos os endnu. Ring til os, så hjælper vi dig.")
        return sorry(request, 403, _("Vi kan ikke finde dig"), text)
    back = str(visit.data.get("til", "/"))
    visit.data.clear()
    now = request.app.state.clock.now()
    visit.begin(now, roles=found.roles, actor_id=found.id, citizen_id=found.id if found.is_citizen else None)
    if found.name:
        visit.put("name", found.name)
    database: Database = request.app.state.database
    async with database.transaction() as session:
        if found.is_citizen and (draft := await store.take_draft(session, found.id, now)):
            visit.put("booking", draft)
        await store.forget_ended_visits(session, now)
    answer = RedirectResponse(back if back != "/" else home_of(found.roles), 303)
    if COOKIE not in request.cookies and found.language in LANGUAGES:
        choose(answer, found.language, secure=request.app.state.settings.secure)
    return answer


async def _find(request: Request, claims: Claims) -> Found | None:
    """Ask the people service who this is; None for somebody it does not know."""
    asker = Asking(request.app.state.services, role="service", purpose="login")
    try:
        if claims.cpr is not None:
            return await find_citizen(asker, claims.cpr)
        if claims.login is not None:
            return await find_staff(asker, claims.login, claims.roles)
    except Problem as error:
        if error.status not in (404, 422):
            raise
    return None


@router.post("/log-af", name="logout")
async def logout(request: Request) -> Response:
    """End the login here and at the issuer."""
    visit, identity = visit_of(request), request.app.state.identity
    was_known = visit.known
    visit.end()
    there = await identity.logout_url() if was_known else None
    answer = RedirectResponse(there or "/logget-af", 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.get("/logget-af", name="logout.done")
async def logout_done(request: Request, tid: str | None = None) -> Response:
    """Say that the login has ended; with `tid`, that it ended by itself."""
    return page(request, "public/logged_out.html", by_itself=tid is not None)


@router.post("/forlaeng", name="visit.extend")
async def extend(request: Request, til: str | None = None) -> Response:
    """Stay logged in: any request does, this one on purpose."""
    if TOKEN_HEADER in request.headers:
        state = request.app.state
        left = visit_of(request).left(state.clock.now(), state.settings).total_seconds()
        return Response(status_code=204, headers={"X-Seconds-Left": str(int(left))})
    return RedirectResponse(safe_path(til), 303)


@router.get("/er-du-her", name="visit.still-here")
async def still_here(request: Request, til: str | None = None) -> Response:
    """Ask, without JavaScript, whether somebody is still there; this page does not count as being there."""
    visit_of(request).passive = True
    return page(request, "public/still_here.html", back=safe_path(til))
