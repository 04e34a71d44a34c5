"""Ticks: one at a time, in one transaction, and a failing one disturbs nobody."""

import asyncio
from datetime import timedelta

import pytest

from shared.clock import FixedClock
from shared.database import Database
from shared.messaging import Context, Schedule
from shared.messaging.schedules import RETRY_AFTER, Ticker
from tests.conftest import START
from tests.shared.messaging.given import ANNA, INSERT, Town

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


async def sweep(context: Context) -> None:
    assert context.received is None
    await context.session.execute(INSERT, {"key_id": ANNA, "number": context.state, "said": ""})


async def fail(context: Context) -> None:
    await sweep(context)
    raise RuntimeError("not today")


def ticker(town: Town, clock: FixedClock, *schedules: Schedule) -> Ticker:
    return Ticker(town.database, clock, list(schedules), 7)


async def test_a_schedule_ticks_when_its_time_has_come_and_not_before(quiet_town: Town) -> None:
    clock = FixedClock(START)
    one = ticker(quiet_town, clock, Schedule("sweep", MINUTE, sweep))
    assert await one.step()
    assert not await one.step()
    clock.advance(MINUTE)
    assert await one.step()
    assert await quiet_town.effects() == [7, 7]


async def test_ticks_that_were_missed_are_not_made_up(quiet_town: Town) -> None:
    clock = FixedClock(START)
    one = ticker(quiet_town, clock, Schedule("sweep", MINUTE, sweep))
    await one.step()
    clock.advance(60 * MINUTE)
    assert await one.step()
    assert not await one.step()


async def test_two_workers_share_one_tick(quiet_town: Town) -> None:
    clock = FixedClock(START)
    both = [ticker(quiet_town, clock, Schedule("sweep", MINUTE, sweep)) for _ in range(2)]
    await asyncio.gather(*[one.step() for one in both])
    assert await quiet_town.effects() == [7]


async def test_a_tick_in_progress_elsewhere_is_not_waited_for(quiet_town: Town) -> None:
    clock = FixedClock(START)
    going, finish = asyncio.Event(), asyncio.Event()

    async def slow(context: Context) -> None:
        going.set()
        await finish.wait()

    schedule = Schedule("slow", MINUTE, slow)
    await ticker(quiet_town, clock, Schedule("slow", MINUTE, sweep)).step()
    clock.advance(MINUTE)
    first = asyncio.create_task(ticker(quiet_town, clock, schedule).step())
    await going.wait()
    assert not await ticker(quiet_town, clock, schedule).step()
    finish.set()
    assert await first


async def test_a_failed_tick_leaves_nothing_and_comes_again_soon(quiet_town: Town) -> None:
    clock = FixedClock(START)
    one = ticker(quiet_town, clock, Schedule("fail", MINUTE, fail), Schedule("sweep", MINUTE, sweep))
    assert await one.step()
    assert await quiet_town.effects() == [7]
    assert not await one.step()
    clock.advance(RETRY_AFTER)
    assert await one.step()


async def test_a_database_that_is_away_is_the_callers_matter(quiet_town: Town) -> None:
    away = Database("postgresql://nobody:x@127.0.0.1:1/nothing")
    with pytest.raises(ConnectionRefusedError):
        await Ticker(away, FixedClock(START), [Schedule("sweep", MINUTE, sweep)], None).step()


async def test_two_schedules_need_two_names(quiet_town: Town) -> None:
    with pytest.raises(ValueError, match="sweep"):
        ticker(quiet_town, FixedClock(START), Schedule("sweep", MINUTE, sweep), Schedule("sweep", MINUTE, fail))
