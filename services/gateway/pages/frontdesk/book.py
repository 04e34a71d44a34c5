"""Book or move a meeting for a citizen: topic, time, done. The receipt says that a member of staff did it."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Problem
from services.gateway.clients.asking import Asking
from services.gateway.clients.booking import Booking, FreeTime, book, booking, booking_body, move, read_code, topics
from services.gateway.clients.citizens import record_of
from services.gateway.pages.citizen.times import Filters, as_booked, offer, read_alternatives, read_filters
from services.gateway.pages.citizen.words import FORMS, PARTS_OF_DAY, held, word
from services.gateway.pages.frontdesk.keys import key_of, new_key
from services.gateway.pages.frontdesk.reasons import AboutCitizen, AskerAbout
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.refusals import refusal as said
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter(route_class=AboutCitizen)
MAX_NOTE = 500
TAKEN = ("slot-taken", "citizen-busy")


@router.get("/borgere/{citizen_id}/book", name="citizen.book")
async def ask_book(request: Request, citizen_id: UUID, asker: AskerAbout, emne: str = "") -> Response:
    """Show the earliest times for a topic; the filters narrow them."""
    return await _times(request, citizen_id, asker, None, {"emne": emne}, Faults())


@router.post("/borgere/{citizen_id}/book", name="citizen.book.answer")
async def do_book(request: Request, citizen_id: UUID, asker: AskerAbout) -> Response:
    """Book the chosen time; when somebody else was faster, show the nearest three."""
    told, faults = await answers(request), Faults()
    chosen = read_code(told.get("time", ""))
    if chosen is None:
        faults.add("time", _("Vælg en tid"))
    if len(told.get("note", "")) > MAX_NOTE:
        faults.add("note", _("Noten må højst være på 500 tegn"))
    taken: list[FreeTime] | None = None
    if chosen is not None and not faults:
        body = booking_body(
            told.get("emne", ""), chosen, citizen_id, note=told.get("note", ""), remind_2h="remind_2h" in told
        )
        try:
            await book(asker, body, key_of(told))
        except Problem as refusal:
            taken = _refused(refusal, faults)
        else:
            visit_of(request).put("flash", later("Samtalen er booket, og borgeren får en bekræftelse."))
            return RedirectResponse(f"/borgere/{citizen_id}", 303)
    return await _times(request, citizen_id, asker, None, told, faults, taken)


@router.get("/borgere/{citizen_id}/aftaler/{booking_id}/flyt", name="citizen.move")
async def ask_move(request: Request, citizen_id: UUID, booking_id: UUID, asker: AskerAbout) -> Response:
    """Show other times for a meeting that is booked."""
    return await _times(request, citizen_id, asker, await booking(asker, booking_id), {}, Faults())


@router.post("/borgere/{citizen_id}/aftaler/{booking_id}/flyt", name="citizen.move.answer")
async def do_move(request: Request, citizen_id: UUID, booking_id: UUID, asker: AskerAbout) -> Response:
    """Move the meeting to the chosen time."""
    told, faults = await answers(request), Faults()
    chosen = read_code(told.get("time", ""))
    taken: list[FreeTime] | None = None
    if chosen is None:
        faults.add("time", _("Vælg en tid"))
    else:
        try:
            await move(asker, booking_id, chosen, key_of(told))
        except Problem as refusal:
            taken = _refused(refusal, faults)
        else:
            visit_of(request).put("flash", later("Samtalen er flyttet, og borgeren får besked."))
            return RedirectResponse(f"/borgere/{citizen_id}", 303)
    return await _times(request, citizen_id, asker, await booking(asker, booking_id), told, faults, taken)


def _refused(refusal: Problem, faults: Faults) -> list[FreeTime]:
    """Note why it was refused; return the nearest other times when somebody else was faster.

    Raises the refusal when it is none of those a person can do something about.
    """
    if refusal.status not in (404, 409, 410, 422):
        raise refusal
    faults.add("time", _(said(refusal, to_staff=True)))
    return read_alternatives(refusal.members.get("alternatives", [])) if refusal.slug in TAKEN else []


async def _times(
    request: Request,
    citizen_id: UUID,
    asker: Asking,
    meeting: Booking | None,
    told: dict[str, str],
    faults: Faults,
    nearest: list[FreeTime] | None = None,
) -> Response:
    record, known = await asyncio.gather(record_of(asker, citizen_id), topics(asker))
    chosen_topic = meeting.topic_id if meeting else told.get("emne") or (known[0].topic_id if known else "")
    filters = read_filters(request.query_params, await as_booked(request, meeting) if meeting else Filters())
    found = await offer(
        request, chosen_topic, filters, nearest or [], asker=asker, moving=meeting.booking_id if meeting else None
    )
    return page(
        request,
        "frontdesk/times.html",
        status=422 if faults else 200,
        record=record,
        meeting=meeting,
        held=held(await request.app.state.directory.name_of(meeting.adviser_id), meeting.form) if meeting else "",
        offer=found,
        topic=chosen_topic,
        topics=[(topic.topic_id, topic.name) for topic in known],
        forms=[("", _("Alle former")), *((code, word(FORMS, code)) for code in FORMS)],
        parts=[("", _("Hele dagen")), *((code, word(PARTS_OF_DAY, code)) for code in PARTS_OF_DAY)],
        advisers=[("", _("Alle")), *found.advisers],
        given={"time": "", "note": "", "remind_2h": "", **told},
        faults=faults,
        nothing_wrong=Faults(),
        key=new_key(),
    )
