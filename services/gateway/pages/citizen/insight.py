"""Who has looked at my data: the access log as its owner reads it (GDPR art. 15)."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import asking
from services.gateway.clients.people import access_log
from services.gateway.pages.citizen.words import LOOKS, PURPOSES, ROLES, word
from services.gateway.web.rendering import page

router = APIRouter()
_A_PAGE = 30


@router.get("/indsigt", name="insight")
async def insight(request: Request, foer: UUID | None = None) -> Response:
    """List the looks, newest first, in words: what, who, why, when."""
    found = await access_log(asking(request), foer, _A_PAGE + 1)
    looks = [
        (look.at, word(ROLES, look.role), word(LOOKS, look.look), word(PURPOSES, look.purpose))
        for look in found[:_A_PAGE]
    ]
    older = found[_A_PAGE - 1].entry_id if len(found) > _A_PAGE else None
    return page(request, "citizen/insight.html", looks=looks, older=older)
