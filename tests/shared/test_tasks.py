"""Facts about tasks for people: put once, taken by one, done once."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared import tasks
from shared.clock import FixedClock
from shared.database import Database, Session
from shared.errors import Invalid, NotFound
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


async def waiting(session: Session) -> list[tasks.Task]:
    return (await tasks.listed(session)).tasks


async def test_a_task_is_put_once_however_often_it_is_asked_for(session: Session, clock: FixedClock) -> None:
    await put(session, clock, "a")
    await put(session, clock, "a")
    page = await tasks.listed(session)
    assert (len(page.tasks), page.total, page.next) == (1, 1, None)


async def test_the_most_urgent_comes_first(session: Session, clock: FixedClock) -> None:
    await put(session, clock, "later", 5)
    await put(session, clock, "sooner", 1)
    first, second = await waiting(session)
    assert first.due_at < second.due_at


async def test_a_task_is_taken_by_one_person(session: Session, clock: FixedClock) -> None:
    await put(session, clock, "a")
    (task,) = await waiting(session)
    taken = await tasks.take(session, clock, task.task_id, METTE)
    assert (taken.state, taken.taken_by) == (State.TAKEN, METTE)
    assert await tasks.take(session, clock, task.task_id, METTE) == taken
    for change in (tasks.take, tasks.done):
        with pytest.raises(TaskTaken):
            await change(session, clock, task.task_id, OLE)
    assert (await tasks.done(session, clock, task.task_id, METTE)).state == State.DONE
    finished = await tasks.done(session, clock, task.task_id, METTE)
    clock.advance(timedelta(minutes=1))
    assert await tasks.done(session, clock, task.task_id, METTE) == finished
    for change in (tasks.take, tasks.done):
        with pytest.raises(TaskTaken):
            await change(session, clock, task.task_id, OLE)
    with pytest.raises(TaskTaken):
        await tasks.take(session, clock, task.task_id, METTE)
    assert await waiting(session) == []
    assert [found.task_id for found in (await tasks.listed(session, done=True)).tasks] == [task.task_id]


async def test_all_tasks_can_be_had_page_by_page_and_their_number_at_once(session: Session, clock: FixedClock) -> None:
    # Several are due at one moment: no page may repeat or lose one of them.
    for number in range(7):
        await put(session, clock, f"task {number}", hours=number // 3)
    whole = await waiting(session)
    seen, after = list[tasks.Task](), None
    for size in (3, 3, 1):
        page = await tasks.listed(session, limit=3, after=after)
        assert (len(page.tasks), page.total) == (size, 7)
        seen, after = [*seen, *page.tasks], page.next
    assert after is None
    assert seen == whole


async def test_done_tasks_come_page_by_page_too_the_newest_first(session: Session, clock: FixedClock) -> None:
    for number in range(5):
        await put(session, clock, f"task {number}")
    for task in await waiting(session):
        await tasks.done(session, clock, task.task_id, METTE)
        clock.advance(timedelta(minutes=1))
    first = await tasks.listed(session, done=True, limit=3)
    rest = await tasks.listed(session, done=True, limit=3, after=first.next)
    times = [task.done_at for task in (*first.tasks, *rest.tasks)]
    assert len(set(times)) == 5
    assert times == sorted(times, key=str, reverse=True)
    assert (first.total, rest.next) == (5, None)


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "2026-11-24T08:00:00Z",
        f"0001-01-01T00:00:00+14:00_{OLE}",
        "2026-11-24T08:00:00_x",
        f"2026-11-24T08:00:00_{OLE}",
    ],
)
async def test_a_page_that_nobody_was_told_of_is_refused(session: Session, after: str) -> None:
    with pytest.raises(Invalid):
        await tasks.listed(session, after=after)


async def test_a_task_that_does_not_exist_cannot_be_taken(session: Session, clock: FixedClock) -> None:
    with pytest.raises(NotFound):
        await tasks.take(session, clock, uuid4(), METTE)
