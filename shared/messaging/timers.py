"""Saying something later: a row per timer key, set and cancelled in the caller's transaction.

Invariant: a due row leaves this table and enters the outbox in one transaction, so it is said once. Whoever hears it
looks again whether it still holds: a timer that fired cannot be called back.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from shared.clock import Clock
from shared.contracts import Event
from shared.database import Session
from shared.messaging import outbox

ROWS_PER_STEP = 2_000
_upsert = text(
    """insert into timer (timer_key, due_at, shard, event_id, topic, key, headers, body)
    select * from unnest(
        cast(:timer_keys as text[]), cast(:due as timestamptz[]), cast(:shards as smallint[]),
        cast(:event_ids as uuid[]), cast(:topics as text[]), cast(:keys as bytea[]), cast(:headers as bytea[]),
        cast(:bodies as bytea[])
    )
    on conflict (timer_key) do update set
        due_at = excluded.due_at, shard = excluded.shard, event_id = excluded.event_id, topic = excluded.topic,
        key = excluded.key, headers = excluded.headers, body = excluded.body"""
)
_cancel = text("delete from timer where timer_key = :timer_key")
# SKIP LOCKED is right here: timers promise no order among each other, and a row being changed is taken next time.
_fire = text(
    """with due as (
        select timer_key from timer where due_at <= :now order by due_at limit :most for update skip locked
    ), gone as (
        delete from timer using due where timer.timer_key = due.timer_key
        returning timer.due_at, shard, event_id, topic, key, headers, body
    )
    insert into outbox (shard, event_id, topic, key, time, headers, body)
    select shard, event_id, topic, key, :now, headers, body from gone order by due_at"""
)
_overdue = text("select count(*) from (select 1 from timer where due_at <= :now limit 100000) as due")


async def set(session: Session, key: str, due_at: datetime, event: Event) -> None:
    """Say `event` at `due_at`. A timer with this key is replaced, whether it was due earlier or later.

    The event carries the trace of now. Raises outbox.TooLarge, and ValueError for a time without an offset.
    """
    await set_many(session, [(key, due_at, event)])


async def set_many(session: Session, timers: Sequence[tuple[str, datetime, Event]]) -> None:
    """Set many timers in one statement; of two with one key the last counts. Raises as `set`."""
    clock, rows = outbox.clock_of(session), {}
    for key, due_at, event in timers:
        if due_at.tzinfo is None:
            raise ValueError("a timer needs an aware time")
        rows[key] = (due_at, outbox.row(event, clock.new_id(), due_at))
    if not rows:
        return
    ordered = sorted(rows.items())
    said = [row for _, (_, row) in ordered]
    await session.execute(
        _upsert,
        {
            "timer_keys": [key for key, _ in ordered],
            "due": [due_at for _, (due_at, _) in ordered],
            "shards": [row.shard for row in said],
            "event_ids": [row.event_id for row in said],
            "topics": [row.topic for row in said],
            "keys": [row.key for row in said],
            "headers": [row.headers for row in said],
            "bodies": [row.body for row in said],
        },
    )


async def cancel(session: Session, key: str) -> bool:
    """Take a timer back; False when there is none, i.e. it was never set, was cancelled, or has fired."""
    result = await session.execute(_cancel, {"timer_key": key})
    return result.rowcount > 0


async def fire(session: Session, clock: Clock, *, most: int = ROWS_PER_STEP) -> int:
    """Move at most `most` due timers to the outbox, the earliest first; return how many."""
    result = await session.execute(_fire, {"now": clock.now(), "most": most})
    return result.rowcount


async def overdue(session: Session, clock: Clock) -> int:
    """Return how many timers are due and still here (counted up to 100 000)."""
    return int(await session.scalar(_overdue, {"now": clock.now()}))
