"""The processes that are killed: `python -m tests.faults.program KIND SHOP_URL POST_URL BOOTSTRAP SEED CONTROL`.

CONTROL breaks one promise on purpose, so that a test can see the counting notice it.
"""

import asyncio
import random
import sys
from typing import Any
from uuid import UUID

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.clock import SystemClock
from shared.database import Database, Session
from shared.messaging import Context, Received, Relay, Subscriptions, Worker, inbox, outbox
from shared.messaging.relay import Lane
from tests.faults.contracts import POST, SHOP, Posted, Sold, declare

CUSTOMERS = [UUID(int=number) for number in range(1, 13)]
RESOURCES, HOURS, LENGTH = 3, 100_000, 4
WRITERS = 4
_change = text(
    """insert into customer values (:customer_id, 1)
    on conflict (customer_id) do update set number = customer.number + 1 returning number"""
)
_say = text("insert into said values (:customer_id, :number)")
_claim = text("insert into claim values (:resource, int8range(:first, :last), :customer_id)")
_taken = text("select exists (select from claim where resource = :resource and during && int8range(:first, :last))")
_effect = text("insert into effect (customer_id, number) values (:customer_id, :number)")
_came_back = text("insert into came_back (customer_id, number) values (:customer_id, :number)")


class Writer:
    """The API under load: each request claims a time and says a sale; what the client was told is printed."""

    def __init__(self, database: Database, seed: int) -> None:
        self._database, self._chance = database, random.Random(seed)

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.gather(*[self._requests() for _ in range(WRITERS)])

    async def _requests(self) -> None:
        while True:
            try:
                sold = await self._one()
            except DBAPIError as refused:
                if refused.connection_invalidated:
                    await asyncio.sleep(0.2)
            except (OSError, TimeoutError):
                await asyncio.sleep(0.2)
            else:
                if sold is not None:
                    print(f"sold {sold.customer_id} {sold.number}", flush=True)
            await asyncio.sleep(self._chance.random() * 0.02)

    async def _one(self) -> Sold | None:
        customer_id = self._chance.choice(CUSTOMERS)
        first = self._chance.randrange(HOURS // 1_000) * 2 + self._chance.choice([0, 1])
        claim = {"resource": self._chance.randrange(RESOURCES), "first": first, "last": first + LENGTH}
        async with self._database.transaction() as session:
            # Most requests find their time taken after a while; they still change the customer.
            if not await session.scalar(_taken, claim):
                await asyncio.sleep(0.01)
                await session.execute(_claim, {**claim, "customer_id": customer_id})
            number = await session.scalar(_change, {"customer_id": customer_id})
            sold = Sold(customer_id=customer_id, number=number)
            await session.execute(_say, {"customer_id": customer_id, "number": number})
            outbox.add(session, sold)
        return sold


def heard_by_post() -> Subscriptions:
    on = Subscriptions()

    @on(Sold, many=True)
    async def deliver(events: list[Received[Sold]], context: Context) -> None:
        rows = [{"customer_id": one.event.customer_id, "number": one.event.number} for one in events]
        await context.session.execute(_effect, rows)
        for one in events:
            outbox.add(context.session, Posted(customer_id=one.event.customer_id, number=one.event.number))

    return on


def heard_by_shop() -> Subscriptions:
    on = Subscriptions()

    @on(Posted)
    async def note(event: Posted, context: Context) -> None:
        await context.session.execute(_came_back, {"customer_id": event.customer_id, "number": event.number})

    return on


class Repeater:
    """A bad network: sends again what was sent long ago, in any order, with the same ids."""

    def __init__(self, bootstrap: str, seed: int) -> None:
        self._bootstrap, self._chance = bootstrap, random.Random(seed)

    async def run(self, stop: asyncio.Event) -> None:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, fetch_max_wait_ms=100)
        producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap)
        await consumer.start()
        await producer.start()
        parts = [TopicPartition(topic.name, number) for topic in (SHOP, POST) for number in range(topic.partitions)]
        consumer.assign(parts)
        await consumer.seek_to_beginning()
        old: list[Any] = []
        while True:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                old.extend(records)
            again = self._chance.sample(old, min(30, len(old)))
            for record in again:
                await producer.send(
                    record.topic, record.value, key=record.key, headers=[*record.headers], partition=record.partition
                )
            await producer.flush()
            print(f"repeated {len(again)}", flush=True)
            await asyncio.sleep(0.3)


class SkipLockedLane(Lane):
    """How relays must not share their work: each takes the rows that no other has at the moment."""

    async def cycle(self, connection: Any, publisher: Any) -> int:
        async with connection.transaction():
            rows = await connection.fetch(
                """select shard, id, event_id, topic, key, time, headers, body from outbox
                order by id limit 5 for update skip locked"""
            )
            await asyncio.sleep(random.random() * 0.05)
            taken = await publisher.publish(rows)
            await self._delete(connection, taken.rows)
        return len(rows)


async def every_id_is_new(session: Session, consumer: str, event_ids: Any) -> set[UUID]:
    """An inbox that remembers nothing."""
    return set(event_ids)


def build(kind: str, shop: str, post: str, bootstrap: str, seed: int, control: str) -> Any:
    """Make the process of one kind."""
    if control == "no-inbox":
        inbox.mark = every_id_is_new
    if control == "skip-locked":
        Lane.cycle = SkipLockedLane.cycle  # type: ignore[method-assign,assignment]  # the control breaks it on purpose
    clock = SystemClock()
    if kind == "writer":
        return Writer(Database(shop), seed)
    if kind == "repeater":
        return Repeater(bootstrap, seed)
    if kind == "shop-relay":
        return Relay("faults-shop", shop, bootstrap)
    if kind == "post-relay":
        return Relay("faults-post", post, bootstrap)
    if kind == "shop-worker":
        return Worker("faults-shop", Database(shop), bootstrap, clock, subscriptions=heard_by_shop())
    return Worker("faults-post", Database(post), bootstrap, clock, subscriptions=heard_by_post())


async def main(kind: str, shop: str, post: str, bootstrap: str, seed: str, control: str) -> None:
    declare()
    work = build(kind, shop, post, bootstrap, int(seed), control)
    running = asyncio.create_task(work.run(asyncio.Event()))
    while not running.done():
        await asyncio.wait([running], timeout=1)
        if hasattr(work, "alive") and not work.alive():
            raise SystemExit(1)
    running.result()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(*sys.argv[1:]))
