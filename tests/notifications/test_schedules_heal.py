"""One meeting that cannot be planned, or a migration that comes late, stops nobody else's messages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio.to_thread
import pytest
from sqlalchemy import text

from services.notifications.model import plan
from services.notifications.model.hours import NoSendingRule
from services.notifications.model.notice import Channel, Meeting
from services.notifications.schedules import SCHEDULES
from services.notifications.use_cases import plan_notices
from services.notifications.use_cases.sweep import CLAIM_GROWS_OLD
from shared.contracts.booking import BookingCreated
from shared.database import migrate
from shared.messaging.schedules import Ticker
from tests.notifications.conftest import World
from tests.notifications.given import ADVISER, BOOKING, CITIZEN, utc

pytestmark = pytest.mark.anyio
FRIDAY = utc("2026-11-27 09:00")
BAD = UUID("01890000-0000-7000-8000-00000000bad1")


async def book_another(world: World, booking_id: UUID) -> None:
    world.town.know(booking_id, 1, FRIDAY)
    known: dict[str, Any] = {"booking_id": booking_id, "citizen_id": CITIZEN, "version": 1, "adviser_id": ADVISER}
    told: dict[str, Any] = {"topic_id": "job_talk", "form": "in_person", "said_by": "citizen", "remind_2h": False}
    await world.hear(BookingCreated(**known, **told, starts_at=FRIDAY, ends_at=FRIDAY))


@pytest.fixture
async def bad(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A second meeting; once it is bad, planning it writes something and then finds no rule for its day."""
    await book_another(world, BAD)

    def refusing(meeting: Meeting, *given: Any) -> Any:
        if meeting.booking_id == BAD:
            raise NoSendingRule(day="2031-01-01")
        return plan.compare(meeting, *given)

    return lambda: monkeypatch.setattr(plan_notices, "compare", refusing)


async def test_a_meeting_that_cannot_be_planned_stops_no_other_ledger(world: World, bad: Callable[[], None]) -> None:
    await world.book(FRIDAY)
    await world.rows("delete from notice returning notice_id")
    bad()
    await world.heal()
    assert {row["booking_id"] for row in await world.rows("select booking_id from notice")} == {BOOKING}
    assert len(await world.rows("select 1 as one from meeting where checked_at = :now", now=world.clock.now())) == 2


async def test_a_meeting_that_cannot_be_planned_stops_no_lost_timer_and_no_abandoned_claim(
    world: World, bad: Callable[[], None]
) -> None:
    await world.book(FRIDAY)
    await world.rows(
        "update notice set state = 'sending', claimed_at = :now where due_at <= :now returning 1 as one",
        now=world.clock.now(),
    )
    bad()
    world.clock.advance(CLAIM_GROWS_OLD + timedelta(seconds=1))
    await Ticker(world.database, world.clock, SCHEDULES[:2], None).step()
    states = await world.rows("select distinct state from notice where kind = 'confirmation'")
    assert states == [{"state": "ready"}]


async def test_a_failed_delivery_is_recorded_also_when_what_comes_next_cannot_be_planned(
    world: World, bad: Callable[[], None]
) -> None:
    bad()
    world.mailbox.refuse_recipient = "550 no such user"
    assert not await world.sender().step(Channel.EMAIL)
    (row,) = await world.rows("select state, reason from notice where kind = 'confirmation'")
    assert row == {"state": "undeliverable", "reason": "refused-by-provider"}


async def test_what_was_said_in_a_part_that_was_undone_is_not_said(world: World, monkeypatch: Any) -> None:
    world.mailbox.refuse_data, world.phones.status = "554 no", 422
    await world.book(FRIDAY)
    hand_over = plan_notices._hand_over

    async def breaks_at_the_end(*given: Any) -> None:
        await hand_over(*given)
        raise ValueError("odd")

    monkeypatch.setattr(plan_notices, "_hand_over", breaks_at_the_end)
    await world.send()
    assert await world.rows("select 1 as one from task union all select 1 from outbox") == []
    monkeypatch.setattr(plan_notices, "_hand_over", hand_over)
    world.clock.advance(timedelta(minutes=2))
    await world.heal()
    assert len(await world.rows("select 1 as one from task")) == 1
    assert len(await world.rows("select 1 as one from outbox")) == 1


async def test_a_database_of_the_first_release_is_brought_along_with_its_meetings(world: World) -> None:
    await world.book(FRIDAY)
    async with world.database.transaction() as session:
        for undone in (
            "alter table meeting drop column previous_starts_at",
            "drop table idempotency",
            "update alembic_version set version_num = '0001'",
        ):
            await session.execute(text(undone))
    await anyio.to_thread.run_sync(migrate, world.database.url, "services.notifications:migrations")
    await world.move(utc("2026-11-30 12:00"))
    (row,) = await world.rows("select version, previous_starts_at from meeting")
    assert row == {"version": 2, "previous_starts_at": FRIDAY}
