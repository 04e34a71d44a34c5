"""A citizen's own meetings: the list, one meeting, its receipt, and a file for the calendar."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import asking
from services.gateway.clients.booking import Booking, booking, is_exempt, my_bookings
from services.gateway.clients.people import Directory
from services.gateway.pages.citizen.calendar_file import calendar_file
from services.gateway.pages.citizen.promises import promises
from services.gateway.pages.citizen.words import FORMS, word
from services.gateway.web.rendering import page

router = APIRouter(prefix="/aftaler")
_SHOWN_OF_THE_PAST = 10


@dataclass(frozen=True)
class Meeting:
    """A meeting in words, and what its owner can still do with it."""

    booking: Booking
    adviser: str
    form: str
    can_move: bool
    can_cancel: bool
    is_over: bool
    exempt: bool

    @property
    def cancelled(self) -> bool:
        return self.booking.state == "cancelled"


async def shown(request: Request, one: Booking) -> Meeting:
    """Put a meeting into words."""
    return (await shown_all(request, [one], exempt=await is_exempt(asking(request))))[0]


async def shown_all(request: Request, found: list[Booking], *, exempt: bool) -> list[Meeting]:
    """Put meetings into words; the adviser's name is left out when people does not know it.

    Who is exempt from booking does not move meetings either: a new time is found together (BEK § 45).
    """
    directory: Directory = request.app.state.directory
    staff = await directory.all()
    now = request.app.state.clock.now()
    return [
        Meeting(
            booking=one,
            adviser=staff[one.adviser_id].name if one.adviser_id in staff else "",
            form=word(FORMS, one.form),
            can_move=not exempt and one.state == "booked" and now < (one.movable_until or one.starts_at),
            can_cancel=one.state == "booked" and now < (one.cancellable_until or one.starts_at),
            is_over=one.ends_at <= now,
            exempt=exempt,
        )
        for one in found
    ]


@router.get("", name="meetings")
async def meetings(request: Request) -> Response:
    """List what is to come, and the latest of what has been."""
    asker = asking(request)
    found, exempt = await asyncio.gather(my_bookings(asker), is_exempt(asker))
    every = await shown_all(request, found, exempt=exempt)
    ahead = sorted((m for m in every if not m.is_over and not m.cancelled), key=lambda m: m.booking.starts_at)
    past = sorted((m for m in every if m.is_over or m.cancelled), key=lambda m: m.booking.starts_at, reverse=True)
    return page(request, "citizen/meetings.html", ahead=ahead, past=past[:_SHOWN_OF_THE_PAST], exempt=exempt)


@router.get("/{booking_id}", name="meeting")
async def meeting(request: Request, booking_id: UUID) -> Response:
    """Show one meeting and what can be done with it: where the reminder's link leads."""
    found = await shown(request, await booking(asking(request), booking_id))
    return page(request, "citizen/meeting.html", meeting=found)


@router.get("/{booking_id}/kvittering", name="meeting.receipt")
async def receipt(request: Request, booking_id: UUID) -> Response:
    """Show the receipt; its address can be kept, and always shows the meeting as it is now."""
    found = await shown(request, await booking(asking(request), booking_id))
    ahead = not found.cancelled and not found.is_over
    told = await promises(request, found.booking) if ahead else None
    return page(request, "citizen/receipt.html", meeting=found, told=told)


@router.get("/{booking_id}/kalender.ics", name="meeting.calendar")
async def calendar(request: Request, booking_id: UUID) -> Response:
    """Give the meeting as a file for one's calendar."""
    found = await booking(asking(request), booking_id)
    settings = request.app.state.settings
    content = calendar_file(
        found, public_url=settings.public_url, mail_domain=settings.mail_domain, now=request.app.state.clock.now()
    )
    headers = {"Content-Disposition": 'attachment; filename="moede.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)
