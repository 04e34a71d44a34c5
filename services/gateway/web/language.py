"""Middleware: which language a request is answered in – what was chosen, or what the browser asks for."""

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.web.i18n import LANGUAGES, speak

COOKIE = "sprog"  # a choice, not a person: it may outlive the login
_A_YEAR = 31_536_000


def choose(answer: Response, language: str, *, secure: bool) -> None:
    """Have the browser remember a language."""
    answer.set_cookie(COOKIE, language, max_age=_A_YEAR, path="/", httponly=True, samesite="lax", secure=secure)


class Language:
    """Chooses by the cookie of the language switch; else Danish, unless the browser wants English and no Danish."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            speak(_chosen(headers.get("cookie", "")) or _wanted(headers.get("accept-language", "")))
        await self.app(scope, receive, send)


def _chosen(cookies: str) -> str | None:
    for part in cookies.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and value in LANGUAGES:
            return value
    return None


def _wanted(accepted: str) -> str:
    wanted = [part.partition(";")[0].strip().lower()[:2] for part in accepted.split(",")]
    if any(code in ("da", "nb", "nn", "no", "sv") for code in wanted):
        return "da"
    return "en" if "en" in wanted else "da"
