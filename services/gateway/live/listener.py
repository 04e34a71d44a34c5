"""Hears every event from now on, numbers it in the gateway's own table, and tells the open streams.

Every replica hears everything (no consumer group); the table makes an event one row however many replicas hear it,
so that a browser may come back to another replica and go on from the number it has.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from services.gateway import store
from services.gateway.live.broadcaster import Broadcaster
from services.gateway.live.changes import TOPICS, Change, Heard, read
from shared.clock import Clock
from shared.database import Database
from shared.telemetry import get_logger

KEEP = timedelta(days=1)
SWEEP_EVERY = timedelta(hours=1)
RETRY_SECONDS = 1.0
_PASSING = (KafkaError, SQLAlchemyError, OSError, TimeoutError)
log = get_logger(__name__)


class Listener:
    """Runs beside the gateway's pages for as long as they are served."""

    def __init__(self, database: Database, kafka_bootstrap: str, clock: Clock, broadcaster: Broadcaster) -> None:
        self._database = database
        self._bootstrap = kafka_bootstrap
        self._clock = clock
        self._broadcaster = broadcaster
        self._swept_at: datetime | None = None
        self.hears_since: datetime | None = None

    async def run(self) -> None:
        """Listen until cancelled. A broker or database that is away is waited for, and pages work meanwhile."""
        while True:
            consumer = AIOKafkaConsumer(
                *TOPICS,
                bootstrap_servers=self._bootstrap,
                client_id="gateway-live",
                group_id=None,
                auto_offset_reset="latest",
                enable_auto_commit=False,
            )
            try:
                await consumer.start()
                await self._from_the_end(consumer)
                self.hears_since = self._clock.now()
                await self._listen(consumer)
            except _PASSING as fault:
                log.warning("live updates wait for the broker", fault=type(fault).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                self.hears_since = None
                with contextlib.suppress(KafkaError, OSError):
                    await consumer.stop()

    async def _from_the_end(self, consumer: AIOKafkaConsumer) -> None:
        """Fix the place to read from now, so that nothing said after this moment is passed over."""
        await consumer.seek_to_end()
        for partition in consumer.assignment():
            await consumer.position(partition)

    async def _listen(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            batches = await consumer.getmany(timeout_ms=1000, max_records=500)
            heard = [found for records in batches.values() for record in records if (found := read(record))]
            if heard:
                await _until_it_works(partial(self._record, heard))

    async def _record(self, heard: Sequence[Heard]) -> None:
        now = self._clock.now()
        async with self._database.transaction() as session:
            numbers = await store.keep_live_changes(session, [one.row(now) for one in heard])
            if self._swept_at is None or now - self._swept_at > SWEEP_EVERY:
                await store.forget_live_changes(session, now - KEEP)
                self._swept_at = now
        for one in heard:
            self._broadcaster.publish(Change(numbers[one.event_id], one))


async def _until_it_works(work: Callable[[], Awaitable[None]]) -> None:
    """The batch has left the broker already: keep at it while the database is away."""
    while True:
        try:
            return await work()
        except (SQLAlchemyError, OSError, TimeoutError) as fault:
            log.warning("live updates wait for the database", fault=type(fault).__name__)
            await asyncio.sleep(RETRY_SECONDS)
