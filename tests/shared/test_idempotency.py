"""Facts about idempotency keys: done once, answered alike, also when two come at the same time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from shared import idempotency
from shared.clock import FixedClock
from shared.database import Database
from shared.idempotency import KeyReused, once
from shared.identity import Caller

pytestmark = pytest.mark.anyio
AMINA = Caller("gateway", "citizen", "selvbooking", actor_id=UUID(int=1))
BO = Caller("gateway", "citizen", "selvbooking", actor_id=UUID(int=2))


class Counting:
    """Work that counts how often it is done."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> dict[str, int]:
        self.times += 1
        await asyncio.sleep(0)
        return {"number": self.times}


@pytest.fixture
async def database(database_of: Callable[[str], str]) -> AsyncIterator[Database]:
    database = Database(database_of(""))
    async with database.engine.begin() as connection:
        await connection.run_sync(idempotency.metadata.create_all)
    yield database
    await database.close()


async def ask(
    database: Database, clock: FixedClock, work: Counting, caller: Caller = AMINA, request: str = "a"
) -> object:
    async with database.transaction() as session:
        return await once(session, clock, "key-12345", caller, request, work)


async def test_a_command_repeated_is_done_once_and_answered_alike(database: Database, clock: FixedClock) -> None:
    work = Counting()
    assert await ask(database, clock, work) == await ask(database, clock, work) == {"number": 1}
    assert work.times == 1


async def test_two_at_the_same_time_are_done_once(database: Database, clock: FixedClock) -> None:
    work = Counting()
    answers = await asyncio.gather(*(ask(database, clock, work) for _ in range(6)))
    assert answers == [{"number": 1}] * 6
    assert work.times == 1


async def test_the_key_belongs_to_who_said_it(database: Database, clock: FixedClock) -> None:
    work = Counting()
    await ask(database, clock, work)
    assert await ask(database, clock, work, BO) == {"number": 2}


async def test_the_same_key_with_another_request_is_refused(database: Database, clock: FixedClock) -> None:
    work = Counting()
    await ask(database, clock, work)
    with pytest.raises(KeyReused):
        await ask(database, clock, work, request="b")


async def test_work_that_fails_leaves_the_key_free(database: Database, clock: FixedClock) -> None:
    async def fails() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        async with database.transaction() as session:
            await once(session, clock, "key-12345", AMINA, "a", fails)
    assert await ask(database, clock, Counting()) == {"number": 1}


async def test_old_keys_are_forgotten(database: Database, clock: FixedClock) -> None:
    await ask(database, clock, Counting())
    async with database.transaction() as session:
        assert await idempotency.forget(session, clock.now()) == 0
        assert await idempotency.forget(session, clock.now() + timedelta(seconds=1)) == 1
        assert await session.scalar(select(func.count()).select_from(idempotency.idempotency)) == 0
