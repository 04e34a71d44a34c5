"""Fifty clients at once over a few advisers and citizens: no overlap, no deadlock, nothing lost, order kept."""

import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import anyio
import pytest
from sqlalchemy import text

from shared.clock import FixedClock
from shared.database import Database
from tests.booking.conftest import Asks, Rows, settle
from tests.booking.given import WEDNESDAY, adviser_id, at

pytestmark = pytest.mark.anyio

CLIENTS = 50
ROUNDS = 4
ADVISERS = 3
CITIZENS = 12
OVERLAPS = """
    select count(*) from slot_claim one join slot_claim other
        on one.resource_no = other.resource_no and one.during && other.during and one.claim_no < other.claim_no
    where one.state <> 'released' and other.state <> 'released'"""
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


class Crowd:
    """Clients that hold, book, move and cancel at random, and count what they were told."""

    def __init__(self, asks: Asks, seed: int) -> None:
        self._asks, self._chance = asks, random.Random(seed)
        self.answers: dict[int, int] = {}
        self.confirmed: set[str] = set()
        self.cancelled: set[str] = set()

    def _time(self) -> dict[str, Any]:
        quarter = self._chance.randrange(20)
        number = self._chance.randint(1, ADVISERS)
        start = at(WEDNESDAY, 8 + quarter // 4, quarter % 4 * 15)
        return {"adviser_id": str(adviser_id(number)), "starts_at": start.isoformat(), "form": "phone"}

    async def _ask(self, number: int, method: str, path: str, body: Any) -> dict[str, Any]:
        key = str(uuid4())
        answer = await self._asks.citizen(number)(method, path, body, key=key)
        while answer.status_code == 503:  # busy: a client asks again with the same key
            answer = await self._asks.citizen(number)(method, path, body, key=key)
        self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
        return dict(answer.json()) | {"status": answer.status_code}

    async def client(self) -> None:
        for _ in range(ROUNDS):
            number = self._chance.randint(1, CITIZENS)
            topic = self._chance.choice(["cv-help", "contact-meeting"])
            if self._chance.random() < 0.3:
                await self._ask(number, "POST", "/holds", {"topic": topic, **self._time()})
            answer = await self._ask(number, "POST", "/bookings", {"topic": topic, **self._time()})
            if answer["status"] != 201:
                continue
            self.confirmed.add(answer["booking_id"])
            path = f"/bookings/{answer['booking_id']}"
            await self._ask(number, "POST", f"{path}/move", self._time())
            if self._chance.random() < 0.5:
                told = await self._ask(number, "POST", f"{path}/cancel", {"reason": "other"})
                if told["status"] == 200:
                    self.cancelled.add(answer["booking_id"])


@pytest.fixture
async def crowd(asks: Asks, town: Database, clock: FixedClock) -> Callable[[int], Awaitable[Crowd]]:
    async def race(seed: int) -> Crowd:
        found = Crowd(asks, seed)
        async with anyio.create_task_group() as group:
            for _ in range(CLIENTS):
                group.start_soon(found.client)
        return found

    await settle(town, clock, advisers=ADVISERS, citizens=CITIZENS)
    return race


async def test_fifty_clients_make_no_overlap_and_no_deadlock(
    crowd: Callable[[int], Awaitable[Crowd]], rows: Rows
) -> None:
    told = await crowd(11)
    assert (await rows(OVERLAPS))[0]["count"] == 0
    assert (await rows(DEADLOCKS))[0]["deadlocks"] == 0
    assert not [status for status in told.answers if status >= 500], told.answers
    booked = {str(row["booking_id"]) for row in await rows("select booking_id from booking where state = 'booked'")}
    assert booked == told.confirmed - told.cancelled
    assert len(told.confirmed) > CITIZENS
    claims = await rows("select count(*) from slot_claim where state = 'booked'")
    assert claims[0]["count"] == 2 * len(booked)


async def test_events_of_a_meeting_leave_in_the_order_of_its_versions(
    crowd: Callable[[int], Awaitable[Crowd]], rows: Rows
) -> None:
    await crowd(12)
    said = await rows(
        "select e ->> 'booking_id' as booking, (e ->> 'version')::int as version"
        " from (select id, convert_from(body, 'utf8')::jsonb as e from outbox) as o order by id"
    )
    versions: dict[str, list[int]] = {}
    for event in said:
        versions.setdefault(event["booking"], []).append(event["version"])
    assert all(seen == list(range(1, len(seen) + 1)) for seen in versions.values())
    history = await rows("select count(*) from booking_history")
    assert history[0]["count"] == len(said)


async def test_a_citizen_who_asks_for_many_times_at_once_holds_one(asks: Asks, rows: Rows) -> None:
    async def hold(quarter: int) -> None:
        start = at(WEDNESDAY, 8 + quarter // 2, quarter % 2 * 30)
        wanted = {"topic": "cv-help", "adviser_id": str(adviser_id(1)), "starts_at": start.isoformat(), "form": "phone"}
        answer = await asks.citizen(1)("POST", "/holds", wanted)
        assert answer.status_code == 201, answer.text

    async with anyio.create_task_group() as group:
        for quarter in range(8):
            group.start_soon(hold, quarter)
    assert (await rows("select count(*) from hold"))[0]["count"] == 1
    assert (await rows("select count(*) from slot_claim"))[0]["count"] == 2


async def test_without_the_constraint_the_same_race_makes_overlaps(
    crowd: Callable[[int], Awaitable[Crowd]], town: Database, rows: Rows
) -> None:
    async with town.transaction() as session:
        await session.execute(text("alter table slot_claim drop constraint no_two_at_once"))
    await crowd(11)
    assert (await rows(OVERLAPS))[0]["count"] > 0


async def test_the_constraint_stands_in_the_catalogue(town: Database, rows: Rows) -> None:
    (found,) = await rows(
        "select contype::text as kind, condeferrable, pg_get_constraintdef(oid) as said from pg_constraint"
        " where conname = 'no_two_at_once' and conrelid = 'slot_claim'::regclass"
    )
    assert found["kind"] == "x"
    assert not found["condeferrable"]
    assert found["said"] == (
        "EXCLUDE USING gist (int8range(resource_no, resource_no, '[]'::text) WITH &&, during WITH &&)"
        " WHERE ((state <> 'released'::text))"
    )
