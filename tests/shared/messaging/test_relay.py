"""What the relay reads, sends, deletes and remembers; the broker here is a stand-in that fails on request."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging import metrics, publisher, relay
from shared.messaging.outbox import SHARDS
from shared.messaging.publisher import Publisher, Taken
from shared.messaging.relay import MARGIN, Lane, Relay, Watermark, connect
from tests.shared.messaging.given import ANNA, Town, running, until

pytestmark = pytest.mark.anyio


class Broker(Publisher):
    """Takes rows, remembers them, and refuses those whose body holds a marked number."""

    def __init__(self, *refused: int) -> None:
        # No producer behind it: nothing of the real one is called.
        self.refused = {b'"number":%d,' % number for number in refused}
        self.taken: list[bytes] = []

    async def publish(self, rows: Iterable[Any]) -> Taken:
        taken, fault = [], None
        for row in rows:
            if any(mark in row["body"] for mark in self.refused):
                fault = KafkaError("refused")
                continue
            self.taken.append(bytes(row["body"]))
            taken.append((row["shard"], row["id"]))
        return Taken(taken, fault)


def lane(town: Town, shards: Iterable[int] = range(SHARDS), rows: int = 2_000) -> Lane:
    return Lane(town.url, town.bootstrap, list(shards), rows, lambda _point: None)


async def test_only_acknowledged_rows_are_deleted(quiet_town: Town) -> None:
    await quiet_town.say_together(quiet_town.Counted(key_id=UUID(int=n), number=n) for n in range(1, 6))
    connection = await connect(quiet_town.url)
    with pytest.raises(KafkaError):
        await lane(quiet_town).cycle(connection, Broker(3))
    left = await quiet_town.fetch("select body from outbox")
    assert [b'"number":3,' in row["body"] for row in left] == [True]
    assert await lane(quiet_town).cycle(connection, Broker()) == 1
    assert await quiet_town.pending() == 0
    await connection.close()


async def test_a_shard_that_another_relay_carries_is_left_alone(quiet_town: Town) -> None:
    await quiet_town.say_together(quiet_town.Counted(key_id=uuid4(), number=n) for n in range(50))
    first, second = await connect(quiet_town.url), await connect(quiet_town.url)
    async with first.transaction():
        await first.fetch("select pg_advisory_xact_lock($1, s) from generate_series(0, 15) as s", relay.LOCK_SPACE)
        assert await lane(quiet_town).cycle(second, Broker()) == 0
    assert await lane(quiet_town).cycle(second, Broker()) > 0
    await first.close()
    await second.close()


async def test_a_cycle_grows_while_there_is_much_and_shrinks_for_large_rows(quiet_town: Town) -> None:
    await quiet_town.say_together(quiet_town.Counted(key_id=ANNA, number=n) for n in range(600))
    connection, one = await connect(quiet_town.url), lane(quiet_town)
    moved = [await one.cycle(connection, Broker()) for _ in range(6)]
    assert moved[:4] == [8, 16, 32, 64]
    while await one.cycle(connection, Broker()):
        pass
    await quiet_town.say_together(quiet_town.Counted(key_id=ANNA, number=n, note="x" * 900_000) for n in range(4))
    while await one.cycle(connection, Broker()):
        pass
    assert one._limit == 1
    await connection.close()


async def test_rows_below_the_watermark_are_found_by_the_full_scan(quiet_town: Town) -> None:
    connection, one = await connect(quiet_town.url), lane(quiet_town)
    await one.cycle(connection, Broker())
    for mark in one._marks.values():
        mark.above = 1_000_000
    await quiet_town.say(quiet_town.Counted(key_id=ANNA, number=1))
    assert await one.cycle(connection, Broker()) == 0
    one._full_scan_at = 0
    assert await one.cycle(connection, Broker()) == 1
    await connection.close()


def test_a_watermark_waits_for_everything_that_ran_when_it_was_seen() -> None:
    mark = Watermark()
    mark.move(oldest_running=10, next_transaction=10)
    mark.saw(50_000)
    mark.move(oldest_running=10, next_transaction=20)
    assert mark.above == 0
    mark.move(oldest_running=19, next_transaction=30)
    assert mark.above == 0
    mark.move(oldest_running=20, next_transaction=31)
    assert mark.above == 50_000 - MARGIN


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(0, 6)), min_size=1, max_size=60))
def test_no_transaction_ever_appears_below_the_watermark(plan: list[tuple[int, int, int]]) -> None:
    """Transactions draw an id while running and become visible later, in any order; the watermark never passes one."""
    mark, next_id, next_xid = Watermark(), MARGIN * 2, 1
    running_now: list[tuple[int, int, int]] = []
    for begin, cycles, finish in plan:
        for _ in range(begin):
            running_now.append((next_xid, next_id, finish))
            next_id, next_xid = next_id + 700, next_xid + 1
        for _ in range(cycles):
            oldest = min((xid for xid, _, _ in running_now), default=next_xid)
            mark.move(oldest, next_xid)
            if running_now:
                _, row_id, _ = running_now.pop(finish % len(running_now))
                assert row_id > mark.above
                mark.saw(row_id)


async def test_a_relay_waits_for_servers_that_are_down_and_tells_so(quiet_town: Town) -> None:
    down = Relay(quiet_town.service, "postgresql://nobody:x@127.0.0.1:1/nothing", "127.0.0.1:1")
    faults = metrics.relay_faults._value.get()
    async with running(down):
        await until(lambda: _true(metrics.relay_faults._value.get() > faults + 3))
        assert down.alive()
        assert not await down.ready()
    without_broker = Relay(quiet_town.service, quiet_town.url, "127.0.0.1:1")
    async with running(without_broker):
        await until(lambda: _true(metrics.relay_faults._value.get() > faults + 6))
        assert not await without_broker.ready()


async def test_a_relay_that_no_longer_comes_round_is_not_alive(quiet_town: Town) -> None:
    one = Relay(quiet_town.service, quiet_town.url, "127.0.0.1:1")
    assert one.alive()
    one._lanes[0].beat = time.monotonic() - relay.STUCK_SECONDS - 1
    assert not one.alive()


async def test_the_outboxs_age_and_size_are_told(town: Town) -> None:
    await town.say(town.Counted(key_id=ANNA, number=1))
    await town.fetch("update outbox set time = now() - interval '90 seconds'")
    connection = await connect(town.url)
    metrics.outbox_state(*await connection.fetchrow(relay._STATE, SHARDS - 1))
    await connection.close()
    assert metrics.outbox_pending._value.get() == 1
    assert 89 < metrics.outbox_oldest_seconds._value.get() < 100
    one = town.relay()
    async with running(one):
        await until(one.ready)
        await until(lambda: _true(metrics.outbox_pending._value.get() == 0), 12)


async def test_a_full_batch_leaves_the_rest_to_the_next_cycle(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "BATCH_BYTES", 20_000)
    await town.say_together(town.Counted(key_id=ANNA, number=n, note="x" * 1_000) for n in range(60))
    async with running(town.relay(lanes=1)):
        await until(lambda: _empty(town))
    numbers = [int(record.value.split(b'"number":')[1].split(b",")[0]) for record in await town.published()]
    assert numbers == list(range(60))


async def published_by(town: Town, one: Publisher) -> Taken:
    connection = await connect(town.url)
    rows = await connection.fetch("select shard, id, event_id, topic, key, time, headers, body from outbox order by id")
    await connection.close()
    return await one.publish(rows)


async def test_one_partition_that_fails_does_not_take_the_others_along(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.say_together(town.Counted(key_id=UUID(int=n), number=n) for n in range(60))
    one = Publisher(town.bootstrap)
    await one.start()
    real = one._producer.send_batch

    async def breaks(batch: Any, topic: str, *, partition: int) -> Any:
        if partition == 1:
            answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            answer.set_exception(KafkaError("leader gone"))
            return answer
        return await real(batch, topic, partition=partition)

    monkeypatch.setattr(one._producer, "send_batch", breaks)
    taken = await published_by(town, one)
    await one.stop()
    assert isinstance(taken.fault, KafkaError)
    assert 0 < len(taken.rows) < 60


@pytest.mark.parametrize("nothing_before", [True, False])
async def test_a_broker_that_refuses_a_batch_is_a_fault(
    town: Town, monkeypatch: pytest.MonkeyPatch, nothing_before: bool
) -> None:
    await town.say_together(town.Counted(key_id=UUID(int=n), number=n) for n in range(60))
    one = Publisher(town.bootstrap)
    await one.start()
    real, calls = one._producer.send_batch, []

    async def breaks(batch: Any, topic: str, *, partition: int) -> Any:
        calls.append(partition)
        if nothing_before or len(calls) > 1:
            raise KafkaConnectionError("no leader")
        return await real(batch, topic, partition=partition)

    monkeypatch.setattr(one._producer, "send_batch", breaks)
    taken = await published_by(town, one)
    await one.stop()
    assert isinstance(taken.fault, KafkaConnectionError)
    assert bool(taken.rows) is not nothing_before


async def test_an_acknowledgement_that_does_not_come_is_a_fault(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "SEND_SECONDS", 1)
    await town.say(town.Counted(key_id=ANNA, number=1))
    one = Publisher(town.bootstrap)
    await one.start()

    async def silence(*_: Any, **__: Any) -> Any:
        return asyncio.get_running_loop().create_future()

    monkeypatch.setattr(one._producer, "send_batch", silence)
    taken = await published_by(town, one)
    await one.stop()
    assert isinstance(taken.fault, publisher.Fault)


async def test_a_topic_that_is_missing_is_a_fault_and_no_loss(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "SEND_SECONDS", 1)
    await town.say(town.Counted(key_id=ANNA, number=1))
    await town.fetch("update outbox set topic = 'nowhere'")
    one = Publisher(town.bootstrap)
    await one.start()
    taken = await published_by(town, one)
    await one.stop()
    assert taken.rows == []
    assert taken.fault is not None


async def test_a_producer_that_will_not_end_is_ended(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "STOP_SECONDS", 0.2)
    one = Publisher(town.bootstrap)
    await one.start()

    async def hangs() -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(one._producer, "stop", hangs)
    sender = one._producer._sender.sender_task
    await one.stop()
    assert sender.done()
    one._producer._closed = True


async def _true(value: bool) -> bool:
    return value


async def _empty(town: Town) -> bool:
    return await town.pending() == 0
