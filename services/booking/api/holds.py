"""Holding a time while a person checks it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.booking.api.answers import answer, hold_answer
from services.booking.api.bodies import EVERYONE, HoldBody, actor, concerned
from services.booking.model.meetings import Wanted
from services.booking.use_cases.hold_time import hold_time, release_hold
from services.booking.use_cases.take_time import Ask
from shared.http import Now, Tx
from shared.idempotency import Key, OptionalKey, once, once_if
from shared.identity import Who, allow

router = APIRouter(tags=["holds"], dependencies=[allow(*EVERYONE)])


@router.post("/holds", status_code=201)
async def hold(session: Tx, clock: Now, who: Who, key: Key, body: HoldBody) -> Response:
    """Hold a time for five minutes; 409 `slot-taken` with three alternatives when somebody else has it."""
    citizen_id = concerned(who, body.citizen_id)

    async def work() -> dict[str, Any]:
        ask = Ask(body.topic, citizen_id, body.adviser_id, Wanted(body.starts_at, body.form))
        return hold_answer(await hold_time(session, clock, actor(who), ask))

    return answer(await once(session, clock, key, who, ["hold", body.model_dump()], work), 201)


@router.delete("/holds/{hold_id}", status_code=204)
async def release(session: Tx, clock: Now, who: Who, hold_id: UUID, key: OptionalKey = None) -> Response:
    """Let go of a hold. 410 when it is no longer held; with the key of the request that let go of it, 204 again."""

    async def work() -> None:
        await release_hold(session, clock, hold_id, concerned(who, None) if who.role == "citizen" else None)

    await once_if(session, clock, key, who, ["release", hold_id], work)
    return Response(status_code=204)
