"""A service of its own for one test: events, a topic, a database, a relay and workers that one can stop and break."""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.util import calc_crc32c
from sqlalchemy import text

from shared import contracts
from shared.clock import Clock, SystemClock
from shared.contracts import Event, Topic
from shared.database import Database
from shared.messaging import Context, Received, Relay, Subscriptions, Worker, migrations, outbox, topics
from shared.messaging.dispatch import Dispatcher
from shared.messaging.envelope import body_of, headers_of, key_of

_numbers = itertools.count(1)
ANNA, BO, CAI = (UUID(f"00000000-0000-7000-8000-00000000000{number}") for number in (1, 2, 3))
EFFECTS = """create table effect (
    id bigint generated always as identity primary key, key_id uuid not null, number integer not null, said text)"""
INSERT = text("insert into effect (key_id, number, said) values (:key_id, :number, :said)")


class Town:
    """Everything one test needs; events are called `self.Counted(key_id=…, number=…)`."""

    def __init__(self, url: str, bootstrap: str, clock: Clock) -> None:
        number = next(_numbers)
        self.url, self.bootstrap, self.clock = url, bootstrap, clock
        self.service = f"tests{os.getpid()}-{number}"
        self.topic = Topic(f"{self.service}.events", partitions=3)
        self.database = Database(url, pool_size=12)
        self._opened = [self.database]
        self.on = Subscriptions()
        self.Counted = self.declared("counted", self.topic)
        self.Crossed = self.declared("crossed", self.topic)

    def declared(self, name: str, topic: Topic) -> Any:
        """Declare an event type for this test."""

        class Declared(Event, frozen=True, kw_only=True):
            type: ClassVar[str] = f"{self.service}.{name}.v1"
            key_field: ClassVar[str] = "key_id"
            key_id: UUID
            number: int
            note: str = ""

        Declared.topic = topic
        contracts.ALL[Declared.type] = Declared
        contracts.TOPICS[topic.name] = topic
        return Declared

    def forget(self) -> None:
        for name in [name for name in contracts.ALL if name.startswith(self.service)]:
            del contracts.ALL[name]
        for name in [name for name in contracts.TOPICS if name.startswith(self.service)]:
            del contracts.TOPICS[name]

    def counts(self, event_type: Any = None, *, in_order: bool = True, many: bool = False, before: Any = None) -> None:
        """Subscribe with the plain effect: one row per event. `before(event)` may raise."""

        async def one(event: Any, context: Context) -> None:
            if before is not None:
                await _called(before, event)
            await context.session.execute(INSERT, {"key_id": event.key_id, "number": event.number, "said": event.note})

        async def all_of(events: list[Received[Any]], context: Context) -> None:
            for received in events:
                await one(received.event, context)

        self.on(event_type or self.Counted, many=many, in_order=in_order)(all_of if many else one)

    async def say(self, *events: Any) -> list[UUID]:
        """Say events, each in a transaction of its own."""
        ids = []
        for event in events:
            async with self.database.transaction() as session:
                ids.append(outbox.add(session, event))
        return ids

    async def say_together(self, events: Iterable[Any]) -> None:
        async with self.database.transaction() as session:
            for event in events:
                outbox.add(session, event)

    def door(self) -> Database:
        """A pool of its own, closed at the end of the test."""
        self._opened.append(Database(self.url))
        return self._opened[-1]

    async def close(self) -> None:
        for database in self._opened:
            await database.close()
        self.forget()

    def worker(self, **more: Any) -> Worker:
        return Worker(self.service, self.door(), self.bootstrap, self.clock, subscriptions=self.on, **more)

    def dispatcher(self, state: object = None) -> Dispatcher:
        return Dispatcher(self.service, self.database, self.clock, self.on, state)

    def relay(self, **more: Any) -> Relay:
        return Relay(self.service, self.url, self.bootstrap, **more)

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def effects(self, key_id: UUID | None = None) -> list[int]:
        """The numbers of the effects, in the order they were made."""
        rows = await self.fetch("select number, key_id from effect order by id")
        return [row["number"] for row in rows if key_id in (None, row["key_id"])]

    async def pending(self) -> int:
        return int((await self.fetch("select count(*) from outbox"))[0][0])

    async def dead(self) -> list[Any]:
        return await self.fetch('select * from dead_letter order by topic, partition, "offset"')

    async def send(self, *records: "Foreign") -> None:
        """Put records on the topic past the outbox, as a stranger would."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, max_request_size=5_000_000)
        await producer.start()
        try:
            for record in records:
                await producer.send_and_wait(
                    self.topic.name,
                    record.body,
                    key=record.key,
                    headers=record.headers,
                    partition=record.partition,
                    timestamp_ms=record.timestamp,
                )
        finally:
            await producer.stop()

    async def published(self) -> list[Any]:
        """Every record on the topic now."""
        consumer = AIOKafkaConsumer(
            self.topic.name, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50
        )
        await consumer.start()
        try:
            parts = consumer.assignment()
            ends = await consumer.end_offsets(list(parts))
            found: list[Any] = []
            while len(found) < sum(ends.values()):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found.extend(records)
            return found
        finally:
            await consumer.stop()


class Foreign:
    """A record as a stranger might send it; by default a whole and good one."""

    def __init__(self, event: Any, **changes: Any) -> None:
        self.key: bytes | None = key_of(event)
        self.body: bytes | None = body_of(event)
        headers: list[tuple[str, bytes | None]] = [
            *headers_of(event, key_of(event), {}),
            ("ce_id", str(uuid4()).encode()),
            ("ce_time", b"2026-11-24T08:00:00+00:00"),
        ]
        named = dict(changes.pop("headers", {}))
        self.headers = [(name, value) for name, value in headers if name not in named]
        self.headers += [(name, value) for name, value in named.items() if value != "absent"]
        self.partition: int = changes.pop("partition", 0)
        self.timestamp: int | None = changes.pop("timestamp", None)
        self.__dict__.update(changes)


@dataclass
class Lying:
    """A record as it lies on its topic, for handing straight to a dispatcher."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    timestamp: int = 1_764_000_000_000


