"""What those who run the platform may see and do with messages. Contents are masked: shapes, ids and times only."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shared.http import Now, Tx
from shared.identity import Who, allow
from shared.messaging import dead_letters, progress, timers

_SHOWN_HEADERS = ("content-type", "traceparent")
_MASK = "•••"
# No number in our events is this large; telephone and CPR numbers are.
_LARGE = 10_000_000
# Deeper than any of our events, and flat enough to be written as JSON again.
_DEEP = 50


class State(BaseModel):
    """One service's messages now. Ages in seconds; `lag` is None until a worker has reported."""

    service: str
    lag: int | None
    partitions_waiting: int
    lag_seen_at: datetime | None
    outbox_pending: int
    outbox_oldest_seconds: float
    dead_letters: int
    parked: int
    timers_overdue: int


class DeadLetter(BaseModel):
    """A message set aside. `parked` counts the events that wait behind it."""

    dead_letter_id: UUID
    topic: str
    partition: int
    offset: int
    event_id: UUID | None
    type: str | None
    time: datetime | None
    reason: str
    explanation: str
    state: str
    attempts: int
    first_seen: datetime
    last_seen: datetime
    resolved_at: datetime | None
    resolution: str | None
    body_bytes: int
    parked: int = 0


class DeadLetterDetail(DeadLetter):
    """With its masked headers and body; `key` is the id whose events wait, when it is one."""

    key: str | None
    headers: dict[str, str]
    body: Any


class Drop(BaseModel):
    """Why a message is given up: kept with it."""

    reason: Annotated[str, Field(min_length=3, max_length=500)]


def router(service: str) -> APIRouter:
    """Make the operations routes of a service. All of them are for the role `operations` only."""
    routes = APIRouter(prefix="/ops", tags=["operations"], dependencies=[allow("operations")])

    @routes.get("/state")
    async def state(session: Tx, clock: Now) -> State:
        lag = await progress.lag(session)
        outbox = await progress.outbox_state(session)
        dead, parked = await dead_letters.counts(session)
        oldest = outbox["oldest"]
        return State(
            service=service,
            lag=None if lag["seen_at"] is None else int(lag["lag"]),
            partitions_waiting=lag["partitions_waiting"],
            lag_seen_at=lag["seen_at"],
            outbox_pending=outbox["pending"],
            outbox_oldest_seconds=0 if oldest is None else max(0.0, (clock.now() - oldest).total_seconds()),
            dead_letters=dead,
            parked=parked,
            timers_overdue=await timers.overdue(session, clock),
        )

    @routes.get("/dead-letters")
    async def list_dead_letters(
        session: Tx,
        resolved: bool = False,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> list[DeadLetter]:
        found = await dead_letters.page(session, resolved=resolved, limit=limit, after=after)
        return [DeadLetter(**row) for row in found]

    @routes.get("/dead-letters/{dead_letter_id}")
    async def show_dead_letter(dead_letter_id: UUID, session: Tx) -> DeadLetterDetail:
        return _detail(await dead_letters.get(session, dead_letter_id))

    @routes.post("/dead-letters/{dead_letter_id}/replay", status_code=202)
    async def replay_dead_letter(dead_letter_id: UUID, session: Tx, clock: Now) -> DeadLetterDetail:
        await dead_letters.ask_replay(session, clock, dead_letter_id)
        return _detail(await dead_letters.get(session, dead_letter_id))

    @routes.post("/dead-letters/{dead_letter_id}/drop")
    async def drop_dead_letter(dead_letter_id: UUID, drop: Drop, session: Tx, clock: Now, who: Who) -> DeadLetterDetail:
        await dead_letters.drop(session, clock, dead_letter_id, drop.reason, who.actor_id)
        return _detail(await dead_letters.get(session, dead_letter_id))

    return routes


def _detail(row: Any) -> DeadLetterDetail:
    headers = {
        name: value if name.startswith("ce_") or name in _SHOWN_HEADERS else _MASK
        for name, value in row["headers"].items()
    }
    values = {**row, "key": _id(row["key"]), "headers": headers, "body": masked_body(row["body"])}
    return DeadLetterDetail(**values)


def masked_body(body: bytes | None) -> Any:
    """Return the shape of a JSON body: names, ids, times and small numbers stay, the rest becomes a mark.

    Anything that is not whole JSON is described by its size only. The answer can be written as JSON, whatever came.
    """
    if body is None:
        return None
    try:
        return _masked(json.loads(body), 0)
    except (ValueError, RecursionError):
        return f"[{len(body)} bytes that are not JSON]"


def _masked(value: Any, depth: int) -> Any:
    if isinstance(value, dict | list) and depth > _DEEP:
        return _MASK
    if isinstance(value, dict):
        return {name.encode(errors="replace").decode(): _masked(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        return value if _harmless(value) else _MASK
    if value is None or abs(value) < _LARGE:
        return value
    return _MASK


def _harmless(words: str) -> bool:
    for kind in (UUID, datetime.fromisoformat):
        try:
            kind(words)
        except ValueError:
            continue
        return True
    return False


def _id(key: bytes | None) -> str | None:
    """Show a key only when it is an id: a foreign key may be anything, a CPR number too."""
    try:
        return None if key is None else str(UUID(key.decode()))
    except ValueError:
        return _MASK
