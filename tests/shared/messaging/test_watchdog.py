"""A consumer that stands still is noticed; one that waits for something, or is idle, is not."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from shared.messaging.consumer import Consumer
from shared.messaging.watchdog import Place, Watchdog
from tests.shared.messaging.given import ANNA, Town, running, until

pytestmark = pytest.mark.anyio
HERE, THERE = TopicPartition("t", 0), TopicPartition("t", 1)


@pytest.fixture
def consumer(quiet_town: Town) -> Consumer:
    return Consumer(quiet_town.dispatcher(), "127.0.0.1:1")


@pytest.fixture
def dog(consumer: Consumer) -> Watchdog:
    return Watchdog(consumer)


def judged(dog: Watchdog, *places: tuple[float, int, int], rejoining: bool = False) -> bool:
    for moment, position, end in places:
        dog.judge({HERE: Place(position, end)}, rejoining=rejoining, now=moment)
    return dog.stuck


async def test_lag_and_no_movement_for_a_minute_is_stuck(dog: Watchdog) -> None:
    assert not judged(dog, (0, 5, 9), (59, 5, 9))
    assert judged(dog, (60, 5, 9))


async def test_a_partition_that_moves_is_not_stuck_however_far_behind(dog: Watchdog) -> None:
    assert not judged(dog, (0, 5, 900), (59, 6, 900), (118, 7, 900), (170, 8, 900))


async def test_a_partition_with_nothing_to_do_is_not_stuck(dog: Watchdog) -> None:
    assert not judged(dog, (0, 9, 9), (100, 9, 9), (200, 9, 9))


async def test_the_minute_begins_when_the_work_arrives(dog: Watchdog) -> None:
    assert not judged(dog, (0, 9, 9), (100, 9, 9), (110, 9, 10), (150, 9, 10))
    assert judged(dog, (161, 9, 10))


async def test_a_partition_that_waits_for_something_passing_is_not_stuck(dog: Watchdog, consumer: Consumer) -> None:
    consumer.waiting_for[HERE] = "TryLater"
    assert not judged(dog, (0, 5, 9), (61, 5, 9), (200, 5, 9))


async def test_a_partition_given_up_is_forgotten(dog: Watchdog) -> None:
    judged(dog, (0, 5, 9))
    dog.judge({THERE: Place(1, 1)}, rejoining=False, now=30)
    assert not judged(dog, (61, 5, 9))


async def test_how_long_it_has_been_behind_is_counted_until_it_has_caught_up(dog: Watchdog) -> None:
    judged(dog, (0, 5, 9), (40, 8, 20))
    assert dog.behind_seconds == 40
    judged(dog, (50, 20, 20))
    assert dog.behind_seconds == 0


async def test_a_rejoin_that_does_not_end_is_stuck(dog: Watchdog) -> None:
    assert not judged(dog, (0, 9, 9), (59, 9, 9), rejoining=True)
    assert not judged(dog, (60, 9, 9), rejoining=False)
    assert not judged(dog, (61, 9, 9), (120, 9, 9), rejoining=True)
    assert judged(dog, (121, 9, 9), rejoining=True)


class Kafka:
    """A broker's side of a consumer: answers, or does not."""

    def __init__(self, *, answers: bool) -> None:
        self.answers = answers

    def assignment(self) -> set[TopicPartition]:
        return {HERE}

    async def topics(self) -> set[str]:
        if not self.answers:
            raise KafkaConnectionError
        return {"t"}

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 9)

    async def position(self, partition: TopicPartition) -> int:
        await asyncio.sleep(60)
        return 0


async def test_a_broker_that_does_not_answer_is_not_the_consumers_fault(dog: Watchdog, consumer: Consumer) -> None:
    await dog.look()
    judged(dog, (0, 5, 9))
    consumer.kafka = Kafka(answers=False)
    await dog.look()
    assert dog.places == {}
    assert not judged(dog, (61, 5, 9))


async def test_a_position_that_cannot_be_told_counts_as_standing_still(dog: Watchdog, consumer: Consumer) -> None:
    consumer.kafka = Kafka(answers=True)
    await dog.look()
    assert dog.places == {HERE: Place(-1, 9)}
    consumer.positions[HERE] = 4
    async with consumer.in_flight:
        await dog.look()
    assert dog.places == {HERE: Place(4, 9)}


async def test_a_subscriber_that_never_returns_makes_the_process_end(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()

    async def hangs(event: Any) -> None:
        await release.wait()

    monkeypatch.setattr("shared.messaging.worker.WATCH_SECONDS", 0.1)
    town.counts(before=hangs)
    worker = town.worker()
    assert worker.watchdog is not None
    worker.watchdog._seconds = 1
    async with running(town.relay(), worker):
        await town.say(*[town.Counted(key_id=ANNA, number=number) for number in range(3)])
        await until(lambda: _stuck(worker))
        release.set()


async def test_an_idle_worker_is_alive_and_its_lag_is_written_down(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.worker.WATCH_SECONDS", 0.1)
    town.counts()
    worker = town.worker()
    assert worker.watchdog is not None
    worker.watchdog._seconds = 0.5
    assert not await worker.ready()
    async with running(town.relay(), worker):
        await town.say(town.Counted(key_id=ANNA, number=1))
        await until(worker.ready)
        await until(lambda: _all_handled(town))
        await asyncio.sleep(1.5)
        assert worker.alive()


async def _stuck(worker: Any) -> bool:
    return not worker.alive()


async def _all_handled(town: Town) -> bool:
    rows = await town.fetch("select position, end_offset from progress")
    return len(rows) == 3 and sum(row["end_offset"] for row in rows) == 1 and all(r[0] == r[1] for r in rows)