def lying(town: Town, *records: Any, partition: int = 0, start: int = 0) -> list[Lying]:
    """Lay events or foreign records on the town's topic, one after another."""
    foreign = [one if isinstance(one, Foreign) else Foreign(one) for one in records]
    return [
        Lying(town.topic.name, partition, start + place, one.key, one.body, one.headers)
        for place, one in enumerate(foreign)
    ]


def torn(key: bytes, body: bytes) -> BatchBuilder:
    """A batch of one record whose header's name is not UTF-8, which aiokafka neither sends by itself nor reads."""
    builder = BatchBuilder(1_000_000, 0)
    builder.append(timestamp=None, key=key, value=body, headers=[("@@torn@@", b"1")])
    raw = bytearray(builder._build()).replace(b"@@torn@@", b"\xff\xfetorn\xff\xfe")
    raw[17:21] = calc_crc32c(bytes(raw[21:])).to_bytes(4, "big")
    builder._buffer = raw
    return builder


async def _called(function: Any, *values: Any) -> None:
    answer = function(*values)
    if isinstance(answer, Awaitable):
        await answer


@asynccontextmanager
async def running(*runnables: Any) -> AsyncIterator[None]:
    """Run relays and workers for the time of the block; they must end within their grace time."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in runnables]
    try:
        yield
    finally:
        stop.set()
        done, late = await asyncio.wait(tasks, timeout=20)
        for task in late:
            task.cancel()
        assert not late, "did not stop in time"
        for task in done:
            task.result()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait for what must come about; fail when it does not."""
    end = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.03)


async def prepared(url: str, bootstrap: str, clock: Clock | None = None) -> Town:
    """Make the tables and the topic of a town."""
    town = Town(url, bootstrap, clock or SystemClock())
    statements: Sequence[str] = [*migrations._V1, EFFECTS]
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
    if bootstrap:
        await topics.ensure(bootstrap, [town.topic])
    return town
