"""Booking, moving and cancelling meetings, and looking at them."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.booking.api.answers import answer, meeting_answer
from services.booking.api.bodies import EVERYONE, BookingBody, CancelBody, MoveBody, actor, concerned
from services.booking.model.meetings import Wanted
from services.booking.use_cases import look_up
from services.booking.use_cases.book_meeting import Extras, book_meeting
from services.booking.use_cases.cancel_meeting import cancel_meeting
from services.booking.use_cases.hold_time import known_hold
from services.booking.use_cases.move_meeting import move_meeting
from services.booking.use_cases.take_time import Ask
from shared.database import Session
from shared.http import Now, Tx
from shared.idempotency import Key, once
from shared.identity import Caller, Who, allow

router = APIRouter(prefix="/bookings", tags=["bookings"])


@router.post("", status_code=201, dependencies=[allow(*EVERYONE)])
async def book(session: Tx, clock: Now, who: Who, key: Key, body: BookingBody) -> Response:
    """Book a meeting; 409 `slot-taken` with three alternatives when somebody else was faster."""
    citizen_id = concerned(who, body.citizen_id)

    async def work() -> dict[str, Any]:
        ask = await _ask(session, body, citizen_id)
        extras = Extras(body.note, body.remind_2h)
        return meeting_answer(*await book_meeting(session, clock, actor(who), ask, extras))

    return answer(await once(session, clock, key, who, ["book", body.model_dump()], work), 201)


@router.get("/{booking_id}", dependencies=[allow(*EVERYONE, "service")])
async def show(session: Tx, clock: Now, who: Who, booking_id: UUID) -> Response:
    """Show a meeting. A citizen sees only own meetings: another's is `booking-unknown`."""
    return answer(meeting_answer(*await look_up.meeting(session, clock, booking_id, _only(who))))


@router.get("/{booking_id}/history", dependencies=[allow(*EVERYONE)])
async def history(session: Tx, who: Who, booking_id: UUID) -> Response:
    """Show what was said about a meeting, oldest first."""
    return answer({"history": await look_up.history(session, booking_id, _only(who))})


@router.post("/{booking_id}/move", dependencies=[allow(*EVERYONE)])
async def move(session: Tx, clock: Now, who: Who, key: Key, booking_id: UUID, body: MoveBody) -> Response:
    """Move a meeting; 409 `slot-taken` with three alternatives, and the meeting stays where it was."""

    async def work() -> dict[str, Any]:
        before, _ = await look_up.meeting(session, clock, booking_id, _only(who))
        adviser_id, wanted = await _target(session, body, before.booking.citizen_id)
        return meeting_answer(*await move_meeting(session, clock, actor(who), booking_id, adviser_id, wanted))

    return answer(await once(session, clock, key, who, ["move", booking_id, body.model_dump()], work))


@router.post("/{booking_id}/cancel", dependencies=[allow(*EVERYONE)])
async def cancel(session: Tx, clock: Now, who: Who, key: Key, booking_id: UUID, body: CancelBody) -> Response:
    """Cancel a meeting; its time is free for others at once."""
    said_by = actor(who).said_by
    by = "citizen" if said_by == "citizen" else body.cancelled_by or "authority"

    async def work() -> dict[str, Any]:
        await look_up.meeting(session, clock, booking_id, _only(who))
        return meeting_answer(*await cancel_meeting(session, clock, actor(who), booking_id, body.reason, by))

    return answer(await once(session, clock, key, who, ["cancel", booking_id, body.model_dump()], work))


def _only(who: Caller) -> UUID | None:
    """Return whose meetings the caller may see and change: a citizen only the own, staff everybody's."""
    return concerned(who, None) if who.role == "citizen" else None


async def _ask(session: Session, body: BookingBody, citizen_id: UUID) -> Ask:
    if body.hold_id is not None:
        held = await known_hold(session, body.hold_id, citizen_id)
        return Ask(held.topic_id, citizen_id, held.adviser_id, Wanted(held.starts_at, held.form))
    topic, adviser_id, starts_at, form = body.time
    return Ask(topic, citizen_id, adviser_id, Wanted(starts_at, form))


async def _target(session: Session, body: MoveBody, citizen_id: UUID) -> tuple[UUID, Wanted]:
    if body.hold_id is not None:
        held = await known_hold(session, body.hold_id, citizen_id)
        return held.adviser_id, Wanted(held.starts_at, held.form)
    adviser_id, starts_at, form = body.time
    return adviser_id, Wanted(starts_at, form)
