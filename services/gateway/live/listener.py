"""Hears every event from now on, numbers it in the gateway's own table, and tells the open streams.

Every replica hears everything (no consumer group); the table makes an event one row however many replicas hear it,
so that a browser may come back to another replica and go on from the number it has.
"""

import asyncio
import contextlib
import time
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
START_SECONDS = 30
STOP_SECONDS = 5
# A turn waits at most for the broker's answer, a pool, a connection and two statements: each has a bound of its own.
STUCK_SECONDS = 120
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
        self._turned_at = time.monotonic()

    def moves(self) -> bool:
        """Say whether this listener still takes its turns; waiting for a broker or a database that is away is one."""
        return time.monotonic() - self._turned_at < STUCK_SECONDS

    async def run(self) -> None:
        """Listen until cancelled. A broker or database that is away is waited for, and pages work meanwhile.

        Whatever breaks, it begins again from the end, behind the record that broke it; open pages are told to look.
        """
        while True:
            self._turn()
            try:
                await self._hear()
            except Exception as fault:  # the edge: one record that aiokafka cannot take apart must not end live updates
                log.warning("live updates begin again", fault=type(fault).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self) -> None:
        """Listen with one consumer until something breaks. Raises whatever that is."""
        consumer = AIOKafkaConsumer(
            *TOPICS,
            bootstrap_servers=self._bootstrap,
            client_id="gateway-live",
            group_id=None,
            auto_offset_reset="latest",
            enable_auto_commit=False,
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                await consumer.start()
                await self._from_the_end(consumer)
            self.hears_since = self._clock.now()
            self._broadcaster.look_again()
            await self._listen(consumer)
        finally:
            self.hears_since = None
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await consumer.stop()

    def _turn(self) -> None:
        self._turned_at = time.monotonic()

    async def _from_the_end(self, consumer: AIOKafkaConsumer) -> None:
        """Fix the place to read from now, so that nothing said after this moment is passed over."""
        await consumer.seek_to_end()
        for partition in consumer.assignment():
            await consumer.position(partition)

    async def _listen(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            self._turn()
            batches = await consumer.getmany(timeout_ms=1000, max_records=500)
            heard = [found for records in batches.values() for record in records if (found := read(record))]
            if heard:
                await self._until_it_works(partial(self._record, heard))

    async def _record(self, heard: Sequence[Heard]) -> None:
        now = self._clock.now()
        async with self._database.transaction() as session:
            numbers = await store.keep_live_changes(session, [one.row(now) for one in heard])
            if self._swept_at is None or now - self._swept_at > SWEEP_EVERY:
                await store.forget_live_changes(session, now - KEEP)
                self._swept_at = now
        for one in heard:
            self._broadcaster.publish(Change(numbers[one.event_id], one))

    async def _until_it_works(self, work: Callable[[], Awaitable[None]]) -> None:
        """The batch has left the broker already: keep at it while the database is away."""
        while True:
            self._turn()
            try:
                return await work()
            except (SQLAlchemyError, OSError, TimeoutError) as fault:
                log.warning("live updates wait for the database", fault=type(fault).__name__)
                await asyncio.sleep(RETRY_SECONDS)
