"""My day: who comes when, about what, in the citizen's own words first. A new booking appears by itself."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import Asking, Problem, ServiceDown, asking
from services.gateway.clients.adviser import DayMeeting, Notice, day_of, notices_of
from services.gateway.clients.citizens import names_of
from services.gateway.live.stream import Live
from services.gateway.pages.caseworker.me import me
from services.gateway.web.reading import sensible
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of
from shared.clock import local_date

router = APIRouter()


@router.get("/dag", name="day")
async def my_day(request: Request, dato: date | None = None, live: str | None = None) -> Response:
    """Show one day's meetings. Asked by its own live part, it answers with that part and counts as nobody there."""
    visit, asker, now = visit_of(request), asking(request), request.app.state.clock.now()
    visit.passive = "HX-Request" in request.headers
    today = local_date(now)
    day = dato if dato and sensible(dato) else today
    meetings = await day_of(asker, me(request), day)
    names, notices = await asyncio.gather(
        names_of(asker, [meeting.citizen_id for meeting in meetings]), _notices(asker, meetings)
    )
    return page(
        request,
        "caseworker/day.html",
        block="list",
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        meetings=meetings,
        names=names,
        notices=notices,
        current=next((meeting for meeting in meetings if meeting.starts_at <= now < meeting.ends_at), None),
        next_meeting=next((meeting for meeting in meetings if meeting.starts_at > now), None),
        live=live != "nej",
        now=now,
    )


@router.get("/dag/live", name="day.live")
async def my_day_live(request: Request, dato: date | None = None) -> Response:
    """Tell the page when the day has changed."""
    visit, asker, now = visit_of(request), asking(request), request.app.state.clock.now()
    visit.passive = True
    day = dato if dato and sensible(dato) else local_date(now)

    async def look() -> frozenset[UUID]:
        try:
            return frozenset(meeting.booking_id for meeting in await day_of(asker, me(request), day))
        except (ServiceDown, Problem):
            return frozenset()  # new bookings are still told; only notices of the shown ones are not

    streams: Live = request.app.state.live
    last = request.headers.get("Last-Event-ID")
    return streams.day(me(request), look, last, lives=visit.ends_at - now)


async def _notices(asker: Asking, meetings: list[DayMeeting]) -> dict[UUID, list[Notice]]:
    """Return what was sent about each meeting; nothing for those that cannot be had now: the day matters more."""

    async def of(meeting: DayMeeting) -> list[Notice]:
        try:
            return await notices_of(asker, meeting.booking_id)
        except (ServiceDown, Problem):
            return []

    found = await asyncio.gather(*(of(meeting) for meeting in meetings))
    return {meeting.booking_id: notices for meeting, notices in zip(meetings, found, strict=True)}
