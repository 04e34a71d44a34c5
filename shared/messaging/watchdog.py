"""Noticing a consumer that has stopped without saying so (aiokafka #1154): lag, and no movement, for a minute.

A partition that waits for something passing, or a broker that does not answer, is not a stuck consumer.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from shared.messaging.consumer import Consumer
from shared.telemetry import get_logger

STUCK_SECONDS = 60
ANSWER_SECONDS = 10
log = get_logger(__name__)


class Place(NamedTuple):
    """How far a partition was handled, and where it ends."""

    position: int
    end: int


class Watchdog:
    """Compares where the topics end with how far they were handled, each time `look` is called."""

    def __init__(self, consumer: Consumer, *, seconds: float = STUCK_SECONDS) -> None:
        self._consumer, self._seconds = consumer, seconds
        self._moved: dict[TopicPartition, tuple[int, float]] = {}
        self._behind: dict[TopicPartition, float] = {}
        self._rejoining_since: float | None = None
        self.behind_seconds = 0.0  # for how long the partition that is behind the longest has been
        self.places: dict[TopicPartition, Place] = {}
        self.stuck = False

    async def look(self) -> None:
        """Ask the broker where the partitions end, and judge. Does nothing while the broker does not answer."""
        kafka = self._consumer.kafka
        if kafka is None:
            self._forget()
            return
        mine = kafka.assignment()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await kafka.topics()
                ends = dict(await kafka.end_offsets(list(mine))) if mine else {}
        except (KafkaError, OSError, TimeoutError):
            self._forget()
            return
        self.places = {
            partition: Place(await self._consumer.position(partition), end) for partition, end in ends.items()
        }
        self.judge(self.places, rejoining=_rejoining(kafka), now=time.monotonic())

    def judge(self, places: Mapping[TopicPartition, Place], *, rejoining: bool, now: float) -> None:
        """Decide whether the consumer is stuck, given its partitions' places at the monotonic moment `now`."""
        self._moved = {partition: seen for partition, seen in self._moved.items() if partition in places}
        for partition, (position, end) in places.items():
            position_then, since = self._moved.get(partition, (None, now))
            handled_all = position >= end
            if position != position_then or handled_all or partition in self._consumer.waiting_for:
                self._moved[partition] = (position, now)
            elif now - since >= self._seconds:
                self._bark("partition does not move", topic=partition.topic, partition=partition.partition)
        behind = [partition for partition, (position, end) in places.items() if 0 <= position < end]
        self._behind = {partition: self._behind.get(partition, now) for partition in behind}
        self.behind_seconds = max((now - since for since in self._behind.values()), default=0.0)
        if not rejoining:
            self._rejoining_since = None
        elif self._rejoining_since is None:
            self._rejoining_since = now
        elif now - self._rejoining_since >= max(self._seconds, 2 * self._consumer.session_seconds):
            self._bark("rejoining the group does not end")

    def _bark(self, what: str, **where: object) -> None:
        self.stuck = True
        log.error("consumer is stuck", why=what, **where)

    def _forget(self) -> None:
        self._moved.clear()
        self._rejoining_since = None
        self.places = {}


def _rejoining(kafka: object) -> bool:
    """Say whether the group asks for a rejoin that has not happened; the library has no public sign of it."""
    waiting = getattr(getattr(kafka, "_coordinator", None), "_rejoin_needed_fut", None)
    return bool(waiting is not None and waiting.done())
