"""From a committed transaction to its effect in another, on real engines: once, in order, whoever stops when."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.database import Database
from shared.messaging import Context, TryLater, Worker, outbox, timers
from shared.telemetry import attached, carrier
from tests.shared.messaging.given import ANNA, BO, CAI, Foreign, Town, running, until

pytestmark = pytest.mark.anyio
PEOPLE = [UUID(int=number) for number in range(1, 31)]


def numbered(town: Town, count: int, people: list[UUID] | None = None) -> list[Any]:
    """Events in turn for each person; a person's numbers rise."""
    keys = people or PEOPLE
    return [town.Counted(key_id=keys[number % len(keys)], number=number) for number in range(count)]


async def has(town: Town, count: int) -> bool:
    return len(await town.effects()) >= count


async def check(town: Town, count: int, people: list[UUID] | None = None) -> None:
    """Nothing lost, nothing doubled, every key in its order."""
    keys = people or PEOPLE
    assert sorted(await town.effects()) == list(range(count))
    for place, key in enumerate(keys):
        assert await town.effects(key) == list(range(place, count, len(keys)))


async def test_every_event_has_its_effect_once_and_leaves_the_outbox(town: Town) -> None:
    town.counts()
    async with running(town.relay(), town.worker()):
        await town.say_together(numbered(town, 300))
        await until(lambda: has(town, 300))
        await until(lambda: _empty(town))
    await check(town, 300)


async def test_the_trace_goes_from_the_request_to_the_effect(town: Town) -> None:
    seen = []

    async def remember(event: Any, context: Context) -> None:
        seen.append(carrier()["traceparent"])

    town.on(town.Counted)(remember)
    async with running(town.relay(), town.worker()):
        asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        with attached({"traceparent": asked}, "request"):
            await town.say(town.Counted(key_id=ANNA, number=1))
        await until(lambda: _true(bool(seen)))
    assert seen[0][3:35] == asked[3:35]


async def test_two_relays_and_two_workers_keep_every_keys_order(town: Town) -> None:
    town.counts(many=True)
    async with running(town.relay(), town.relay(), town.worker(), town.worker()):
        for part in range(10):
            await town.say_together(numbered(town, 1_000)[part * 100 : part * 100 + 100])
            await asyncio.sleep(0.1)
        await until(lambda: has(town, 1_000), 60)
    await check(town, 1_000)


async def test_a_relay_that_dies_after_sending_repeats_and_nobody_counts_twice(town: Town) -> None:
    town.counts()
    deaths: list[str] = []

    def die(point: str) -> None:
        if point == "sent" and len(deaths) < 2:
            deaths.append(point)
            raise SystemError("killed between the broker's yes and the delete")

    await town.say_together(numbered(town, 100))
    async with running(town.relay(lanes=1, step=die), town.worker()):
        await until(lambda: has(town, 100))
        await until(lambda: _empty(town))
    assert len(await town.published()) > 100
    await check(town, 100)


@pytest.mark.parametrize("point", ["deleted", "committed"])
async def test_a_relay_may_die_at_any_other_point_too(town: Town, point: str) -> None:
    town.counts()
    deaths: list[str] = []

    def die(reached: str) -> None:
        if reached == point and not deaths:
            deaths.append(reached)
            raise SystemError(f"killed when {point}")

    await town.say_together(numbered(town, 100))
    async with running(town.relay(lanes=1, step=die), town.worker()):
        await until(lambda: has(town, 100))
        await until(lambda: _empty(town))
    assert deaths
    await check(town, 100)


async def test_a_worker_that_dies_between_commit_and_acknowledgement_does_nothing_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.counts()
    deaths: list[str] = []

    async def die(*_: Any) -> None:
        deaths.append("")
        raise SystemError("killed after the database committed")

    await town.say_together(numbered(town, 100))
    async with running(town.relay()):
        worker = town.worker()
        assert worker.consumer is not None
        monkeypatch.setattr(worker.consumer, "_acknowledge", die)
        async with running(worker):
            await until(lambda: _true(len(deaths) > 1))
        async with running(town.worker()):
            await town.say(*[town.Counted(key_id=CAI, number=100)])
            await until(lambda: has(town, 101))
    effects = await town.effects()
    assert sorted(effects) == list(range(101))


