"""Absences, exemptions, what time does by itself, and what a search shows over closed days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.booking import schedules
from services.booking.use_cases.find_times import Search, find_free_times
from shared.clock import FixedClock
from shared.database import Database
from shared.messaging import Context
from tests.booking.conftest import Asks, Rows
from tests.booking.given import NOW, TUESDAY, WEDNESDAY, adviser_id, at, citizen_id
from tests.booking.test_api import booked, wanted

pytestmark = pytest.mark.anyio
ABSENCES = f"/advisers/{adviser_id(1)}/absences"
EXEMPTION = f"/citizens/{citizen_id(1)}/exemption"


async def tick(database: Database, clock: FixedClock, name: str) -> None:
    schedule = next(one for one in schedules.SCHEDULES if one.name == name)
    async with database.transaction() as session:
        await schedule.run(Context(session, clock, None))


async def test_an_absence_over_booked_meetings_lists_them_and_makes_tasks(asks: Asks) -> None:
    hit, _ = await booked(asks, 1, hour=10), await booked(asks, 2, hour=13)
    body = {"from": at(WEDNESDAY, 9).isoformat(), "to": at(WEDNESDAY, 12).isoformat(), "reason_code": "course"}
    answer = await asks.staff("frontdesk", 9)("POST", ABSENCES, body)
    assert [meeting["booking_id"] for meeting in answer.json()["bookings"]] == [hit["booking_id"]]
    (task,) = (await asks.staff()("GET", "/tasks")).json()["tasks"]
    assert (task["kind"], task["citizen_id"]) == ("meeting-in-absence", str(citizen_id(1)))
    assert datetime.fromisoformat(task["due_at"]) == at(WEDNESDAY, 10) - timedelta(hours=24)


@pytest.mark.parametrize("way", ["move", "cancel"])
async def test_a_task_about_a_meeting_is_closed_when_the_meeting_is_moved_or_cancelled(asks: Asks, way: str) -> None:
    hit = await booked(asks, 1, hour=10)
    body = {"from": at(WEDNESDAY, 9).isoformat(), "to": at(WEDNESDAY, 12).isoformat(), "reason_code": "course"}
    await asks.staff("frontdesk", 9)("POST", ABSENCES, body)
    times = {name: wanted(hour=13)[name] for name in ("adviser_id", "starts_at", "form")}
    change = {"reason": "other"} if way == "cancel" else times
    answer = await asks.staff()("POST", f"/bookings/{hit['booking_id']}/{way}", change)
    assert answer.status_code == 200, answer.text
    assert (await asks.staff()("GET", "/tasks")).json()["tasks"] == []
    (closed,) = (await asks.staff()("GET", "/tasks", params={"done": True})).json()["tasks"]
    assert closed["done_at"]


async def test_an_absence_of_whole_days_closes_them(asks: Asks) -> None:
    await asks.staff()("POST", ABSENCES, {"from": "2026-11-25", "to": "2026-11-26", "reason_code": "holiday"})
    asked = {"topic": "cv-help", "adviser": str(adviser_id(1)), "from": "2026-11-25", "limit": 1}
    free = (await asks.citizen(1)("GET", "/free-times", params=asked)).json()["times"][0]
    assert free["starts_at"] == "2026-11-27T07:00:00Z"
    assert (await asks.citizen(1)("POST", "/bookings", wanted())).json()["title"] == "outside-hours"
    day = (await asks.staff()("GET", f"/advisers/{adviser_id(1)}/day", params={"date": "2026-11-26"})).json()
    assert day["absences"][0]["reason"] == "holiday"
    assert (day["closed"], len(day["hours"]), len(day["breaks"])) == (None, 1, 1)


async def test_an_absence_can_be_taken_back(asks: Asks) -> None:
    body = {"from": "2026-11-25", "to": "2026-11-25", "reason_code": "holiday"}
    away = (await asks.staff()("POST", ABSENCES, body)).json()["absence"]["absence_id"]
    assert len((await asks.staff()("GET", ABSENCES)).json()["absences"]) == 1
    assert (await asks.staff()("DELETE", f"{ABSENCES}/{away}")).status_code == 204
    assert (await asks.staff()("DELETE", f"{ABSENCES}/{away}")).json()["title"] == "absence-unknown"
    await booked(asks)


async def test_an_absence_that_ends_before_it_begins_is_refused(asks: Asks) -> None:
    body = {"from": "2026-11-26", "to": "2026-11-24", "reason_code": "holiday"}
    assert (await asks.staff()("POST", ABSENCES, body)).json()["title"] == "period-invalid"
    strange = f"/advisers/{adviser_id(7)}/absences"
    answer = await asks.staff("team_leader")("POST", strange, {**body, "to": "2026-11-26"})
    assert answer.json()["title"] == "adviser-unknown"


async def test_the_sweeper_finds_a_meeting_that_was_booked_while_the_absence_was_entered(
    asks: Asks, town: Database, clock: FixedClock
) -> None:
    mine = await booked(asks)
    async with town.transaction() as session:
        from sqlalchemy import text

        await session.execute(
            text(
                "insert into absence select gen_random_uuid(), adviser_no, :starts, :ends, 'course', null, :starts"
                " from adviser where adviser_id = :id"
            ),
            {"starts": at(WEDNESDAY, 8), "ends": at(WEDNESDAY, 16), "id": adviser_id(1)},
        )
    for _ in range(2):
        await tick(town, clock, "sweep-absences")
    (task,) = (await asks.staff()("GET", "/tasks")).json()["tasks"]
    assert task["data"]["booking_id"] == mine["booking_id"]


async def test_an_exempt_citizen_is_not_asked_to_book_and_staff_book(asks: Asks, clock: FixedClock) -> None:
    body = {"reason": "language", "valid_from": "2026-11-24"}
    answer = (await asks.staff()("PUT", EXEMPTION, body)).json()
    assert answer["exempt"]
    assert answer["decisions"][0]["source"] == "BEK § 45, stk. 1, nr. 2"
    assert answer["decisions"][0]["decided_by"] == str(adviser_id(1))
    for method, path, given in (
        ("POST", "/bookings", wanted()),
        ("POST", "/holds", wanted()),
        ("GET", "/free-times?topic=cv-help", None),
    ):
        refused = (await asks.citizen(1)(method, path, given)).json()
        assert (refused["title"], refused["source"]) == ("exempt-from-self-booking", "BEK om indsats § 45")
        assert refused["detail"].startswith("Du er fritaget for selv at booke")
    done = await asks.staff("frontdesk")("POST", "/bookings", wanted(citizen_id=str(citizen_id(1))))
    assert done.status_code == 201
    cancel = await asks.citizen(1)("POST", f"/bookings/{done.json()['booking_id']}/cancel", {"reason": "illness"})
    assert cancel.status_code == 200
    clock.advance(timedelta(days=400))
    assert (await asks.citizen(1)("GET", EXEMPTION)).json()["exempt"]


async def test_an_exemption_ends_and_is_kept(asks: Asks, rows: Rows) -> None:
    first = {"reason": "language", "valid_from": "2026-11-01", "valid_to": "2026-12-31"}
    for _ in range(2):
        await asks.staff()("PUT", EXEMPTION, first)
    later = {"reason": "interpreter", "valid_from": "2026-11-20"}
    assert len((await asks.staff()("PUT", EXEMPTION, later)).json()["decisions"]) == 2
    ended = (await asks.staff()("PUT", EXEMPTION, {"reason": None, "valid_from": "2026-11-20"})).json()
    assert not ended["exempt"]
    assert len(await rows("select * from exemption")) == 2
    await booked(asks)


async def test_expired_holds_and_old_rows_are_swept(asks: Asks, town: Database, clock: FixedClock, rows: Rows) -> None:
    await asks.citizen(2)("POST", "/holds", wanted(13))
    mine = await booked(asks)
    await asks.citizen(1)("POST", f"/bookings/{mine['booking_id']}/cancel", {"reason": "other"})
    await asks.citizen(1)("GET", "/free-times?topic=cv-help")
    clock.advance(timedelta(minutes=6))
    await tick(town, clock, "remove-expired-holds")
    assert await rows("select state from slot_claim") == [{"state": "released"}] * 2
    assert await rows("select * from hold") == []
    clock.advance(timedelta(days=40))
    await tick(town, clock, "forget-old")
    assert await rows("select * from slot_claim") == await rows("select * from idempotency") == []
    assert len(await rows("select * from offered_times")) == 1
    clock.advance(timedelta(days=2000))
    await tick(town, clock, "forget-old")
    assert await rows("select * from offered_times") == []


async def test_a_search_over_easter_finds_the_first_working_day(asks: Asks, clock: FixedClock) -> None:
    clock.set(datetime(2027, 3, 24, 14, 0, tzinfo=UTC))
    times = (await asks.citizen(1)("GET", "/free-times?topic=cv-help&limit=1")).json()["times"]
    # Thursday to Easter Monday are closed, and summer time began on the Sunday.
    assert times[0]["starts_at"] == "2027-03-30T06:00:00Z"


async def test_closing_days_are_rows(asks: Asks, town: Database) -> None:
    async with town.transaction() as session:
        from sqlalchemy import text

        await session.execute(text("insert into closing_day values ('2026-11-25', 'Personaledag')"))
    refused = (await asks.citizen(1)("POST", "/bookings", wanted())).json()
    assert (refused["title"], refused["closed"]) == ("day-closed", "Personaledag")
    day = (await asks.staff()("GET", f"/advisers/{adviser_id(1)}/day", params={"date": "2026-11-25"})).json()
    assert day["closed"] == "Personaledag"


async def test_no_times_are_evidence_too(asks: Asks) -> None:
    await asks.staff()("POST", ABSENCES, {"from": "2026-11-24", "to": "2027-03-01", "reason_code": "leave"})
    asked = {"topic": "cv-help", "adviser": str(adviser_id(1))}
    assert (await asks.citizen(1)("GET", "/free-times", params=asked)).json() == {"times": []}
    (offer,) = (await asks.citizen(1)("GET", f"/citizens/{citizen_id(1)}/offered-times")).json()["offers"]
    assert (offer["times"], offer["first_at"]) == (0, None)
    assert offer["until_at"] >= "2027-01-23"


@pytest.mark.parametrize(("limit", "waits"), [(1, "off"), (1000, "on")])
async def test_evidence_of_missing_times_waits_for_the_disk(town: Database, limit: int, waits: str) -> None:
    search = Search(topic_id="cv-help", said_by="citizen", citizen_id=citizen_id(1), limit=limit, form="phone")
    async with town.transaction() as session:
        from sqlalchemy import text

        found = await find_free_times(session, NOW, replace(search, since=at(TUESDAY, 10) + timedelta(days=55)))
        assert (len(found.times) == limit) == (waits == "off")
        assert await session.scalar(text("show synchronous_commit")) == waits
    async with town.transaction() as session:
        assert await session.scalar(text("show synchronous_commit")) == "on"


async def test_my_meeting_with_one_adviser_takes_my_time_with_all_and_nobody_elses(asks: Asks) -> None:
    taken = (await booked(asks, 1, hour=10))["starts_at"]
    asked = {"topic": "cv-help", "from": WEDNESDAY.isoformat(), "adviser": str(adviser_id(2))}
    mine, others = [(await asks.citizen(n)("GET", "/free-times", params=asked)).json()["times"] for n in (1, 2)]
    assert taken not in [free["starts_at"] for free in mine]
    assert taken in [free["starts_at"] for free in others]


async def test_hours_of_a_stranger_are_unknown(asks: Asks) -> None:
    boss = asks.staff("team_leader")
    for path in (f"/advisers/{adviser_id(7)}/hours", f"/advisers/{adviser_id(7)}/absences"):
        assert (await boss("GET", path)).json()["title"] == "adviser-unknown"
    day = await boss("GET", f"/advisers/{adviser_id(7)}/day", params={"date": "2026-11-25"})
    assert day.json()["title"] == "adviser-unknown"
    listed = (await boss("GET", "/advisers")).json()["advisers"]
    assert [one["has_hours"] for one in listed] == [True, True]
