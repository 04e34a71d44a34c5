"""What is to be said later is said once, at its time, unless it was moved or called off before."""

from datetime import datetime, timedelta

import pytest

from shared.clock import FixedClock
from shared.messaging import timers
from shared.messaging.outbox import TooLarge
from tests.conftest import START
from tests.shared.messaging.given import ANNA, BO, Town

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


async def set_timer(town: Town, key: str, due_at: datetime, number: int = 1) -> None:
    async with town.database.transaction() as session:
        await timers.set(session, key, due_at, town.Counted(key_id=ANNA, number=number))


async def fired(town: Town, at: datetime, most: int = 100) -> int:
    async with town.database.transaction() as session:
        return await timers.fire(session, FixedClock(at), most=most)


async def test_a_timer_is_said_once_when_it_is_due(quiet_town: Town) -> None:
    await set_timer(quiet_town, "a", START)
    assert await fired(quiet_town, START - timedelta(milliseconds=1)) == 0
    assert await fired(quiet_town, START) == 1
    assert await fired(quiet_town, START + HOUR) == 0
    assert await quiet_town.pending() == 1


async def test_the_event_says_when_it_was_said_and_not_when_it_was_set(quiet_town: Town) -> None:
    await set_timer(quiet_town, "a", START)
    await fired(quiet_town, START + HOUR)
    assert (await quiet_town.fetch("select time from outbox"))[0]["time"] == START + HOUR


@pytest.mark.parametrize("by", [-HOUR, HOUR])
async def test_a_timer_can_be_moved_earlier_and_later(quiet_town: Town, by: timedelta) -> None:
    await set_timer(quiet_town, "a", START, number=1)
    await set_timer(quiet_town, "a", START + by, number=2)
    assert await fired(quiet_town, START + by - timedelta(seconds=1)) == 0
    assert await fired(quiet_town, START + by) == 1
    assert '"number":2' in bytes((await quiet_town.fetch("select body from outbox"))[0]["body"]).decode()


async def test_a_timer_called_off_is_never_said(quiet_town: Town) -> None:
    await set_timer(quiet_town, "a", START)
    async with quiet_town.database.transaction() as session:
        assert await timers.cancel(session, "a")
        assert not await timers.cancel(session, "a")
    assert await fired(quiet_town, START + HOUR) == 0


async def test_a_fired_timer_cannot_be_called_back(quiet_town: Town) -> None:
    await set_timer(quiet_town, "a", START)
    await fired(quiet_town, START)
    async with quiet_town.database.transaction() as session:
        assert not await timers.cancel(session, "a")


async def test_the_earliest_are_said_first(quiet_town: Town) -> None:
    for number, minutes in enumerate([5, 1, 4, 2, 3]):
        await set_timer(quiet_town, str(number), START + timedelta(minutes=minutes), number=minutes)
    assert await fired(quiet_town, START + HOUR, most=3) == 3
    bodies = [bytes(row["body"]) for row in await quiet_town.fetch("select body from outbox order by id")]
    assert [body.split(b'"number":')[1][:1] for body in bodies] == [b"1", b"2", b"3"]


async def test_a_timer_that_is_being_changed_is_left_for_the_next_round(quiet_town: Town) -> None:
    await set_timer(quiet_town, "a", START)
    async with quiet_town.database.transaction() as session:
        await timers.set(session, "a", START + HOUR, quiet_town.Counted(key_id=BO, number=2))
        assert await fired(quiet_town, START) == 0
    assert await fired(quiet_town, START) == 0
    assert await fired(quiet_town, START + HOUR) == 1


async def test_a_timer_set_in_a_transaction_that_fails_does_not_exist(quiet_town: Town) -> None:
    async def fails() -> None:
        async with quiet_town.database.transaction() as session:
            await timers.set(session, "a", START, quiet_town.Counted(key_id=BO, number=2))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert await fired(quiet_town, START) == 0


async def test_many_are_set_at_once_and_the_last_of_a_key_counts(quiet_town: Town) -> None:
    async with quiet_town.database.transaction() as session:
        await timers.set_many(session, [])
        await timers.set_many(
            session, [(str(n % 10), START, quiet_town.Counted(key_id=ANNA, number=n)) for n in range(30)]
        )
    assert await fired(quiet_town, START) == 10
    assert b'"number":29' in b"".join([bytes(r["body"]) for r in await quiet_town.fetch("select body from outbox")])


async def test_overdue_timers_are_counted(quiet_town: Town) -> None:
    await set_timer(quiet_town, "a", START)
    await set_timer(quiet_town, "b", START + HOUR)
    async with quiet_town.database.transaction() as session:
        assert await timers.overdue(session, FixedClock(START)) == 1


async def test_a_time_without_offset_and_an_event_too_large_are_refused(quiet_town: Town) -> None:
    with pytest.raises(ValueError, match="aware"):
        await set_timer(quiet_town, "a", datetime(2026, 11, 24, 8))  # noqa: DTZ001 – the naive time is the point
    async with quiet_town.database.transaction() as session:
        with pytest.raises(TooLarge):
            await timers.set(session, "a", START, quiet_town.Counted(key_id=ANNA, number=1, note="x" * 1_000_000))
