"""Facts about tasks for people: put once, taken by one, done once."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared import tasks
from shared.clock import FixedClock
from shared.database import Database, Session
from shared.errors import NotFound
from shared.tasks import State, TaskTaken

pytestmark = pytest.mark.anyio
METTE, OLE = UUID(int=1), UUID(int=2)


@pytest.fixture
async def session(database_of: Callable[[str], str]) -> AsyncIterator[Session]:
    database = Database(database_of(""))
    async with database.engine.begin() as connection:
        await connection.run_sync(tasks.metadata.create_all)
    async with database.transaction() as session:
        yield session
    await database.close()


async def put(session: Session, clock: FixedClock, key: str, hours: int = 1) -> None:
    due = clock.now() + timedelta(hours=hours)
    await tasks.add(
        session, clock, kind="absence", reason="Find en ny tid.", due_at=due, unique_key=key, citizen_id=UUID(int=9)
    )


async def test_a_task_is_put_once_however_often_it_is_asked_for(session: Session, clock: FixedClock) -> None:
    await put(session, clock, "a")
    await put(session, clock, "a")
    assert len(await tasks.listed(session)) == await tasks.open_count(session) == 1


async def test_the_most_urgent_comes_first(session: Session, clock: FixedClock) -> None:
    await put(session, clock, "later", 5)
    await put(session, clock, "sooner", 1)
    first, second = await tasks.listed(session)
    assert first.due_at < second.due_at


async def test_a_task_is_taken_by_one_person(session: Session, clock: FixedClock) -> None:
    await put(session, clock, "a")
    (task,) = await tasks.listed(session)
    taken = await tasks.take(session, clock, task.task_id, METTE)
    assert (taken.state, taken.taken_by) == (State.TAKEN, METTE)
    assert await tasks.take(session, clock, task.task_id, METTE) == taken
    for change in (tasks.take, tasks.done):
        with pytest.raises(TaskTaken):
            await change(session, clock, task.task_id, OLE)
    assert (await tasks.done(session, clock, task.task_id, METTE)).state == State.DONE
    with pytest.raises(TaskTaken):
        await tasks.done(session, clock, task.task_id, METTE)
    assert await tasks.listed(session) == []
    assert [found.task_id for found in await tasks.listed(session, done=True)] == [task.task_id]


async def test_a_task_that_does_not_exist_cannot_be_taken(session: Session, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        await tasks.take(session, clock, uuid4(), METTE)
