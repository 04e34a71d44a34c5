"""The relay's way into Kafka: one RecordBatch per partition per cycle, so that a partition takes all of it or nothing.

Invariant: what is reported as taken was acknowledged by the broker. After any fault the producer is thrown away:
an idempotent producer can wait for ever or stay broken (aiokafka #1017), and a new one costs milliseconds.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.contracts import TOPICS
from shared.messaging.envelope import with_identity
from shared.telemetry import get_logger

START_SECONDS = 20
STOP_SECONDS = 2
SEND_SECONDS = 30
# One full batch must fit the smallest limit of any topic. A single event may be larger than this (up to its own
# topic's limit): the first record of a batch is always taken.
BATCH_BYTES = int(0.9 * min(topic.max_message_bytes for topic in TOPICS.values()))
Id = tuple[int, int]
Target = tuple[str, int]
log = get_logger(__name__)


class Fault(Exception):
    """The broker did not take everything in time; what it took is known, the rest stays in the outbox."""


class Taken(NamedTuple):
    """The rows (shard, id) that the broker acknowledged, and the fault that kept the others, if any."""

    rows: list[Id]
    fault: BaseException | None


@dataclass
class _Batch:
    builder: Any
    rows: list[Id] = field(default_factory=list)
    full: bool = False


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key: CRC-32, the partitioner that librdkafka calls `consistent`."""
    return crc32(key) % partitions


class Publisher:
    """One producer from start to its first fault."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=SEND_SECONDS * 1000,
            metadata_max_age_ms=60_000,
        )
        self._partitions: dict[str, int] = {}

    async def start(self) -> None:
        """Connect. Raises KafkaError, OSError or TimeoutError while no broker answers."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._producer.start()
        except BaseException:  # also when cancelled: a half-started producer holds sockets; raised on
            await self.stop()
            raise

    async def stop(self) -> None:
        """End within STOP_SECONDS, whatever the broker does (stop() of the library may wait for it for ever)."""
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._producer.stop()
                return
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                # No public way leads here: without it, the old sender lives on and sends late.
                await self._producer._sender.close()
                await self._producer.client.close()

    async def publish(self, rows: Iterable[Any]) -> Taken:
        """Send outbox rows (shard, id, event_id, topic, key, time, headers, body), in the order given per key.

        Rows that found their partition's batch full are left for the next cycle: they are neither taken nor a fault.
        Never raises for a fault of the broker; `Taken.fault` says it.
        """
        try:
            async with asyncio.timeout(SEND_SECONDS):
                batches = await self._batches(rows)
                return await self._send(batches)
        except (KafkaError, OSError, TimeoutError) as fault:
            return Taken([], fault)

    async def _batches(self, rows: Iterable[Any]) -> dict[Target, _Batch]:
        batches: dict[Target, _Batch] = {}
        partitions = self._partitions
        for shard, row_id, event_id, topic, key, time, headers, body in rows:
            if topic not in partitions:
                partitions[topic] = len(await self._producer.partitions_for(topic))
            target = (topic, partition_of(key, partitions[topic]))
            batch = batches.get(target)
            if batch is None:
                batch = batches[target] = _Batch(self._producer.create_batch())
            elif batch.full:
                continue
            added = batch.builder.append(
                timestamp=int(time.timestamp() * 1000),
                key=key,
                value=body,
                headers=with_identity(headers, event_id, time),
            )
            if added is None:
                batch.full = True
            else:
                batch.rows.append((shard, row_id))
        return batches

    async def _send(self, batches: dict[Target, _Batch]) -> Taken:
        waiting: dict[asyncio.Future[Any], list[Id]] = {}
        fault: BaseException | None = None
        for (topic, partition), batch in batches.items():
            batch.builder.close()
            try:
                answer = await self._producer.send_batch(batch.builder, topic, partition=partition)
            except (KafkaError, OSError, TimeoutError) as refused:
                fault = refused
                break
            waiting[answer] = batch.rows
        if not waiting:
            return Taken([], fault)
        done, late = await asyncio.wait(waiting, timeout=SEND_SECONDS * 0.8)
        taken: list[Id] = []
        for answer in done:
            error = answer.exception()
            if error is None:
                taken.extend(waiting[answer])
            else:
                fault = error
        if late:
            fault = Fault(f"{len(late)} batches were not acknowledged in time")
        return Taken(taken, fault)
