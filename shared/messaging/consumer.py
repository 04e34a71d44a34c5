"""Reading topics: fetch, handle, then acknowledge. An offset is committed only after the database has committed.

Invariants: a partition is handled in its order; one that waits for something passing is paused and read again from
where it stood, while the others go on; partitions are given up only between batches.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from shared.messaging import metrics
from shared.messaging.backoff import Backoff, pause
from shared.messaging.dead_letters import SetAside
from shared.messaging.dispatch import Dispatcher, Outcome
from shared.messaging.envelope import Position
from shared.telemetry import get_logger

BATCH_RECORDS = 500
POLL_MS = 200
START_SECONDS = 30
STOP_SECONDS = 4
SESSION_MS = 10_000
# With a name of its own (static membership) a worker may be away this long without a rebalance.
NAMED_SESSION_MS = 45_000
log = get_logger(__name__)


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Holds a rebalance until the batch in flight is committed and acknowledged."""

    def __init__(self, consumer: "Consumer") -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        async with self._consumer.in_flight:
            self._consumer.forget()
            log.info("partitions given up", count=len(list(revoked)))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        log.info("partitions taken", count=len(list(assigned)))


class Consumer:
    """The one reader of a worker: all topics its service hears, in the consumer group named after the service."""

    def __init__(
        self, dispatcher: Dispatcher, bootstrap: str, *, batch_records: int = BATCH_RECORDS, instance: str | None = None
    ) -> None:
        self._dispatcher, self._bootstrap = dispatcher, bootstrap
        self._batch_records, self._instance = batch_records, instance
        self.in_flight = asyncio.Lock()
        self._backoffs: dict[TopicPartition, Backoff] = {}
        self._resume_at: dict[TopicPartition, float] = {}
        self.session_seconds = (SESSION_MS if instance is None else NAMED_SESSION_MS) / 1000
        self.kafka: Any = None
        self.positions: dict[TopicPartition, int] = {}
        self.waiting_for: dict[TopicPartition, str] = {}

    @property
    def joined(self) -> bool:
        """Say whether the group has accepted this worker."""
        return self.kafka is not None and self.kafka._subscription.partitions_auto_assigned() and self._assigned()

    def _assigned(self) -> bool:
        subscription = self.kafka._subscription.subscription
        return subscription is not None and subscription.assignment is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Read and handle until told to stop; start over, with waits, while the broker is away."""
        backoff = Backoff(first=0.2, most=5)
        while not stop.is_set():
            try:
                await self._read(stop, backoff)
            except Exception as error:  # the edge: whatever broke, a new consumer reads on from what was acknowledged
                log.warning("consumer starts over", fault=type(error).__name__, said=str(error)[:200])
                await pause(stop, backoff.next())

    def forget(self) -> None:
        """Forget where partitions stood: they are given up, or read by a new consumer from what was acknowledged."""
        self.positions.clear()
        self.waiting_for.clear()
        self._resume_at.clear()

    async def position(self, partition: TopicPartition) -> int:
        """Return the offset before which everything is handled; -1 while it is not known.

        Between batches the library's own position counts: it also passes what is no record (transaction markers).
        """
        if self.in_flight.locked() or partition in self.waiting_for:
            return self.positions.get(partition, -1)
        try:
            async with asyncio.timeout(1):
                return int(await self.kafka.position(partition))
        except (TimeoutError, KafkaError):
            return self.positions.get(partition, -1)

    async def _read(self, stop: asyncio.Event, backoff: Backoff) -> None:
        self.kafka = consumer = self._new()
        self.forget()
        try:
            async with asyncio.timeout(START_SECONDS):
                await consumer.start()
            consumer.subscribe(self._dispatcher.subscriptions.topics, listener=Listener(self))
            while not stop.is_set():
                await self.turn()
                backoff.reset()
        finally:
            self.kafka = None
            with suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await consumer.stop()

    def _new(self) -> Any:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._dispatcher.service,
            group_instance_id=self._instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=int(self.session_seconds * 1000),
            heartbeat_interval_ms=3_000,
            rebalance_timeout_ms=60_000,
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=100,
            metadata_max_age_ms=60_000,
        )

    async def turn(self) -> None:
        """Fetch one batch and handle it. Raises what the broker raises."""
        self._resume()
        try:
            batches = await self.kafka.getmany(timeout_ms=POLL_MS, max_records=self._batch_records)
        except (UnicodeDecodeError, ValueError) as fault:
            await self._step_over(fault)
            return
        if not batches:
            return
        async with self.in_flight:
            mine = self.kafka.assignment()
            records = [record for partition, found in batches.items() if partition in mine for record in found]
            for partition, found in batches.items():
                self.positions[partition] = found[0].offset
            await self._settle(await self._dispatcher.take(records), batches)

    async def _settle(self, outcome: Outcome, batches: Mapping[TopicPartition, Sequence[Any]]) -> None:
        """Acknowledge what was handled; go back to what was not."""
        handled = {TopicPartition(*partition): offset for partition, offset in outcome.handled.items()}
        self.positions.update(handled)
        for partition in handled:
            if partition not in outcome.stuck:
                self._backoffs.pop(partition, None)
                self.waiting_for.pop(partition, None)
        stuck = {TopicPartition(*partition): fault for partition, fault in outcome.stuck.items()}
        if outcome.outage is not None:
            behind = [p for p, found in batches.items() if handled.get(p, -1) <= found[-1].offset]
            stuck.update(dict.fromkeys(behind, outcome.outage))
        for partition, fault in stuck.items():
            self._put_off(partition, fault)
        await self._acknowledge(handled)

    async def _acknowledge(self, handled: Mapping[TopicPartition, int]) -> None:
        """Commit offsets. When that fails the records come again and the inbox knows them."""
        mine = self.kafka.assignment()
        offsets = {partition: offset for partition, offset in handled.items() if partition in mine}
        if not offsets:
            return
        try:
            async with asyncio.timeout(10):
                await self.kafka.commit(offsets)
        except (KafkaError, IllegalStateError, TimeoutError) as fault:
            log.info("offsets not acknowledged", fault=type(fault).__name__)

    def _put_off(self, partition: TopicPartition, fault: BaseException) -> None:
        """Pause a partition for a rising while and go back to the record that could not be handled."""
        wait = self._backoffs.setdefault(partition, Backoff(first=0.1, most=30)).next()
        self._resume_at[partition] = time.monotonic() + wait
        self.waiting_for[partition] = type(fault).__name__
        metrics.retries.inc()
        log.info("partition waits", topic=partition.topic, partition=partition.partition, fault=type(fault).__name__)
        with suppress(IllegalStateError):
            self.kafka.pause(partition)
            self.kafka.seek(partition, self.positions[partition])

    def _resume(self) -> None:
        now = time.monotonic()
        for partition in [p for p, moment in self._resume_at.items() if moment <= now]:
            del self._resume_at[partition]
            if partition in self.kafka.assignment():
                self.kafka.resume(partition)

    async def _step_over(self, fault: Exception) -> None:
        """A record that the library cannot even take apart: find it, set it aside without its content, go on behind it.

        The library loses its place when it raises, so every partition goes back to where it was handled to, and is
        read record by record until the bad one is reached.
        """
        log.warning("a record cannot be taken apart", fault=type(fault).__name__)
        for partition in self.kafka.assignment():
            async with self.in_flight:
                await self._careful(partition)

    async def _careful(self, partition: TopicPartition) -> None:
        start = self.positions.get(partition)
        if start is None:
            start = (
                await self.kafka.committed(partition) or (await self.kafka.beginning_offsets([partition]))[partition]
            )
        self.kafka.seek(partition, start)
        for _ in range(self._batch_records):
            at = await self.kafka.position(partition)
            try:
                found = await self.kafka.getmany(partition, timeout_ms=POLL_MS, max_records=1)
            except (UnicodeDecodeError, ValueError):
                await self._set_aside_unseen(partition, at)
                self.kafka.seek(partition, at + 1)
                self.positions[partition] = at + 1
                return
            if not found.get(partition):
                return
            await self._settle(await self._dispatcher.take(found[partition]), found)

    async def _set_aside_unseen(self, partition: TopicPartition, offset: int) -> None:
        place = Position(partition.topic, partition.partition, offset, self._dispatcher.clock.now())
        explanation = "The record's headers cannot be taken apart; its content was not read."
        message = SetAside(place, None, None, {}, "unreadable-record", explanation)
        async with self._dispatcher.database.transaction() as session:
            await self._dispatcher.set_aside(session, message)
