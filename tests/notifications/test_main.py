"""The worker as it runs: a booking's event on a real Kafka becomes a mail, and a timer becomes a reminder."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.main import SendingWorker, create_relay
from services.notifications.schedules import Sender
from shared.contracts.booking import BookingCreated
from shared.database import Database
from shared.messaging import outbox, topics
from tests.notifications.conftest import World
from tests.notifications.given import ADVISER, BOOKING, CITIZEN, settings_of

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running(world: World, kafka: str) -> AsyncIterator[SendingWorker]:
    """A worker and a relay at work; both end in order."""
    settings = settings_of(world.database.url, kafka)
    sender = Sender(Database(world.database.url, name="sender"), world.clock, world.delivery)
    worker, relay, stop = SendingWorker(settings, world.clock, sender), create_relay(settings), asyncio.Event()
    tasks = [asyncio.create_task(worker.run(stop)), asyncio.create_task(relay.run(stop))]
    try:
        yield worker
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.05)


async def test_a_booking_on_kafka_becomes_a_confirmation_and_later_a_reminder(world: World, kafka: str) -> None:
    await topics.ensure(kafka)
    # Kafka takes no events from the future, so this clock shows the real time, and every hour is a waking one.
    world.clock.set(datetime.now(UTC))
    await world.rows("update sending_rule set opens = '00:00', closes = '23:59:59' returning 1 as one")
    starts_at = world.clock.now() + timedelta(hours=24, minutes=10)
    world.town.know(BOOKING, 1, starts_at)
    async with running(world, kafka) as worker:
        async with world.database.transaction() as session:
            outbox.use_clock(session, world.clock)
            outbox.add(
                session,
                BookingCreated(
                    booking_id=BOOKING,
                    citizen_id=CITIZEN,
                    version=1,
                    topic_id="job_talk",
                    adviser_id=ADVISER,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=45),
                    form="in_person",
                    said_by="citizen",
                    remind_2h=False,
                ),
            )
        await until(lambda: len(world.mailbox.mails) == 1)
        assert worker.alive()
        assert await worker.ready()
        world.clock.advance(timedelta(minutes=12))
        await until(lambda: len(world.mailbox.mails) == 2)
    assert world.subjects()[1].startswith("Husk din samtale")
