"""What time finds: meetings that were booked while a registration ended or an adviser left."""

import pytest
from sqlalchemy import text

from shared.clock import FixedClock
from shared.database import Database
from tests.booking.conftest import Asks
from tests.booking.given import adviser_id, citizen_id, deregistered, staff
from tests.booking.test_api import booked
from tests.booking.test_subscribers import hear
from tests.booking.test_use_cases import tick

pytestmark = pytest.mark.anyio
# What the two transactions leave that did not see each other: the meeting, and the news without its task.
LEFT = "update adviser set bookable = false where adviser_id = :id"
GONE = "update citizen set deregistered_on = '2026-11-24' where citizen_id = :id"


@pytest.mark.parametrize(
    ("news", "about", "kind"),
    [
        (GONE, citizen_id(1), "meeting-after-deregistration"),
        (LEFT, adviser_id(1), "meeting-without-adviser"),
    ],
    ids=["citizen", "adviser"],
)
async def test_the_sweeper_finds_a_meeting_that_was_booked_while_somebody_left(
    asks: Asks, town: Database, clock: FixedClock, news: str, about: object, kind: str
) -> None:
    mine, other = await booked(asks, 1), await booked(asks, 2, hour=13)
    async with town.transaction() as session:
        await session.execute(text(news), {"id": about})
    for _ in range(2):
        await tick(town, clock, "sweep-people")
    tasks = (await asks.staff()("GET", "/tasks")).json()["tasks"]
    expected = {mine["booking_id"]} | ({other["booking_id"]} if kind == "meeting-without-adviser" else set())
    assert {task["kind"] for task in tasks} == {kind}
    assert {task["data"]["booking_id"] for task in tasks} == expected
    assert len(tasks) == len(expected)


async def test_the_sweeper_asks_nothing_twice_and_nothing_about_those_who_are_here(
    asks: Asks, town: Database, clock: FixedClock
) -> None:
    await booked(asks, 1)
    await tick(town, clock, "sweep-people")
    assert (await asks.staff()("GET", "/tasks")).json()["tasks"] == []
    await hear(town, clock, deregistered(1), staff(1, version=2, active=False))
    before = (await asks.staff()("GET", "/tasks")).json()["tasks"]
    await tick(town, clock, "sweep-people")
    assert (await asks.staff()("GET", "/tasks")).json()["tasks"] == before
    assert len(before) == 2


async def test_a_task_is_for_the_adviser_unless_the_adviser_has_left(
    asks: Asks, town: Database, clock: FixedClock
) -> None:
    await booked(asks, 1)
    await hear(town, clock, deregistered(1), staff(1, version=2, active=False))
    tasks = (await asks.staff()("GET", "/tasks")).json()["tasks"]
    assert {task["kind"]: task["staff_id"] for task in tasks} == {
        "meeting-after-deregistration": str(adviser_id(1)),
        "meeting-without-adviser": None,
    }
