"""What the worker does when nobody asks, and that one part that fails leaves the others running."""

import asyncio
from typing import Any

import pytest

from shared.messaging import metrics, timers
from shared.messaging.backoff import Backoff, pause
from shared.messaging.worker import _repeat
from tests.shared.messaging.given import ANNA, BO, Town, lying, running, until

pytestmark = pytest.mark.anyio


async def test_a_step_that_fails_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, taken = asyncio.Event(), []

    async def step() -> bool:
        taken.append(1)
        if len(taken) == 1:
            raise ConnectionResetError
        if len(taken) == 3:
            stop.set()
        return len(taken) == 2

    await asyncio.wait_for(_repeat("step", step, 60, stop), 10)
    assert len(taken) == 3


async def test_waiting_rises_to_its_bound_and_begins_again() -> None:
    backoff = Backoff(first=1, most=4)
    waits = [backoff.next() for _ in range(5)]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, [1, 2, 4, 4, 4], strict=True))
    backoff.reset()
    assert backoff.next() <= 1


async def test_waiting_ends_when_told_to_stop() -> None:
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(pause(stop, 60), 1)


async def test_timers_and_replays_are_the_workers_work(town: Town) -> None:
    bad = {1}

    def before(event: Any) -> None:
        if event.number in bad:
            raise ValueError

    town.counts(before=before)
    async with running(town.relay(), town.worker()):
        async with town.database.transaction() as session:
            await timers.set(session, "a", town.clock.now(), town.Counted(key_id=BO, number=7))
        await town.say(*[town.Counted(key_id=ANNA, number=number) for number in (1, 2)])
        await until(lambda: _effects(town, [7]))
        await until(lambda: _parked(town))
        bad.clear()
        await town.fetch("update dead_letter set state = 'replay', retry_at = now()")
        await until(lambda: _effects(town, [7, 1, 2]))


async def test_many_due_timers_are_moved_without_a_pause(quiet_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "ROWS_PER_STEP", 2)
    worker = quiet_town.worker()
    async with quiet_town.database.transaction() as session:
        due = [(str(n), quiet_town.clock.now(), quiet_town.Counted(key_id=ANNA, number=n)) for n in range(3)]
        await timers.set_many(session, due)
        # The default of `most` is bound when the function is defined.
    monkeypatch.setattr(timers.fire, "__kwdefaults__", {"most": 2})
    assert await worker.fire_timers()
    assert not await worker.fire_timers()


async def test_the_numbers_of_a_worker_that_hears_nothing(quiet_town: Town) -> None:
    def fails(event: Any) -> None:
        raise ValueError

    quiet_town.counts(before=fails)
    await quiet_town.dispatcher().take(
        lying(quiet_town, *[quiet_town.Counted(key_id=ANNA, number=number) for number in range(3)])
    )
    quiet_town.on = type(quiet_town.on)()
    worker = quiet_town.worker()
    assert not await worker.watch()
    assert metrics.dead_letters_open._value.get() == 1
    assert metrics.parked_events._value.get() == 2


async def _effects(town: Town, wanted: list[int]) -> bool:
    return await town.effects() == wanted


async def _parked(town: Town) -> bool:
    return len(await town.fetch("select 1 from parked")) == 1
