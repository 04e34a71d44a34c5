"""Facts about the door: it commits what ended well, after what was left for the end."""

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.database import Database, Session

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_of: Callable[[str], str]) -> AsyncIterator[Database]:
    database = Database(database_of(""), pool_size=2)
    async with database.transaction() as session:
        await session.execute(text("create table line (said text)"))
    yield database
    await database.close()


async def say(session: Session, words: str) -> None:
    await session.execute(text("insert into line values (:words)"), {"words": words})


async def said(database: Database) -> list[str]:
    async with database.transaction() as session:
        return [row.said for row in await session.execute(text("select said from line order by ctid"))]


async def test_what_is_left_for_the_end_comes_after_everything_else(database: Database) -> None:
    async with database.transaction() as session:
        session.before_commit(lambda late: say(late, "last"))
        await say(session, "first")
    assert await said(database) == ["first", "last"]


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    async def block() -> None:
        async with database.transaction() as session:
            session.before_commit(lambda late: say(late, "last"))
            await say(session, "first")
            raise LookupError

    with pytest.raises(LookupError):
        await block()
    assert await said(database) == []


async def test_a_fault_at_the_end_leaves_nothing(database: Database) -> None:
    async def fails(session: Session) -> None:
        await session.execute(text("select 1/0"))

    async def block() -> None:
        async with database.transaction() as session:
            session.before_commit(fails)
            await say(session, "first")

    with pytest.raises(DBAPIError):
        await block()
    assert await said(database) == []


async def test_reachable_says_the_truth(database: Database) -> None:
    assert await database.reachable()
    away = Database("postgresql://u:p@127.0.0.1:1/x")
    assert not await away.reachable()
    await away.close()
