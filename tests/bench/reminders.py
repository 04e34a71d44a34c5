"""How fast due timers become events, with a million pending, and what looking costs when none is due."""

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from shared.clock import FixedClock
from shared.contracts.notifications import NoticeDue
from shared.database import Database
from shared.messaging import outbox, timers
from shared.messaging.worker import Worker
from tests.bench.stage import Stage, keep, spread, stage

PENDING, DUE, ROUNDS, LOOKS = 1_000_000, 100_000, 3, 200
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
COLUMNS = ["timer_key", "due_at", "shard", "event_id", "topic", "key", "headers", "body"]


async def fill(connection: asyncpg.Connection) -> None:
    """A million reminders over the next weeks, each of another meeting."""
    records = []
    for number in range(PENDING):
        ids = [UUID(int=number + part * 10**12) for part in range(3)]
        due_at = NOW + timedelta(hours=1, seconds=number)
        row = outbox.row(NoticeDue(notice_id=ids[0], citizen_id=ids[1], booking_id=ids[2]), ids[0], NOW)
        key = f"notice:{ids[0]}:{number * 7919 % PENDING}"
        records.append((key, due_at, row.shard, row.event_id, row.topic, row.key, row.headers, row.body))
        if len(records) == 50_000:
            await connection.copy_records_to_table("timer", records=records, columns=COLUMNS)
            records.clear()
    await connection.execute("analyze timer")


async def measure(at: Stage) -> tuple[list[float], list[float]]:
    """Return due timers per second of each round, and the milliseconds of each look when none is due."""
    connection = await asyncpg.connect(at.url)
    await fill(connection)
    clock = FixedClock(NOW)
    worker = Worker("bench", Database(at.url), "", clock)
    rates, looks = [], []
    for number in range(ROUNDS):
        for _ in range(LOOKS):
            began = time.perf_counter()
            await worker.fire_timers()
            looks.append((time.perf_counter() - began) * 1000)
        clock.set(NOW + timedelta(hours=1, seconds=DUE * (number + 1) - 1))
        began = time.perf_counter()
        while await worker.fire_timers():
            pass
        rates.append(DUE / (time.perf_counter() - began))
        moved = await connection.fetchval("select count(*) from outbox")
        left = await connection.fetchval("select count(*) from timer")
        assert (moved, left) == (DUE, PENDING - DUE * (number + 1)), (moved, left)
        await connection.execute("truncate outbox")
    await worker.dispatcher.database.close()
    await connection.close()
    return rates, looks


def main() -> None:
    assert timers.ROWS_PER_STEP <= DUE
    with stage(kafka=False) as at:
        rates, looks = asyncio.run(measure(at))
    keep(
        "reminders",
        {
            "due_per_s": statistics.median(rates),
            "empty_poll_ms": statistics.median(looks),
            "pending": PENDING,
            "moving": spread(rates),
            "looking_ms": spread(looks),
        },
    )


if __name__ == "__main__":
    main()
