"""Messages that were set aside: where, why, how often tried. Contents come masked, and nothing can be changed here."""

import json
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import asking
from services.gateway.clients.asking import Name
from services.gateway.clients.operations import DeadLetter, dead_letter, dead_letters
from services.gateway.pages.operations.overview import SERVICES
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.rendering import page

router = APIRouter()
# The reasons of shared/messaging, in words; its own explanation stands beside them, for engineers and in English.
_WHY = {
    "no-body": later("Beskeden er tom."),
    "no-key": later("Beskeden siger ikke, hvem den handler om."),
    "not-an-event": later("Det er ikke en hændelse i vores format."),
    "null-header": later("Et hoved i beskeden er tomt."),
    "header-not-text": later("Et hoved i beskeden er ikke tekst."),
    "unknown-type": later("Ingen kender denne slags hændelse."),
    "unreadable-body": later("Indholdet passer ikke til hændelsens slags."),
    "unreadable-record": later("Beskeden kan slet ikke læses."),
    "refused": later("Tjenestens regler tillader ikke det, som hændelsen beder om."),
    "failed": later("Der er en fejl i programmet, som behandler hændelsen."),
}


def why(letter: DeadLetter) -> str:
    """Say in the reader's language why a message was set aside; a code that nobody put into words is shown itself."""
    return _(_WHY[letter.reason]) if letter.reason in _WHY else letter.reason


@router.get("/drift/{service}/til-side", name="dead-letters")
async def set_aside(request: Request, service: Name) -> Response:
    """List a service's messages that were set aside, newest first."""
    found = await dead_letters(asking(request), service)
    return page(
        request, "operations/dead_letters.html", service=service, name=_(SERVICES[service]), letters=found, why=why
    )


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
        why=why(found),
        headers=[(name, value, None) for name, value in sorted(found.headers.items())],
        body=json.dumps(found.body, indent=2, ensure_ascii=False),
    )
