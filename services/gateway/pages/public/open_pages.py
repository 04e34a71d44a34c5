"""The front page, the accessibility statement and the choice of language."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.web.guard import safe_path
from services.gateway.web.i18n import LANGUAGES
from services.gateway.web.language import choose
from services.gateway.web.navigation import home_of
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter()


@router.get("/", name="front")
async def front(request: Request) -> Response:
    """Welcome people; whoever is logged in goes to where their work begins, or is told that it is still to come."""
    visit = visit_of(request)
    if not visit.known:
        return page(request, "public/front.html")
    home = home_of(visit.roles)
    return page(request, "public/nothing_yet.html") if home == "/" else RedirectResponse(home, 303)


@router.get("/was", name="accessibility")
async def accessibility(request: Request) -> Response:
    """Say how well the pages can be used by everybody (the accessibility statement the law asks for)."""
    return page(request, "public/accessibility.html")


@router.get("/sprog/{code}", name="language")
async def language(request: Request, code: str, til: str | None = None) -> Response:
    """Choose a language and stay on the page."""
    answer = RedirectResponse(safe_path(til), 303)
    if code in LANGUAGES:
        choose(answer, code, secure=request.app.state.settings.secure)
    return answer
