"""Idempotency keys: a command repeated with the same key is done once and answered alike.

The key, a fingerprint of the request and the answer are kept in the transaction of the effect itself,
so that there is never an effect without its remembered answer.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from alembic.operations import Operations
from fastapi import Header
from sqlalchemy import Column, DateTime, LargeBinary, MetaData, Table, Text, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.schema import CreateTable

from shared.clock import Clock
from shared.database import Session
from shared.errors import Kind, Refused
from shared.identity import Caller

metadata = MetaData()
idempotency = Table(
    "idempotency",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", JSONB),
    Column("said_at", DateTime(timezone=True), nullable=False),
)
_HEADER = Header(alias="Idempotency-Key", min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")
Key = Annotated[str, _HEADER]
# For commands that are safe to repeat, or that people also give by hand: they may come without one.
OptionalKey = Annotated[str | None, _HEADER]

_claim = (
    upsert(idempotency)
    .values(caller=bindparam("caller"), key=bindparam("key"), fingerprint=bindparam("print"), said_at=bindparam("at"))
    .on_conflict_do_nothing()
    .returning(idempotency.c.key)
)
_this = (idempotency.c.caller == bindparam("of"), idempotency.c.key == bindparam("this"))
_recall = select(idempotency.c.fingerprint, idempotency.c.answer).where(*_this)
_remember = update(idempotency).where(*_this).values(answer=bindparam("said"))


class KeyReused(Refused):
    """The same key came with another request: a fault in the client, since the first answer would be a lie."""

    slug = "idempotency-key-reused"
    kind = Kind.INVALID
    message = "Nøglen er allerede brugt til en anden handling."


async def once(
    session: Session, clock: Clock, key: str, caller: Caller, request: Any, work: Callable[[], Awaitable[Any]]
) -> Any:
    """Do `work` unless this caller did it with this key before; return its answer (JSON-like) either way.

    A second request that arrives while the first is at work waits for its transaction. `request` is anything
    msgspec can encode: the command and its values. Raises KeyReused when the key came with another request.
    """
    who = f"{caller.service}:{caller.role}:{caller.actor_id}"
    fingerprint = hashlib.sha256(msgspec.json.encode(request)).digest()
    claimed = await session.scalar(_claim, {"caller": who, "key": key, "print": fingerprint, "at": clock.now()})
    if claimed is None:
        known = (await session.execute(_recall, {"of": who, "this": key})).one()
        if known.fingerprint != fingerprint:
            raise KeyReused
        return known.answer
    answer = await work()
    await session.execute(_remember, {"of": who, "this": key, "said": msgspec.to_builtins(answer)})
    return answer


async def once_if(
    session: Session, clock: Clock, key: str | None, caller: Caller, request: Any, work: Callable[[], Awaitable[Any]]
) -> Any:
    """Do `work` as `once` does where there is a key, and simply where there is none. Raises KeyReused."""
    return await (work() if key is None else once(session, clock, key, caller, request, work))


async def forget(session: Session, before: datetime) -> int:
    """Delete keys said before a moment; return how many. A retry comes within minutes, so days are plenty."""
    return (await session.execute(delete(idempotency).where(idempotency.c.said_at < before))).rowcount


def create_v1(op: Operations) -> None:
    """Create the table; called by the migrations of every service that takes commands."""
    op.execute(CreateTable(idempotency))
    op.create_index("idempotency_said_at", "idempotency", ["said_at"])