async def test_a_worker_that_dies_before_the_commit_leaves_nothing_and_the_next_does_it(town: Town) -> None:
    going = asyncio.Event()

    async def hangs(event: Any) -> None:
        if not going.is_set():
            going.set()
            await asyncio.sleep(3600)

    town.counts(before=hangs)
    await town.say_together(numbered(town, 20))
    async with running(town.relay()):
        task = asyncio.create_task(town.worker().run(asyncio.Event()))
        await asyncio.wait_for(going.wait(), 30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await town.effects() == []
        async with running(town.worker()):
            await until(lambda: has(town, 20))
    await check(town, 20)


async def test_stopping_during_a_batch_finishes_it(town: Town) -> None:
    started, release = asyncio.Event(), asyncio.Event()

    async def waits(event: Any) -> None:
        started.set()
        await release.wait()

    town.counts(before=waits)
    await town.say_together(numbered(town, 5, [ANNA]))
    async with running(town.relay()):
        stop = asyncio.Event()
        task = asyncio.create_task(town.worker().run(stop))
        await asyncio.wait_for(started.wait(), 30)
        stop.set()
        await asyncio.sleep(0.1)
        release.set()
        await asyncio.wait_for(task, 15)
    assert await town.effects() == list(range(5))
    async with running(town.worker()):
        await town.say(town.Counted(key_id=BO, number=9))


async def test_a_rebalance_waits_for_the_batch_in_flight(town: Town) -> None:
    async def slow(event: Any) -> None:
        await asyncio.sleep(0.01)

    town.counts(before=slow)
    async with running(town.relay(), town.worker(batch_records=50)):
        await town.say_together(numbered(town, 400))
        await until(lambda: has(town, 20))
        async with running(town.worker(batch_records=50)):
            await until(lambda: has(town, 200), 60)
        await until(lambda: has(town, 400), 60)
    await check(town, 400)


async def test_a_transaction_that_starts_first_and_commits_last_does_not_overtake(town: Town) -> None:
    """Ids are drawn when the outbox row is written, last before the commit, so the slow one is simply later."""
    town.counts()
    lock = "insert into effect (key_id, number, said) values (gen_random_uuid(), -1, 'aggregate')"
    await town.fetch(lock)
    async with running(town.relay(), town.worker()):
        began = asyncio.Event()

        async def slow() -> None:
            async with town.database.transaction() as session:
                await session.execute(text("select 1"))
                began.set()
                await asyncio.sleep(0.5)
                await session.execute(text("update effect set said = 'slow' where number = -1"))
                outbox.add(session, town.Counted(key_id=ANNA, number=2))

        first = asyncio.create_task(slow())
        await began.wait()
        await town.say(town.Counted(key_id=ANNA, number=1))
        await first
        await until(lambda: _is(town, [1, 2]))


async def test_a_long_snapshot_in_the_database_holds_up_nothing(town: Town) -> None:
    town.counts()
    other = Database(town.url)
    async with running(town.relay(), town.worker()), other.transaction() as reading:
        await reading.execute(text("set transaction isolation level repeatable read"))
        await reading.execute(text("select count(*) from effect"))
        for part in range(5):
            await town.say_together(numbered(town, 1_000)[part * 200 : part * 200 + 200])
        await until(lambda: has(town, 1_000))
    await other.close()
    await check(town, 1_000)


async def test_everything_a_stranger_may_send_is_set_aside_and_the_rest_goes_on(town: Town) -> None:
    town.counts(in_order=False)
    good = [town.Counted(key_id=ANNA, number=number) for number in range(8)]
    strange = [
        Foreign(good[0], headers={"stranger": None}),
        Foreign(good[0], headers={"stranger": b"\xff\xfe"}),
        Foreign(good[0], headers={"ce_type": b"somebody.said-something.v1"}),
        Foreign(good[0], body=b"\x00\x01not json"),
        Foreign(good[0], body=None),
        Foreign(good[0], key=None),
        Foreign(good[0], body=b"x" * 990_000, headers={"ce_specversion": "absent"}),
    ]
    mixed = [record for pair in zip([Foreign(one) for one in good], strange, strict=False) for record in pair]
    async with running(town.worker()):
        await town.send(*mixed, Foreign(good[7]))
        await until(lambda: has(town, 8))
    assert await town.effects() == list(range(8))
    dead = await town.dead()
    assert [row["reason"] for row in dead] == [
        "null-header",
        "header-not-utf8",
        "unknown-type",
        "unreadable-body",
        "no-body",
        "no-key",
        "not-an-event",
    ]
    assert dead[-1]["body_bytes"] == 990_000


async def test_something_passing_holds_one_partition_in_order_while_others_go_on(town: Town) -> None:
    again = {"tries": 0}

    def busy(event: Any) -> None:
        if event.number == 1 and event.key_id == ANNA and again["tries"] < 5:
            again["tries"] += 1
            raise TryLater

    town.counts(before=busy)
    here = [Foreign(town.Counted(key_id=ANNA, number=number), partition=0) for number in range(4)]
    there = [Foreign(town.Counted(key_id=BO, number=number), partition=1) for number in range(4)]
    async with running(town.worker()):
        await town.send(*here, *there)
        await until(lambda: has(town, 8))
    assert await town.effects(ANNA) == [0, 1, 2, 3]
    assert again["tries"] == 5
    assert await town.dead() == []
    order = await town.fetch("select key_id from effect order by id")
    assert {row["key_id"] for row in order[:5]} == {ANNA, BO}


async def test_a_worker_goes_on_after_its_database_was_away(town: Town) -> None:
    town.counts()
    worker = town.worker()
    real = worker.dispatcher.database
    worker.dispatcher.database = Database("postgresql://nobody:x@127.0.0.1:1/nothing")
    async with running(town.relay(), worker):
        await town.say_together(numbered(town, 30))
        await until(lambda: _true(bool(worker.consumer and worker.consumer.waiting_for)))
        worker.dispatcher.database = real
        await until(lambda: has(town, 30))
    await check(town, 30)


async def test_a_worker_with_a_name_takes_over_from_itself_without_waiting(town: Town) -> None:
    town.counts()
    await town.say_together(numbered(town, 20))
    async with running(town.relay()):
        task = asyncio.create_task(town.worker(instance="one").run(asyncio.Event()))
        await until(lambda: has(town, 20))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with running(town.worker(instance="one")):
            await town.say_together(numbered(town, 40)[20:])
            await until(lambda: has(town, 40), 9)
    await check(town, 40)


async def test_nobody_hears_anything_and_the_worker_still_wakes(town: Town) -> None:
    async with town.database.transaction() as session:
        await timers.set(session, "a", town.clock.now(), town.Counted(key_id=ANNA, number=1))
    worker = Worker(town.service, Database(town.url), town.bootstrap, town.clock)
    async with running(worker):
        await until(lambda: _false(town))
        assert worker.alive()
        assert await worker.ready()


async def _false(town: Town) -> bool:
    return await town.pending() == 1


async def _empty(town: Town) -> bool:
    return await town.pending() == 0


async def _true(value: bool) -> bool:
    return value


async def _is(town: Town, wanted: list[int]) -> bool:
    return [number for number in await town.effects() if number > 0] == wanted
