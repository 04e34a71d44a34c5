"""The reader's dealings with the broker, where the broker or the library does what it rarely does."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError

from shared.messaging.consumer import Consumer
from tests.shared.messaging.given import ANNA, BO, Foreign, Lying, Town, lying, running, until

pytestmark = pytest.mark.anyio


class Kafka:
    """A broker's side of a consumer, in memory: two partitions, some offsets of which the library cannot take apart."""

    def __init__(self, town: Town, unreadable: set[int]) -> None:
        self.parts = [TopicPartition(town.topic.name, number) for number in (0, 1)]
        self.logs: dict[TopicPartition, list[Lying]] = {part: [] for part in self.parts}
        self.unreadable = unreadable
        self.at = dict.fromkeys(self.parts, 0)
        self.acknowledged: dict[TopicPartition, int] = {}
        self.held: set[TopicPartition] = set()
        self.refuses: Exception | None = None

    def assignment(self) -> set[TopicPartition]:
        return set(self.parts)

    async def getmany(self, *parts: TopicPartition, timeout_ms: int, max_records: int) -> dict[Any, list[Lying]]:
        found: dict[TopicPartition, list[Lying]] = {}
        for part in parts or self.parts:
            if part in self.held:
                continue
            records = [one for one in self.logs[part] if one.offset >= self.at[part]][:max_records]
            if part is self.parts[0] and any(one.offset in self.unreadable for one in records):
                # The library forgets the good ones it had in hand, and where it was.
                self.at[part] = records[-1].offset + 1 if max_records > 1 else self.at[part]
                raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
            if records:
                found[part] = records
                self.at[part] = records[-1].offset + 1
        await asyncio.sleep(0)
        return found

    def seek(self, part: TopicPartition, offset: int) -> None:
        self.at[part] = offset

    def pause(self, part: TopicPartition) -> None:
        self.held.add(part)

    def resume(self, part: TopicPartition) -> None:
        self.held.discard(part)

    async def position(self, part: TopicPartition) -> int:
        return self.at[part]

    async def committed(self, part: TopicPartition) -> int | None:
        return self.acknowledged.get(part)

    async def beginning_offsets(self, parts: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(parts, 0)

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.acknowledged.update(offsets)


def reader(town: Town, *unreadable: int) -> tuple[Consumer, Kafka]:
    consumer = Consumer(town.dispatcher(), "")
    kafka = Kafka(town, set(unreadable))
    consumer.kafka = kafka
    return consumer, kafka


async def test_records_that_the_library_cannot_take_apart_are_set_aside_one_by_one(quiet_town: Town) -> None:
    quiet_town.counts()
    consumer, kafka = reader(quiet_town, 2, 3)
    here = [quiet_town.Counted(key_id=ANNA, number=number) for number in range(6)]
    there = [quiet_town.Counted(key_id=BO, number=number) for number in range(10, 13)]
    kafka.logs[kafka.parts[0]] = lying(quiet_town, *here)
    kafka.logs[kafka.parts[1]] = lying(quiet_town, *there, partition=1)
    for _ in range(8):
        await consumer.turn()
    assert await quiet_town.effects(ANNA) == [0, 1, 4, 5]
    assert await quiet_town.effects(BO) == [10, 11, 12]
    assert [(row["offset"], row["reason"]) for row in await quiet_town.dead()] == [
        (2, "unreadable-record"),
        (3, "unreadable-record"),
    ]
    assert kafka.acknowledged == {kafka.parts[0]: 6, kafka.parts[1]: 3}


async def test_a_bad_record_right_after_a_restart_is_found_from_the_acknowledged_offset(quiet_town: Town) -> None:
    quiet_town.counts()
    consumer, kafka = reader(quiet_town, 4)
    kafka.logs[kafka.parts[0]] = lying(
        quiet_town, *[quiet_town.Counted(key_id=ANNA, number=number) for number in range(6)]
    )
    kafka.acknowledged[kafka.parts[0]] = kafka.at[kafka.parts[0]] = 3
    for _ in range(4):
        await consumer.turn()
    assert await quiet_town.effects() == [3, 5]


async def test_the_careful_reading_ends_after_one_batch(quiet_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet_town.counts()
    consumer, kafka = reader(quiet_town, 5)
    consumer._batch_records = 6
    kafka.logs[kafka.parts[0]] = lying(
        quiet_town, *[quiet_town.Counted(key_id=ANNA, number=number) for number in range(8)]
    )
    consumer._batch_records = 3
    monkeypatch.setattr(kafka, "unreadable", {0})
    await consumer._step_over(ValueError())
    kafka.unreadable = set()
    consumer.positions.clear()
    await consumer._careful(kafka.parts[0])
    assert await quiet_town.effects() == [0, 1, 2]


async def test_an_acknowledgement_that_fails_only_repeats(quiet_town: Town) -> None:
    quiet_town.counts()
    consumer, kafka = reader(quiet_town)
    kafka.logs[kafka.parts[0]] = lying(quiet_town, quiet_town.Counted(key_id=ANNA, number=1))
    kafka.refuses = CommitFailedError()
    await consumer.turn()
    assert kafka.acknowledged == {}
    kafka.refuses, kafka.at[kafka.parts[0]] = None, 0
    await consumer.turn()
    assert kafka.acknowledged == {kafka.parts[0]: 1}
    assert await quiet_town.effects() == [1]


async def test_records_of_a_partition_given_up_meanwhile_are_left_to_its_new_reader(
    quiet_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet_town.counts()
    consumer, kafka = reader(quiet_town)
    kafka.logs[kafka.parts[0]] = lying(quiet_town, quiet_town.Counted(key_id=ANNA, number=1))
    monkeypatch.setattr(kafka, "assignment", set)
    await consumer.turn()
    assert await quiet_town.effects() == []
    assert kafka.acknowledged == {}


async def test_a_partition_given_up_while_it_waited_is_not_woken(
    quiet_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer, kafka = reader(quiet_town)
    kafka.held.add(kafka.parts[0])
    consumer._resume_at[kafka.parts[0]] = 0
    monkeypatch.setattr(kafka, "assignment", set)
    consumer._resume()
    assert kafka.held
    assert consumer._resume_at == {}


async def test_a_reader_without_a_broker_waits_and_goes_on_when_it_is_there(town: Town) -> None:
    town.counts()
    worker = town.worker()
    consumer = worker.consumer
    assert consumer is not None
    there, consumer._bootstrap = consumer._bootstrap, "127.0.0.1:1"
    async with running(town.relay(), worker):
        await town.say(town.Counted(key_id=ANNA, number=1))
        await asyncio.sleep(0.5)
        assert not consumer.joined
        assert not await worker.ready()
        consumer._bootstrap = there
        await until(lambda: _effects(town, [1]))


async def test_a_broker_that_fails_in_a_turn_costs_a_new_start(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.counts()
    worker = town.worker()
    consumer = worker.consumer
    assert consumer is not None
    failures: list[int] = []
    turn = consumer.turn

    async def fails_once() -> None:
        if not failures:
            failures.append(1)
            raise KafkaConnectionError
        await turn()

    monkeypatch.setattr(consumer, "turn", fails_once)
    async with running(town.relay(), worker):
        await town.send(Foreign(town.Counted(key_id=ANNA, number=1)))
        await until(lambda: _effects(town, [1]))
    assert failures


async def _effects(town: Town, wanted: list[int]) -> bool:
    return await town.effects() == wanted
