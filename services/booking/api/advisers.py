"""Advisers' time: the day, the week, absences."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.booking.api.answers import answer, meeting_answer
from services.booking.api.bodies import STAFF, AbsenceBody, Day, HoursBody
from services.booking.model.refusals import NotYourCalendar
from services.booking.model.week import Pause, Week, Work
from services.booking.use_cases import look_up
from services.booking.use_cases.change_hours import change_hours, hours_of
from services.booking.use_cases.register_absence import absences_of, register_absence, remove_absence
from shared.clock import at_local
from shared.http import Now, Tx
from shared.idempotency import Key, OptionalKey, once, once_if
from shared.identity import Caller, Who, allow

router = APIRouter(prefix="/advisers", tags=["advisers"], dependencies=[allow(*STAFF)])


@router.get("")
async def advisers(session: Tx, clock: Now) -> Response:
    """List bookable advisers and whether they have working hours."""
    return answer({"advisers": await look_up.advisers(session, clock)})


@router.get("/{adviser_id}/day")
async def day(session: Tx, clock: Now, adviser_id: UUID, date: Day) -> Response:
    """Show an adviser's day: closed or not, working spans, breaks, absences and booked meetings."""
    shown, meetings, rules = await look_up.adviser_day(session, clock, adviser_id, date)
    return answer({**shown, "bookings": [meeting_answer(meeting, rules) for meeting in meetings]})


@router.get("/{adviser_id}/hours")
async def hours(session: Tx, clock: Now, adviser_id: UUID) -> Response:
    """Show an adviser's working weeks from today on."""
    return answer({"periods": await hours_of(session, clock, adviser_id)})


@router.put("/{adviser_id}/hours", dependencies=[allow("caseworker", "team_leader")])
async def set_hours(session: Tx, clock: Now, who: Who, key: Key, adviser_id: UUID, body: HoursBody) -> Response:
    """Set the working week from a day on. Advisers set their own, team leaders everybody's."""
    _own_calendar(who, adviser_id, "team_leader")
    week = Week(
        tuple(Work(part.weekday, part.starts, part.ends, part.forms) for part in body.hours),
        tuple(Pause(part.weekday, part.starts, part.ends) for part in body.breaks),
    )

    async def work() -> dict[str, Any]:
        return {"periods": await change_hours(session, clock, adviser_id, body.valid_from, body.valid_to, week)}

    return answer(await once(session, clock, key, who, ["hours", adviser_id, body.model_dump()], work))


@router.get("/{adviser_id}/absences")
async def absences(session: Tx, clock: Now, adviser_id: UUID) -> Response:
    """List an adviser's absences that are not over."""
    return answer({"absences": await absences_of(session, clock, adviser_id)})


@router.post("/{adviser_id}/absences", status_code=201)
async def be_absent(session: Tx, clock: Now, who: Who, key: Key, adviser_id: UUID, body: AbsenceBody) -> Response:
    """Register an absence; the booked meetings in it are listed and have become tasks."""
    _own_calendar(who, adviser_id, "team_leader", "frontdesk")
    starts, ends = _moment(body.starts, 0), _moment(body.ends, 1)

    async def work() -> dict[str, Any]:
        away, hit = await register_absence(session, clock, adviser_id, starts, ends, body.reason_code, who.actor_id)
        rules = await look_up.rules(session, clock)
        return {"absence": away, "bookings": [meeting_answer(meeting, rules) for meeting in hit]}

    return answer(await once(session, clock, key, who, ["absence", adviser_id, body.model_dump()], work), 201)


@router.delete("/{adviser_id}/absences/{absence_id}", status_code=204)
async def be_back(
    session: Tx, clock: Now, who: Who, adviser_id: UUID, absence_id: UUID, key: OptionalKey = None
) -> Response:
    """Take an absence back. 404 when there is none; with the key of the request that took it back, 204 again."""
    _own_calendar(who, adviser_id, "team_leader", "frontdesk")

    async def work() -> None:
        await remove_absence(session, adviser_id, absence_id)

    await once_if(session, clock, key, who, ["be-back", adviser_id, absence_id], work)
    return Response(status_code=204)


def _own_calendar(who: Caller, adviser_id: UUID, *others: str) -> None:
    if who.role not in others and who.actor_id != adviser_id:
        raise NotYourCalendar


def _moment(given: date | datetime, days: int) -> datetime:
    """Return a moment as it is; of a Danish day its beginning, or with `days=1` its end."""
    return given if isinstance(given, datetime) else at_local(given + timedelta(days=days), time(0))
