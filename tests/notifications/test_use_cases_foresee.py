"""What may be promised about a meeting is what will be planned once it is booked."""

from datetime import timedelta

import pytest

from services.notifications.use_cases.foresee import reminders
from tests.notifications.conftest import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("remind_2h", [True, False])
@pytest.mark.parametrize("hours", [1, 2.5, 5, 14, 20, 24, 24.5, 26, 47, 200])
async def test_what_is_foreseen_is_what_is_planned(world: World, hours: float, remind_2h: bool) -> None:
    starts = world.clock.now() + timedelta(hours=hours)
    async with world.database.transaction() as session:
        promised = await reminders(session, world.clock, starts, remind_2h=remind_2h)
    await world.book(starts, remind_2h=remind_2h)
    planned = await world.rows(
        "select kind, due_at from notice where kind like 'reminder%' and state <> 'dropped' order by due_at"
    )
    assert [(str(kind), due_at) for kind, due_at in promised] == [(row["kind"], row["due_at"]) for row in planned]


@pytest.mark.parametrize("hours", [-1, 0, 24 * 500])
async def test_nothing_is_promised_for_a_time_passed_or_out_of_sight(world: World, hours: int) -> None:
    async with world.database.transaction() as session:
        assert not await reminders(session, world.clock, world.clock.now() + timedelta(hours=hours), remind_2h=True)
