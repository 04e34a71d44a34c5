"""How fast events become effects: the list path against one transaction per event; and how soon after the commit."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from shared.database import Database
from shared.messaging import outbox
from tests.bench.sides import event
from tests.bench.stage import Stage, keep, process, said, spread, stage, until_empty

EVENTS, ALONE, ROUNDS = 40_000, 500, 3
BATCH = 1_000
LATENCY_SECONDS, PER_SECOND, LATENCY_ROUNDS = 10, 100, 3
EFFECT = """create table effect (booking_id uuid not null, citizen_id uuid not null, took float8 not null)"""


async def _table(at: Stage) -> None:
    connection = await asyncpg.connect(at.url)
    await connection.execute(EFFECT)
    await connection.close()


async def prepare(at: Stage) -> None:
    """Put the events on the topic, once; every measured worker is a consumer group of its own and reads them all."""
    database = Database(at.url)
    with process("-m", "tests.bench.sides", "relay", at.url, at.bootstrap) as child:
        said(child)
        for first in range(0, EVENTS, 10_000):
            async with database.transaction() as session:
                for number in range(first, first + 10_000):
                    outbox.add(session, event(number))
        await until_empty(at.url, "outbox")
    await database.close()


async def effects_per_second(at: Stage, kind: str, batch: int, wanted: int) -> float:
    """Effects per second of one worker, between its first transaction and the one that reaches `wanted`."""
    service = f"bench-{uuid4()}"
    connection = await asyncpg.connect(at.url)
    with process("-m", "tests.bench.sides", "worker", at.url, at.bootstrap, service, kind, str(batch), "-") as child:
        said(child)
        while await connection.fetchval("select count(*) from inbox where consumer = $1", service) < wanted:
            await asyncio.sleep(0.1)
    rate = await connection.fetchval(
        # The last moment as a scalar, found once: joined, a planner without statistics looks for it for every row.
        """select count(*) filter (where handled_at < (select max(handled_at) from inbox where consumer = $1))
            / extract(epoch from max(handled_at) - min(handled_at))
        from inbox where consumer = $1""",
        service,
    )
    await connection.execute("truncate inbox, effect")
    await connection.close()
    return float(rate)


async def latencies(at: Stage, before: int) -> list[float]:
    """Milliseconds from a commit to the commit of its effect, at a steady rate, through relay and worker.

    `before`: how many events the topic holds already; the worker takes them first.
    """
    service, committed = f"bench-{uuid4()}", {}
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        worker = ["-m", "tests.bench.sides", "worker", at.url, at.bootstrap, service, "many", "500", str(notes)]
        with process(*worker) as child, process("-m", "tests.bench.sides", "relay", at.url, at.bootstrap) as carrier:
            said(child)
            said(carrier)
            connection = await asyncpg.connect(at.url)
            while await connection.fetchval("select count(*) from inbox where consumer = $1", service) < before:
                await asyncio.sleep(0.1)
            await connection.close()
            committed = await _steadily(at)
            await asyncio.sleep(1)
        lines = (line.split() for line in notes.read_text().splitlines())
        effected = {UUID(event_id): float(moment) for event_id, moment in lines}
    return [(effected[event_id] - moment) * 1000 for event_id, moment in committed.items()]


async def _steadily(at: Stage) -> dict[UUID, float]:
    database, committed = Database(at.url), {}
    began = time.perf_counter()
    for number in range(LATENCY_SECONDS * PER_SECOND):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        async with database.transaction() as session:
            event_id = outbox.add(session, event(number))
        committed[event_id] = time.time()
    await database.close()
    return committed


def main() -> None:
    many, alone, delays = [], [], []
    with stage() as at:
        asyncio.run(_table(at))
        for number in range(LATENCY_ROUNDS):
            delays.append(asyncio.run(latencies(at, number * LATENCY_SECONDS * PER_SECOND)))
        asyncio.run(prepare(at))
        for _ in range(ROUNDS):
            many.append(asyncio.run(effects_per_second(at, "many", BATCH, EVENTS)))
            alone.append(asyncio.run(effects_per_second(at, "one", 1, ALONE)))
    middle = [statistics.median(one) for one in delays]
    slow = [statistics.quantiles(one, n=100)[98] for one in delays]
    keep(
        "effects",
        {
            "per_s": statistics.median(many),
            "ratio_to_one_by_one": statistics.median(many) / statistics.median(alone),
            "latency_ms": {"p50": statistics.median(middle), "p99": statistics.median(slow)},
            "events": EVENTS,
            "list": spread(many),
            "one_by_one": spread(alone),
            "p50_ms": spread(middle),
            "p99_ms": spread(slow),
        },
    )


if __name__ == "__main__":
    main()
