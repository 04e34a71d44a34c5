"""What people says changes who may be booked, and leaves tasks where meetings hang in the air."""

import pytest

from services.booking.subscribers import on
from shared.clock import FixedClock
from shared.contracts import Event
from shared.contracts.people import CitizenChanged
from shared.database import Database
from shared.messaging import Context
from tests.booking.conftest import Asks, Rows
from tests.booking.given import citizen_id, deregistered, registered, staff
from tests.booking.test_api import booked, wanted

pytestmark = pytest.mark.anyio


async def hear(database: Database, clock: FixedClock, *events: Event) -> None:
    for event in events:
        async with database.transaction() as session:
            await on.handlers[event.type].function(event, Context(session, clock, None))


async def test_a_registered_citizen_can_be_booked_for(town: Database, clock: FixedClock, asks: Asks) -> None:
    unknown = await asks.citizen(4)("POST", "/bookings", wanted())
    assert unknown.json()["title"] == "citizen-unknown"
    await hear(town, clock, registered(4))
    assert (await asks.citizen(4)("POST", "/bookings", wanted())).status_code == 201


async def test_older_news_changes_nothing(town: Database, clock: FixedClock, rows: Rows) -> None:
    changed = CitizenChanged(citizen_id=citizen_id(1), version=3, contact_group="6", language="en", digital_post=True)
    await hear(town, clock, changed, registered(1, version=2))
    (known,) = await rows("select contact_group, version from citizen where citizen_id = :id", id=citizen_id(1))
    assert known == {"contact_group": "6", "version": 3}


async def test_a_deregistered_citizens_meetings_become_tasks_once(
    town: Database, clock: FixedClock, asks: Asks
) -> None:
    mine = await booked(asks)
    await hear(town, clock, deregistered(1), deregistered(1))
    (task,) = (await asks.staff()("GET", "/tasks")).json()["tasks"]
    assert task["kind"] == "meeting-after-deregistration"
    assert task["data"]["booking_id"] == mine["booking_id"]
    assert task["citizen_id"] == str(citizen_id(1))
    assert "onsdag den 25. november kl. 10.00" in task["reason"]
    refused = await asks.staff()("POST", "/bookings", wanted(13, citizen_id=str(citizen_id(1))))
    assert refused.json()["title"] == "citizen-not-registered"


async def test_one_who_comes_back_can_book_again(town: Database, clock: FixedClock, asks: Asks) -> None:
    await hear(town, clock, deregistered(1), registered(1, version=3))
    assert (await asks.citizen(1)("POST", "/bookings", wanted())).status_code == 201


async def test_an_adviser_who_leaves_leaves_tasks_and_no_free_times(
    town: Database, clock: FixedClock, asks: Asks
) -> None:
    await booked(asks)
    await hear(town, clock, staff(1, version=2, active=False))
    (task,) = (await asks.staff()("GET", "/tasks")).json()["tasks"]
    assert task["kind"] == "meeting-without-adviser"
    refused = await asks.citizen(2)("POST", "/bookings", wanted(13))
    assert refused.json()["title"] == "adviser-unknown"


async def test_staff_who_never_were_advisers_are_not_remembered(town: Database, clock: FixedClock, rows: Rows) -> None:
    await hear(town, clock, staff(9, roles=("frontdesk",)))
    assert (await rows("select count(*) from adviser"))[0]["count"] == 2
