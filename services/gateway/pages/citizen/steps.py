"""What the steps of a booking share: their addresses, where to go when an answer is missing, and holding a time."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.clients import Problem, asking
from services.gateway.clients import booking as ask
from services.gateway.pages.citizen import draft as drafts
from services.gateway.pages.citizen.draft import Draft
from services.gateway.web.refusals import TRY_ANOTHER_TIME, refusal
from services.gateway.web.visit import visit_of

TOPIC, TIME, REMINDER, CHECK = "/book/emne", "/book/tid", "/book/paamindelse", "/book/tjek"
BOOKED = "booked"  # the key of the last booking made in this login, and what it became


def go(path: str) -> Response:
    """Send the browser on after an answer, so that reloading asks nothing twice."""
    return RedirectResponse(path, 303)


def missing(draft: Draft) -> Response | None:
    """Return the way to the first step without an answer; None when topic and time are chosen."""
    if not draft.topic:
        return go(TOPIC)
    return None if draft.chosen else go(TIME)


async def booked_already(request: Request, draft: Draft) -> Response | None:
    """Return the way to the receipt when the chosen time is the citizen's own meeting already; None otherwise.

    So it is when the booking was made, but its answer was lost. Only a draft that was sent once can be: it has a key.
    """
    chosen, visit = draft.chosen, visit_of(request)
    if chosen is None or not draft.key:
        return None
    for one in await ask.my_bookings(asking(request)):
        if one.state == "booked" and (one.starts_at, one.adviser_id) == (chosen.starts_at, chosen.adviser_id):
            drafts.throw_away(visit)
            visit.put(BOOKED, {"key": draft.key, "booking_id": str(one.booking_id)})
            return go(f"/aftaler/{one.booking_id}/kvittering")
    return None


async def hold(request: Request, draft: Draft) -> bool:
    """Have the chosen time held. False when it is gone: the draft then knows why, and the nearest others.

    Raises Problem for refusals that another time does not cure.
    """
    chosen, clock = draft.chosen, request.app.state.clock
    if chosen is None:
        return False
    try:
        held = await ask.hold(asking(request), draft.topic, chosen, str(clock.new_id()))
    except Problem as problem:
        if problem.slug not in TRY_ANOTHER_TIME:
            raise
        lose(request, draft, problem)
        return False
    draft.hold_id, draft.held_until = str(held.hold_id), held.expires_at.isoformat()
    return True


def lose(request: Request, draft: Draft, problem: Problem) -> None:
    """Note that the chosen time cannot be had, why, and which are nearest. All other answers stay."""
    draft.forget_time()
    draft.key = ""
    draft.lost = refusal(problem)
    draft.alternatives = list(problem.members.get("alternatives") or [])
    drafts.keep(visit_of(request), draft)
