"""The one gate before every page: may this person, is this form ours, is it too often?"""

import secrets
from urllib.parse import quote

from starlette.requests import Request

from services.gateway.permissions import PUBLIC, RULES, acting_role
from services.gateway.web.outcomes import ServiceDown
from services.gateway.web.throttle import Throttle
from services.gateway.web.visit import visit_of

TOKEN_FIELD, TOKEN_HEADER = "_token", "X-Form-Token"


class LoginNeeded(Exception):
    """Nobody is logged in; `back` is the path to return to afterwards."""

    def __init__(self, back: str) -> None:
        self.back = back
        super().__init__("login needed")


class NotAllowed(Exception):
    """The person's roles do not include this page."""


class ForeignForm(Exception):
    """The form does not carry this login's token."""


class TooOften(Exception):
    """Too many calls within a minute."""


async def guard(request: Request) -> None:
    """Let a request through to its page, or raise one of the exceptions above. Runs before every route."""
    rule = RULES[request.scope["route"].name]
    visit = visit_of(request)
    request.scope["rule"] = rule
    request.scope["acting_role"] = PUBLIC
    if visit.unreadable:
        raise ServiceDown("gateway")
    if PUBLIC not in rule.roles:
        if not visit.known:
            raise LoginNeeded(_path_back(request))
        role = acting_role(rule, visit.roles)
        if role is None:
            raise NotAllowed
        request.scope["acting_role"] = role
    if rule.counts is not None:
        who = str(visit.actor_id) if visit.known else (request.client.host if request.client else "")
        throttle: Throttle = request.app.state.throttle
        now = request.app.state.clock.now().timestamp()
        if not throttle.allows(request.scope["route"].name, who, rule.counts, now):
            raise TooOften
    if request.method not in ("GET", "HEAD") and visit.known:
        await _check_form(request, visit.form_token)


async def _check_form(request: Request, expected: str) -> None:
    given = request.headers.get(TOKEN_HEADER)
    if given is None:
        given = str((await request.form()).get(TOKEN_FIELD, ""))
    if not secrets.compare_digest(given.encode(), expected.encode()):
        raise ForeignForm


def _path_back(request: Request) -> str:
    """Return where to come back to. A form that was sent is not sent again: its page is shown."""
    path = request.url.path
    if request.method == "GET" and request.url.query:
        return f"{path}?{request.url.query}"
    return path


def login_link(back: str) -> str:
    """Return the address that logs in and comes back."""
    return f"/log-ind?til={quote(back, safe='/')}"


def safe_path(back: str | None) -> str:
    """Return a path on this site, whatever somebody wrote into the address: never another host."""
    if not back or not back.startswith("/") or back.startswith("//") or "\\" in back or any(c < " " for c in back):
        return "/"
    return back
