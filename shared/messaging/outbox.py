"""Saying an event: a row beside the state it tells of, in the same transaction.

Invariant: the rows are written in one statement, last before the commit. Whoever changed an aggregate held its lock
until then, so ids rise in commit order per key, and the relay may publish by id.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

from sqlalchemy import text

from shared.clock import Clock, SystemClock
from shared.contracts import Event
from shared.database import Session
from shared.messaging.envelope import body_of, headers_of, key_of, packed, record_bytes
from shared.telemetry import carrier

SHARDS = 16
# `clock` in the memo: whose time this transaction goes by; the HTTP edge and the worker put it there.
_ROWS, _CLOCK = "outbox.rows", "clock"
_system_clock = SystemClock()
_insert = text(
    """insert into outbox (shard, event_id, topic, key, time, headers, body)
    select shard, event_id, topic, key, time, headers, body
    from unnest(
        cast(:shards as smallint[]), cast(:event_ids as uuid[]), cast(:topics as text[]), cast(:keys as bytea[]),
        cast(:times as timestamptz[]), cast(:headers as bytea[]), cast(:bodies as bytea[])
    ) with ordinality as said (shard, event_id, topic, key, time, headers, body, place)
    order by place"""
)


class TooLarge(ValueError):
    """An event that its topic would not take: refused before the transaction commits, so that nothing is lost."""


class Row(NamedTuple):
    """One row of the outbox, before it has an id."""

    shard: int
    event_id: UUID
    topic: str
    key: bytes
    time: datetime
    headers: bytes
    body: bytes


def add(session: Session, event: Event) -> UUID:
    """Say the event when this transaction commits, and never if it does not; return its id.

    Never flushes, commits or waits. Raises TooLarge when the event would exceed its topic's `max_message_bytes`.
    """
    clock = clock_of(session)
    said = row(event, clock.new_id(), clock.now())
    rows: list[Row] | None = session.memo.get(_ROWS)
    if rows is None:
        rows = session.memo[_ROWS] = []
        session.before_commit(_write)
    rows.append(said)
    return said.event_id


def clock_of(session: Session) -> Clock:
    """Return the clock of this transaction's door; the machine's own where none was given."""
    clock: Clock = session.memo.get(_CLOCK, _system_clock)
    return clock


def use_clock(session: Session, clock: Clock) -> None:
    """Take the times and ids of what is said in this transaction from `clock` (a worker's door does this)."""
    session.memo[_CLOCK] = clock


def row(event: Event, event_id: UUID, time: datetime) -> Row:
    """Encode one event. Raises TooLarge."""
    key, body = key_of(event), body_of(event)
    headers = headers_of(event, key, carrier())
    limit = event.topic.max_message_bytes
    size = record_bytes(key, body, headers)
    if size > limit:
        raise TooLarge(f"{event.type} would take {size} bytes on {event.topic.name}, which takes {limit}.")
    return Row(shard_of(key), event_id, event.topic.name, key, time, packed(headers), body)


def shard_of(key: bytes) -> int:
    """Return the shard whose relay carries this key: one shard is carried by one relay at a time."""
    return crc32(key) % SHARDS


async def _write(session: Session) -> None:
    rows: list[Row] = session.memo.pop(_ROWS)
    shards, event_ids, topics, keys, times, headers, bodies = zip(*rows, strict=True)
    await session.execute(
        _insert,
        {
            "shards": list(shards),
            "event_ids": list(event_ids),
            "topics": list(topics),
            "keys": list(keys),
            "times": list(times),
            "headers": list(headers),
            "bodies": list(bodies),
        },
    )
