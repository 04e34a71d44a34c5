"""A citizen's meetings, exemption from self-booking, and which times were offered."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.booking.api.answers import answer, exemptions_answer, meeting_answer
from services.booking.api.bodies import EVERYONE, ExemptionBody, concerned
from services.booking.model.exemption import Exemption
from services.booking.use_cases import look_up
from services.booking.use_cases.exempt_citizen import end_exemption, exempt_citizen
from shared.clock import local_date
from shared.errors import Forbidden
from shared.http import Now, Tx
from shared.idempotency import Key, once
from shared.identity import Who, allow

router = APIRouter(prefix="/citizens/{citizen_id}", tags=["citizens"])


@router.get("/bookings", dependencies=[allow(*EVERYONE, "service")])
async def bookings(session: Tx, clock: Now, who: Who, citizen_id: UUID) -> Response:
    """List a citizen's meetings: those ahead and those of the last year, cancelled ones too."""
    meetings, rules = await look_up.meetings_of(session, clock, concerned(who, citizen_id))
    return answer({"bookings": [meeting_answer(meeting, rules) for meeting in meetings]})


@router.get("/exemption", dependencies=[allow(*EVERYONE, "service")])
async def exemption(session: Tx, clock: Now, who: Who, citizen_id: UUID) -> Response:
    """Show whether a citizen is exempt from self-booking, and why."""
    standing = await look_up.exemptions(session, concerned(who, citizen_id))
    return answer(exemptions_answer(citizen_id, standing, local_date(clock.now())))


@router.put("/exemption", dependencies=[allow("caseworker", "team_leader")])
async def exempt(session: Tx, clock: Now, who: Who, key: Key, citizen_id: UUID, body: ExemptionBody) -> Response:
    """Exempt a citizen from self-booking (BEK § 45), or end the exemption."""
    if who.actor_id is None:
        raise Forbidden
    decided_by, now = who.actor_id, clock.now()

    async def work() -> dict[str, Any]:
        if body.reason is None:
            standing = await end_exemption(session, clock, citizen_id, body.valid_from)
        else:
            decided = Exemption(citizen_id, body.reason, body.valid_from, body.valid_to, decided_by, now)
            standing = await exempt_citizen(session, clock, decided)
        return exemptions_answer(citizen_id, standing, local_date(now))

    return answer(await once(session, clock, key, who, ["exempt", citizen_id, body.model_dump()], work))


@router.get("/offered-times", dependencies=[allow("citizen", "caseworker", "team_leader")])
async def offered_times(session: Tx, who: Who, citizen_id: UUID) -> Response:
    """Show which searches a citizen made, or staff made for the citizen, and how many times each showed."""
    return answer({"offers": await look_up.offers(session, concerned(who, citizen_id))})
