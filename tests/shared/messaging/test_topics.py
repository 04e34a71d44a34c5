"""Topics are made as declared, and brought back to what is declared, by one command."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from shared.contracts import TOPICS, Topic
from shared.messaging import __main__ as command
from shared.messaging import topics

pytestmark = pytest.mark.anyio


async def look(bootstrap: str, name: str) -> tuple[int, dict[str, str]]:
    """A topic's partitions and settings, as the broker has them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (found,) = await admin.describe_topics([name])
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        values = {entry[0]: entry[1] for answer in answers for entry in answer.resources[0][4]}
    finally:
        await admin.close()
    return len(found["partitions"]), values


async def test_a_missing_topic_is_made_as_declared(kafka: str) -> None:
    topic = Topic(f"made-{uuid4()}", partitions=5, retention_days=3, max_message_bytes=50_000)
    report = await topics.ensure(kafka, [topic])
    assert report.created == [topic.name]
    partitions, values = await look(kafka, topic.name)
    assert partitions == 5
    assert values["retention.ms"] == str(3 * 24 * 3600 * 1000)
    assert values["max.message.bytes"] == "50000"
    assert await topics.ensure(kafka, [topic]) == topics.Report([], [], [])


async def test_a_record_from_a_clock_that_is_ahead_is_taken(kafka: str) -> None:
    topic = Topic(f"ahead-{uuid4()}", partitions=1)
    await topics.ensure(kafka, [topic])
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        next_week = int((time.time() + 7 * 24 * 3600) * 1000)
        told = await producer.send_and_wait(topic.name, b"early", timestamp_ms=next_week)
    finally:
        await producer.stop()
    assert told.offset == 0


async def test_what_comes_late_is_kept_as_long_as_what_comes_at_once(kafka: str) -> None:
    topic = Topic(f"late-{uuid4()}", partitions=1, retention_days=3)
    await topics.ensure(kafka, [topic])
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        last_month = int((time.time() - 30 * 24 * 3600) * 1000)
        told = await producer.send_and_wait(topic.name, b"late", timestamp_ms=last_month)
    finally:
        await producer.stop()
    assert told.timestamp > last_month, "the retention counts from the broker's clock"


async def test_changed_settings_are_brought_back(kafka: str) -> None:
    name = f"changed-{uuid4()}"
    await topics.ensure(kafka, [Topic(name, partitions=2, retention_days=3)])
    await topics.ensure(kafka, [Topic(name, partitions=2, retention_days=5)])
    assert (await look(kafka, name))[1]["retention.ms"] == str(5 * 24 * 3600 * 1000)


async def test_partitions_are_extended_only_when_asked(kafka: str) -> None:
    name = f"extended-{uuid4()}"
    await topics.ensure(kafka, [Topic(name, partitions=2)])
    assert (await topics.ensure(kafka, [Topic(name, partitions=4)])).different == [name]
    assert (await look(kafka, name))[0] == 2
    assert (await topics.ensure(kafka, [Topic(name, partitions=4)], extend=True)).extended == [name]
    assert (await look(kafka, name))[0] == 4
    assert (await topics.ensure(kafka, [Topic(name, partitions=3)], extend=True)).different == [name]


async def test_what_the_broker_refuses_is_raised(kafka: str) -> None:
    with pytest.raises(KafkaError):
        await topics.ensure(kafka, [Topic("not a name!", partitions=1)])


async def test_a_broker_that_is_not_there_is_waited_for_and_then_told(kafka: str) -> None:
    with pytest.raises(KafkaError):
        await topics.ensure("127.0.0.1:1", [], wait=0.7)


def run(monkeypatch: pytest.MonkeyPatch, bootstrap: str | None, *arguments: str) -> int:
    if bootstrap is None:
        monkeypatch.delenv("JOBVEJ_KAFKA_BOOTSTRAP", raising=False)
    else:
        monkeypatch.setenv("JOBVEJ_KAFKA_BOOTSTRAP", bootstrap)
    return command.main(["topics", *arguments])


def test_the_command_makes_every_declared_topic(
    kafka: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, kafka) == 0
    assert run(monkeypatch, kafka) == 0
    assert "as declared" in capsys.readouterr().out
    for name, topic in TOPICS.items():
        assert asyncio.run(look(kafka, name))[0] == topic.partitions


def test_the_command_tells_what_it_did(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def ensure(*_: Any, **__: Any) -> topics.Report:
        return topics.Report(["a"], ["b"], ["c"])

    monkeypatch.setattr(topics, "ensure", ensure)
    assert run(monkeypatch, "x:1", "--extend") == 1
    printed = capsys.readouterr()
    assert printed.out == "created   a\nextended  b\n"
    assert "DIFFERS   c" in printed.err


def test_the_command_says_what_is_missing_or_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fails(*_: Any, **__: Any) -> topics.Report:
        raise ConnectionRefusedError

    assert run(monkeypatch, None) == 2
    assert "JOBVEJ_KAFKA_BOOTSTRAP" in capsys.readouterr().err
    monkeypatch.setattr(topics, "ensure", fails)
    assert run(monkeypatch, "x:1") == 1
    assert "x:1" in capsys.readouterr().err
