"""Messages that were set aside: where, why, how often tried. Contents come masked, and nothing can be changed here."""

import json
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import asking
from services.gateway.clients.asking import Name
from services.gateway.clients.operations import dead_letter, dead_letters
from services.gateway.pages.operations.overview import SERVICES
from services.gateway.web.i18n import gettext as _
from services.gateway.web.rendering import page

router = APIRouter()


@router.get("/drift/{service}/til-side", name="dead-letters")
async def set_aside(request: Request, service: Name) -> Response:
    """List a service's messages that were set aside, newest first."""
    found = await dead_letters(asking(request), service)
    return page(request, "operations/dead_letters.html", service=service, name=_(SERVICES[service]), letters=found)


@router.get("/drift/{service}/til-side/{dead_letter_id}", name="dead-letter")
async def one_set_aside(request: Request, service: Name, dead_letter_id: UUID) -> Response:
    """Show one of them."""
    found = await dead_letter(asking(request), service, dead_letter_id)
    return page(
        request,
        "operations/dead_letter.html",
        service=service,
        name=_(SERVICES[service]),
        letter=found,
        headers=[(name, value, None) for name, value in sorted(found.headers.items())],
        body=json.dumps(found.body, indent=2, ensure_ascii=False),
    )
