"""Booking in four steps, the first three: topic, time, reminder. Going back keeps every answer."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import asking
from services.gateway.clients import booking as ask
from services.gateway.clients.people import contact
from services.gateway.pages.citizen import draft as drafts
from services.gateway.pages.citizen.draft import Draft
from services.gateway.pages.citizen.promises import choices, reachable
from services.gateway.pages.citizen.steps import CHECK, REMINDER, TIME, TOPIC, booked_already, go, hold, missing
from services.gateway.pages.citizen.times import Filters, offer, read_alternatives, read_filters
from services.gateway.pages.citizen.words import FORMS, word
from services.gateway.web.forms import Faults, answers
from services.gateway.web.i18n import gettext as _
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter(prefix="/book")
NOTE_SIGNS = 500


@router.get("/emne", name="book.topic")
async def topic(request: Request) -> Response:
    """Step 1: what the meeting is to be about."""
    if await ask.is_exempt(asking(request)):
        return page(request, "citizen/exempt.html")
    return await _topic_page(request, drafts.read(visit_of(request)), Faults())


@router.post("/emne", name="book.topic.answer")
async def topic_answer(request: Request) -> Response:
    """Take the topic. Another topic than before may last longer, so the time is chosen anew."""
    visit, told, faults = visit_of(request), await answers(request), Faults()
    draft = drafts.read(visit)
    chosen, draft.note = told.get("topic", ""), told.get("note", "").replace("\r\n", "\n")
    if chosen not in {one.topic_id for one in await ask.topics(asking(request))}:
        faults.add("topic", _("Vælg, hvad du vil tale om"))
    if len(draft.note) > NOTE_SIGNS:
        faults.add("note", _("Skriv højst {number} tegn").format(number=NOTE_SIGNS))
    if faults:
        draft.topic = chosen
        return await _topic_page(request, draft, faults)
    if chosen != draft.topic:
        draft.forget_time()
        draft.topic, draft.lost, draft.alternatives = chosen, "", []
    drafts.keep(visit, draft)
    return go(TIME)


async def _topic_page(request: Request, draft: Draft, faults: Faults) -> Response:
    known = await ask.topics(asking(request))
    status = 422 if faults else 200
    return page(
        request, "citizen/book_topic.html", status=status, topics=known, draft=draft, faults=faults, limit=NOTE_SIGNS
    )


@router.get("/tid", name="book.time")
async def time(request: Request) -> Response:
    """Step 2: the earliest free times, and a way to see more or others."""
    draft = drafts.read(visit_of(request))
    if not draft.topic:
        return go(TOPIC)
    filters = read_filters(request.query_params, Filters(draft.part_of_day, draft.form, draft.adviser))
    return await _time_page(request, draft, filters, Faults())


@router.post("/tid", name="book.time.answer")
async def time_answer(request: Request) -> Response:
    """Take the time and have it held for five minutes."""
    visit, told = visit_of(request), await answers(request)
    draft = drafts.read(visit)
    if not draft.topic:
        return go(TOPIC)
    if ask.read_code(told.get("time", "")) is None:
        faults = Faults()
        faults.add("time", _("Vælg en tid, der passer dig"))
        return await _time_page(request, draft, Filters(draft.part_of_day, draft.form, draft.adviser), faults)
    if told["time"] != draft.time or not draft.is_held(request.app.state.clock.now()):
        draft.time = told["time"]
        if done := await booked_already(request, draft):
            return done
        if not await hold(request, draft):
            return go(TIME)
    draft.lost, draft.alternatives = "", []
    drafts.keep(visit, draft)
    return go(CHECK if draft.remind_2h is not None else REMINDER)


async def _time_page(request: Request, draft: Draft, filters: Filters, faults: Faults) -> Response:
    known = {one.topic_id: one for one in await ask.topics(asking(request))}
    if draft.topic not in known:
        return go(TOPIC)
    found = await offer(request, draft.topic, filters, read_alternatives(draft.alternatives))
    draft.part_of_day, draft.form, draft.adviser = filters.part_of_day, filters.form, filters.adviser
    draft.places |= found.places
    drafts.keep(visit_of(request), draft)
    return page(
        request,
        "citizen/book_time.html",
        status=422 if faults else 200,
        topic=known[draft.topic],
        offer=found,
        chosen=draft.time,
        lost=_(draft.lost) if draft.lost else "",
        faults=faults,
        forms=[(code, word(FORMS, code)) for code in known[draft.topic].forms],
    )


@router.get("/paamindelse", name="book.reminder")
async def reminder(request: Request) -> Response:
    """Step 3: when to be reminded."""
    draft = drafts.read(visit_of(request))
    return missing(draft) or await _reminder_page(request, draft, Faults())


@router.post("/paamindelse", name="book.reminder.answer")
async def reminder_answer(request: Request) -> Response:
    """Take the choice of reminders."""
    visit, told = visit_of(request), await answers(request)
    draft = drafts.read(visit)
    if elsewhere := missing(draft):
        return elsewhere
    if told.get("reminder") not in ("24", "24+2"):
        faults = Faults()
        faults.add("reminder", _("Vælg, hvornår vi skal minde dig om samtalen"))
        return await _reminder_page(request, draft, faults)
    draft.remind_2h = told["reminder"] == "24+2"
    drafts.keep(visit, draft)
    return go(CHECK)


async def _reminder_page(request: Request, draft: Draft, faults: Faults) -> Response:
    if draft.chosen is None:
        return go(TIME)
    asker = asking(request)
    reached, found = await asyncio.gather(contact(asker), choices(asker, draft.chosen.starts_at))
    return page(
        request,
        "citizen/book_reminder.html",
        status=422 if faults else 200,
        draft=draft,
        contact=reached,
        reachable=reachable(reached),
        choices=found,
        faults=faults,
    )
