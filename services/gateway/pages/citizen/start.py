"""A citizen's first page: one card with the one thing that matters now."""

import asyncio
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import asking
from services.gateway.clients.booking import Booking, is_exempt, my_bookings
from services.gateway.pages.citizen import draft as drafts
from services.gateway.pages.citizen.meetings import shown_all
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter()


@router.get("/min-side", name="citizen.start")
async def start(request: Request) -> Response:
    """Show the next meeting; or, without one, the way to book. Never both."""
    asker = asking(request)
    found, exempt = await asyncio.gather(my_bookings(asker), is_exempt(asker))
    coming = upcoming(found, request.app.state.clock.now())
    meeting = next(iter(await shown_all(request, coming[:1], exempt=exempt)), None)
    return page(
        request,
        "citizen/start.html",
        meeting=meeting,
        more=len(coming) - 1,
        exempt=exempt,
        begun=bool(drafts.read(visit_of(request)).topic),
    )


def upcoming(bookings: list[Booking], now: datetime) -> list[Booking]:
    """Return the meetings that are still to come, the next first."""
    found = [one for one in bookings if one.state == "booked" and one.ends_at > now]
    return sorted(found, key=lambda one: one.starts_at)
