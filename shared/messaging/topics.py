"""The topics of the contracts, made on any broker by one command, and brought back to what is declared.

Partitions are never changed on a topic that carries keyed events: a key would move to another partition and overtake
itself. A difference is reported, and changed only when asked for (`--extend`, with publishers and readers drained).
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from shared.contracts import TOPICS, Topic

WAIT_SECONDS = 60
_ALREADY_THERE = 36


@dataclass(frozen=True, slots=True)
class Report:
    """What was done: topics made, extended, and those whose partitions differ from what is declared."""

    created: list[str]
    extended: list[str]
    different: list[str]


def settings(topic: Topic) -> dict[str, str]:
    """Return a topic's broker settings."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(topic.retention_days * 24 * 3600 * 1000),
        "max.message.bytes": str(topic.max_message_bytes),
        # The broker's own clock: else the retention would count from when an event was said, and what a relay could not
        # deliver for weeks would be deleted on arrival; and one machine with a wrong clock would be refused for ever.
        "message.timestamp.type": "LogAppendTime",
        "compression.type": "producer",
    }


async def ensure(
    bootstrap: str,
    topics: Iterable[Topic] = tuple(TOPICS.values()),
    *,
    extend: bool = False,
    wait: float = WAIT_SECONDS,
) -> Report:
    """Create the topics that are missing and set the declared settings on the others.

    The replication factor is the broker's own default. Waits up to `wait` seconds for the broker.
    Raises KafkaError, OSError or TimeoutError when it does not answer, or refuses.
    """
    admin = await _connected(bootstrap, wait)
    try:
        declared = {topic.name: topic for topic in topics}
        there = await _partitions(admin, declared)
        missing = [topic for name, topic in declared.items() if name not in there]
        if missing:
            await _create(admin, missing)
        for topic in declared.values():
            resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, settings(topic))
            await admin.alter_configs([resource])
        fewer = [name for name, count in there.items() if count < declared[name].partitions]
        different = [name for name, count in there.items() if count != declared[name].partitions]
        if extend and fewer:
            await admin.create_partitions({name: NewPartitions(declared[name].partitions) for name in fewer})
            different = [name for name in different if name not in fewer]
        return Report([topic.name for topic in missing], fewer if extend else [], different)
    finally:
        await admin.close()


async def _connected(bootstrap: str, wait: float) -> AIOKafkaAdminClient:
    deadline = time.monotonic() + wait
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            await admin.start()
        except (KafkaError, OSError):
            await admin.close()
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)
        else:
            return admin


async def _partitions(admin: AIOKafkaAdminClient, declared: Iterable[str]) -> dict[str, int]:
    """Return how many partitions the existing ones of these topics have."""
    existing = set(await admin.list_topics())
    names = [name for name in declared if name in existing]
    if not names:
        return {}
    found = await admin.describe_topics(names)
    return {one["topic"]: len(one["partitions"]) for one in found}


async def _create(admin: AIOKafkaAdminClient, topics: Iterable[Topic]) -> None:
    new = [NewTopic(topic.name, topic.partitions, 1, topic_configs=settings(topic)) for topic in topics]
    for one in new:
        # The broker's own default; the library's constructor does not let -1 through.
        one.replication_factor = -1
    answer = await admin.create_topics(new)
    for name, code, *_ in answer.topic_errors:
        if code not in (0, _ALREADY_THERE):
            raise for_code(code)(name)
