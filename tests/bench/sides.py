"""The measured processes: each runs as production does (uvloop, one process) and says on standard output what it did.

`python -m tests.bench.sides relay|raw|worker …`
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from shared.clock import SystemClock
from shared.contracts.booking import BookingCreated
from shared.database import Database
from shared.messaging import Context, Received, Relay, Subscriptions, Worker, outbox
from shared.messaging.dispatch import Outcome
from shared.messaging.envelope import Record, with_identity
from shared.messaging.publisher import partition_of

PEOPLE = 1_000
START = datetime(2026, 11, 24, 8, tzinfo=UTC)


def event(number: int) -> BookingCreated:
    """One of many meetings of a thousand people."""
    starts_at = START + timedelta(minutes=5 * number)
    return BookingCreated(
        booking_id=UUID(int=number),
        citizen_id=UUID(int=number * 7 % PEOPLE),
        version=1,
        topic_id="jobsamtale",
        adviser_id=UUID(int=number % 200),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        form="in_person",
        said_by="citizen",
        remind_2h=True,
    )


async def relay(url: str, bootstrap: str) -> None:
    """The relay process, until it is ended."""
    one = Relay("bench", url, bootstrap)
    work = asyncio.create_task(one.run(asyncio.Event()))
    while not await one.ready():
        await asyncio.sleep(0.02)
    print("ready", flush=True)
    await work


async def raw(bootstrap: str, count: str) -> None:
    """What it is compared with: the same records to the same partitions, `send` and `gather` by the thousand."""
    rows = [outbox.row(event(number), UUID(int=number), START) for number in range(int(count))]
    records = [(row.topic, row.key, row.body, with_identity(row.headers, row.event_id, row.time)) for row in rows]
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_batch_size=900_000,
        # The library's own partitioner is slow Python; with it the comparison would flatter us.
        partitioner=lambda key, partitions, _available: partitions[partition_of(key, len(partitions))],
    )
    await producer.start()
    for topic in {row.topic for row in rows}:
        await producer.partitions_for(topic)
    began = time.perf_counter()
    for first in range(0, len(records), 1_000):
        part = records[first : first + 1_000]
        sent = await asyncio.gather(*[producer.send(t, value=b, key=k, headers=h) for t, k, b, h in part])
        await asyncio.gather(*sent)
    print(len(records) / (time.perf_counter() - began), flush=True)
    await producer.stop()


def subscriber(kind: str) -> Subscriptions:
    """The same effect, one row per event, by the list path or by the path of one event."""
    on = Subscriptions()
    insert = text(
        "insert into effect (booking_id, citizen_id, took) select * from unnest(cast(:a as uuid[]), cast(:b as uuid[]),"
        " cast(:c as float8[]))"
    )

    async def effect(events: list[Received[BookingCreated]], context: Context) -> None:
        now = datetime.now(UTC)
        values = {
            "a": [one.event.booking_id for one in events],
            "b": [one.event.citizen_id for one in events],
            "c": [(now - one.time).total_seconds() for one in events],
        }
        await context.session.execute(insert, values)

    async def one_by_one(one: BookingCreated, context: Context) -> None:
        assert context.received is not None
        await effect([context.received], context)

    if kind == "many":
        on(BookingCreated, many=True, in_order=False)(effect)
    else:
        on(BookingCreated, in_order=False)(one_by_one)
    return on


async def worker(url: str, bootstrap: str, service: str, kind: str, batch: str, notes: str) -> None:
    """The worker process, until it is ended; it notes in a file which event was committed when."""
    one = Worker(
        service,
        Database(url),
        bootstrap,
        SystemClock(),
        subscriptions=subscriber(kind),
        batch_records=int(batch),
    )
    if notes != "-":
        note_times(one, Path(notes))
    work = asyncio.create_task(one.run(asyncio.Event()))
    while not await one.ready():
        await asyncio.sleep(0.02)
    print("ready", flush=True)
    await work


def note_times(one: Worker, file: Path) -> None:
    """Write "<event id> <unix time>" once the transaction with the event's effect is committed."""
    take = one.dispatcher.take

    async def noted(records: Sequence[Record]) -> Outcome:
        outcome = await take(records)
        now = time.time()
        with file.open("a") as notes:
            notes.writelines(f"{(dict(record.headers)['ce_id'] or b'').decode()} {now}\n" for record in records)
        return outcome

    one.dispatcher.__dict__["take"] = noted


if __name__ == "__main__":
    sides: dict[str, Any] = {"relay": relay, "raw": raw, "worker": worker}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(sides[sys.argv[1]](*sys.argv[2:]))
