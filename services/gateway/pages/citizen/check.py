"""The last step of a booking: all answers to look through while the time is held, and the booking itself."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.clients import Problem, asking
from services.gateway.clients import booking as ask
from services.gateway.pages.citizen import draft as drafts
from services.gateway.pages.citizen.draft import Draft
from services.gateway.pages.citizen.promises import chosen_words
from services.gateway.pages.citizen.steps import (
    BOOKED,
    CHECK,
    REMINDER,
    TIME,
    TOPIC,
    booked_already,
    go,
    hold,
    lose,
    missing,
)
from services.gateway.pages.citizen.words import FORMS, word
from services.gateway.web.forms import answers
from services.gateway.web.refusals import TRY_ANOTHER_TIME
from services.gateway.web.rendering import page
from services.gateway.web.visit import visit_of

router = APIRouter(prefix="/book/tjek")


@router.get("", name="book.check")
async def check(request: Request) -> Response:
    """Step 4: show all answers, and hold the time again if the five minutes have passed."""
    visit, clock = visit_of(request), request.app.state.clock
    draft = drafts.read(visit)
    if elsewhere := missing(draft):
        return elsewhere
    if draft.remind_2h is None:
        return go(REMINDER)
    if not draft.is_held(clock.now()):
        if done := await booked_already(request, draft):
            return done
        if not await hold(request, draft):
            return go(TIME)
    draft.key = draft.key or str(clock.new_id())
    drafts.keep(visit, draft)
    return await _page(request, draft)


async def _page(request: Request, draft: Draft) -> Response:
    known = {one.topic_id: one for one in await ask.topics(asking(request))}
    chosen, directory = draft.chosen, request.app.state.directory
    if draft.topic not in known or chosen is None:
        return go(TOPIC)
    return page(
        request,
        "citizen/book_check.html",
        draft=draft,
        topic=known[draft.topic],
        chosen=chosen,
        form=word(FORMS, chosen.form),
        place=ask.in_language(*draft.places.get(chosen.form, ["", ""])),
        adviser=await directory.name_of(chosen.adviser_id),
        reminders=await chosen_words(asking(request), chosen.starts_at, remind_2h=bool(draft.remind_2h)),
        held_until=datetime.fromisoformat(draft.held_until),
    )


@router.post("", name="book.check.answer")
async def check_answer(request: Request) -> Response:
    """Book. Pressing twice books once: the key was made when the page was shown."""
    visit, key = visit_of(request), (await answers(request)).get("key", "")
    before = visit.data.get(BOOKED) or {}
    if key and before.get("key") == key:
        return go(f"/aftaler/{before['booking_id']}/kvittering")
    draft = drafts.read(visit)
    if elsewhere := missing(draft):
        return elsewhere
    if draft.remind_2h is None or not key or key != draft.key:
        return go(CHECK)
    try:
        made = await _book(request, draft)
    except Problem as problem:
        if problem.slug not in TRY_ANOTHER_TIME:
            raise
        if done := await booked_already(request, draft):
            return done
        lose(request, draft, problem)
        return go(TIME)
    drafts.throw_away(visit)
    visit.put(BOOKED, {"key": key, "booking_id": str(made.booking_id)})
    return go(f"/aftaler/{made.booking_id}/kvittering")


async def _book(request: Request, draft: Draft) -> ask.Booking:
    """Book the held time; when the hold has ended, the time itself if it is still free. Raises Problem."""
    asker, visit, chosen = asking(request), visit_of(request), draft.chosen
    if chosen is None or visit.citizen_id is None:
        raise ValueError("a booking needs a citizen and a time")
    said: dict[str, Any] = {
        "citizen_id": str(visit.citizen_id),
        "note": draft.note,
        "remind_2h": bool(draft.remind_2h),
    }
    if draft.hold_id:
        try:
            return await ask.book(asker, {"hold_id": draft.hold_id, **said}, draft.key)
        except Problem as problem:
            if problem.slug != "hold-unknown":
                raise
    return await ask.book(asker, {**ask.as_body(draft.topic, chosen), **said}, f"{draft.key}-2")
