"""Moving a meeting: its own time is offered, but for the very place where it is; and it can be had."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import anyio
import pytest

from shared.clock import FixedClock
from tests.booking.conftest import Asks, Person, Rows
from tests.booking.given import WEDNESDAY, adviser_id, at, citizen_id
from tests.booking.test_api import booked, moved, wanted
from tests.booking.test_use_cases_race import DEADLOCKS, OVERLAPS

pytestmark = pytest.mark.anyio
WEDNESDAYS = {"topic": "cv-help", "from": WEDNESDAY.isoformat(), "limit": 100}
Offered = set[tuple[str, str, str]]


async def search(who: Person, **more: Any) -> list[dict[str, Any]]:
    answer = await who("GET", "/free-times", params={**WEDNESDAYS, **more})
    assert answer.status_code == 200, answer.text
    return [free for free in answer.json()["times"] if free["starts_at"].startswith(WEDNESDAY.isoformat())]


def places(times: Iterable[dict[str, Any]]) -> Offered:
    """Every way in which the times can be had: adviser, start and form."""
    return {(free["adviser_id"], free["starts_at"], form) for free in times for form in free["forms"]}


def place(meeting: dict[str, Any]) -> tuple[str, str, str]:
    return meeting["adviser_id"], meeting["starts_at"], meeting["form"]


async def test_a_quarter_of_an_hour_later_with_the_same_adviser_is_offered_and_can_be_had(
    asks: Asks, rows: Rows
) -> None:
    mine, me = await booked(asks), asks.citizen(1)
    later = (str(adviser_id(1)), "2026-11-25T09:15:00Z", "phone")
    assert later not in places(await search(me, adviser=adviser_id(1)))
    times = await search(me, adviser=adviser_id(1), form="phone", moving=mine["booking_id"])
    assert later in places(times)
    chosen = next(
        {name: free[name] for name in ("adviser_id", "starts_at", "form")} for free in times if later in places([free])
    )
    answer = await me("POST", f"/bookings/{mine['booking_id']}/move", chosen)
    assert (answer.status_code, place(answer.json())) == (200, later)
    claims = await rows("select state, count(*) from slot_claim group by state order by state")
    assert claims == [{"state": "booked", "count": 2}, {"state": "released", "count": 2}]


@pytest.mark.parametrize("each", [True, False])
@pytest.mark.parametrize("minute", [0, 15])
async def test_a_search_for_a_move_finds_what_would_be_free_without_the_meeting_but_its_own_place(
    asks: Asks, each: bool, minute: int
) -> None:
    """Others' meetings touch it on both sides, and another meeting of the citizen's own still counts."""
    me, asked = asks.citizen(1), {"each_adviser": each}
    await booked(asks, 2, hour=9, minute=30 + minute)
    await booked(asks, 3, hour=10, minute=30 + minute)
    await booked(asks, 1, hour=13)
    without = places(await search(me, **asked))
    mine = await booked(asks, hour=10, minute=minute)
    found = places(await search(me, **asked, moving=mine["booking_id"]))
    assert place(mine) not in found
    if each:
        assert found == without - {place(mine)}
    assert {starts for _, starts, _ in found} == {starts for _, starts, _ in without}
    before = places(await search(me, **asked))
    assert before < found if each else before != found


async def test_the_same_time_with_the_same_adviser_in_another_form_is_offered(asks: Asks) -> None:
    mine, me = await booked(asks), asks.citizen(1)
    times = await search(me, adviser=adviser_id(1), moving=mine["booking_id"])
    (there,) = [free for free in times if free["starts_at"] == mine["starts_at"]]
    assert (there["form"], "phone" in there["forms"]) == ("in_person", False)
    chosen = {name: there[name] for name in ("adviser_id", "starts_at", "form")}
    assert (await me("POST", f"/bookings/{mine['booking_id']}/move", chosen)).status_code == 200


async def test_a_meeting_is_not_offered_its_own_place_but_the_others_at_that_time(asks: Asks) -> None:
    mine = await booked(asks)
    times = await search(asks.citizen(1), form="phone", moving=mine["booking_id"])
    at_ten = [free["adviser_id"] for free in times if free["starts_at"] == mine["starts_at"]]
    assert at_ten == [str(adviser_id(2))]


async def test_my_hold_is_no_reason_not_to_move_there(asks: Asks) -> None:
    mine, me = await booked(asks), asks.citizen(1)
    assert (await me("POST", "/holds", wanted(10, 30))).status_code == 201
    times = places(await search(me, adviser=adviser_id(1), moving=mine["booking_id"]))
    assert (str(adviser_id(1)), "2026-11-25T09:15:00Z", "phone") in times
    assert (await me("POST", f"/bookings/{mine['booking_id']}/move", moved(10, 15))).status_code == 200


async def test_staff_search_for_a_move_for_the_citizen_they_name(asks: Asks) -> None:
    mine = await booked(asks)
    later = (str(adviser_id(1)), "2026-11-25T09:15:00Z", "phone")
    asked = {"adviser": adviser_id(1), "moving": mine["booking_id"]}
    for role in ("frontdesk", "caseworker", "team_leader"):
        assert later in places(await search(asks.staff(role), **asked, citizen=citizen_id(1)))
    assert later in places(await search(asks.staff(about=citizen_id(1)), **asked))
    nobody = await asks.staff()("GET", "/free-times", params={**WEDNESDAYS, **asked})
    assert (nobody.status_code, nobody.json()["field"]) == (422, "citizen_id")


async def test_anothers_meeting_is_as_unknown_as_none(asks: Asks, rows: Rows) -> None:
    """Otherwise two searches would tell whether, when and with whom somebody has a meeting."""
    mine = await booked(asks)
    cancelled = await booked(asks, 1, hour=13)
    await asks.citizen(1)("POST", f"/bookings/{cancelled['booking_id']}/cancel", {"reason": "other"})
    told = []
    for who, more in ((asks.citizen(2), {}), (asks.staff(), {"citizen": citizen_id(2)})):
        for moving in (mine["booking_id"], cancelled["booking_id"], uuid4()):
            answer = await who("GET", "/free-times", params={**WEDNESDAYS, **more, "moving": moving})
            told.append((answer.status_code, answer.json()["title"], answer.json()["detail"]))
    assert set(told) == {(404, "booking-unknown", "Vi kan ikke finde den samtale.")}
    assert await rows("select * from offered_times") == []


@pytest.mark.parametrize("moving", ["", "null", "10", "x" * 5000, "\x00", "../1", "' or 1=1"])
async def test_what_is_no_id_is_refused(asks: Asks, moving: str) -> None:
    answer = await asks.citizen(1)("GET", "/free-times", params={**WEDNESDAYS, "moving": moving})
    assert (answer.status_code, answer.json()["title"]) == (422, "invalid")


async def test_a_meeting_that_cannot_be_moved_any_more_counts_as_in_any_search(asks: Asks, clock: FixedClock) -> None:
    mine, me = await booked(asks, hour=13), asks.citizen(1)
    late = (str(adviser_id(1)), "2026-11-25T12:15:00Z", "phone")
    clock.set(at(WEDNESDAY, 8))
    assert late not in places(await search(me, moving=mine["booking_id"]))
    assert late in places(
        await search(asks.staff(), citizen=citizen_id(1), moving=mine["booking_id"], each_adviser=True)
    )
    clock.set(at(WEDNESDAY, 13, 10))
    begun = await search(asks.staff(), citizen=citizen_id(1), moving=mine["booking_id"])
    assert begun == await search(asks.staff(), citizen=citizen_id(1))
    other = await booked(asks, hour=14, minute=30)
    await me("POST", f"/bookings/{other['booking_id']}/cancel", {"reason": "other"})
    assert place(other) in places(await search(me, moving=other["booking_id"], each_adviser=True))


async def test_after_a_lost_move_the_times_beside_and_on_my_own_are_offered_but_not_my_own(asks: Asks) -> None:
    """Only the own adviser is at work: the other one's times cannot hide what is missing."""
    mine, me = await booked(asks), asks.citizen(1)
    await booked(asks, 2, hour=10, minute=30)
    away = {"from": "2026-11-25", "to": "2026-11-25", "reason_code": "leave"}
    await asks.staff("frontdesk")("POST", f"/advisers/{adviser_id(2)}/absences", away)
    refused = await me("POST", f"/bookings/{mine['booking_id']}/move", moved(10, 15))
    assert (refused.status_code, refused.json()["title"]) == (409, "slot-taken")
    told = [free["starts_at"][11:16] for free in refused.json()["alternatives"]]
    assert told == ["08:30", "08:45", "10:00"]
    chosen = {name: refused.json()["alternatives"][1][name] for name in ("adviser_id", "starts_at", "form")}
    assert (await me("POST", f"/bookings/{mine['booking_id']}/move", chosen)).status_code == 200
    other_form = await me("POST", f"/bookings/{mine['booking_id']}/move", moved(10, 30) | {"form": "in_person"})
    assert chosen["starts_at"] in [free["starts_at"] for free in other_form.json()["alternatives"]]


async def test_moves_onto_each_others_and_their_own_times_at_once_leave_no_overlap(asks: Asks, rows: Rows) -> None:
    """A row of meetings back to back, each wants a quarter later; others want the time between, staff move them too."""
    meetings = [await booked(asks, n, hour=hour, minute=m) for n, hour, m in ((1, 10, 0), (2, 10, 30), (3, 11, 0))]
    told: list[tuple[int, str]] = []

    async def ask(who: Person, path: str, body: dict[str, Any]) -> None:
        key = str(uuid4())
        answer = await who("POST", path, body, key=key)
        while answer.status_code == 503:  # busy: a client asks again with the same key
            answer = await who("POST", path, body, key=key)
        told.append((answer.status_code, answer.json().get("title", "")))

    async with anyio.create_task_group() as group:
        for _ in range(4):
            for number, meeting in enumerate(meetings, 1):
                path, minutes = f"/bookings/{meeting['booking_id']}/move", 15 + 30 * (number - 1)
                later = moved(10 + minutes // 60, minutes % 60)
                group.start_soon(ask, asks.citizen(number), path, later)
                group.start_soon(ask, asks.staff("frontdesk"), path, moved(9, 45))
                body = {"topic": "cv-help", **later, "citizen_id": str(citizen_id(number))}
                group.start_soon(ask, asks.staff(), "/bookings", body)
    assert {status for status, _ in told} <= {200, 201, 409}
    assert {slug for status, slug in told if status == 409} <= {"slot-taken", "citizen-busy", "same-time"}
    assert 200 in {status for status, _ in told}
    assert (await rows(OVERLAPS))[0]["count"] == 0
    assert (await rows(DEADLOCKS))[0]["deadlocks"] == 0
    stray = await rows(
        "select * from booking b where state = 'booked' and 2 <> (select count(*) from slot_claim c where c.state ="
        " 'booked' and c.booking_id = b.booking_id and c.during = tstzrange(b.starts_at, b.ends_at))"
    )
    assert stray == []


async def test_a_meeting_moved_by_two_at_once_is_at_one_of_the_two_overlapping_times(asks: Asks, rows: Rows) -> None:
    mine = await booked(asks)
    path = f"/bookings/{mine['booking_id']}/move"
    told: list[int] = []

    async def ask(who: Person, minute: int) -> None:
        told.append((await who("POST", path, moved(10, minute))).status_code)

    async with anyio.create_task_group() as group:
        group.start_soon(ask, asks.citizen(1), 15)
        group.start_soon(ask, asks.staff("frontdesk"), 30)
    assert told == [200, 200]
    (now,) = await rows("select version, starts_at from booking")
    assert (now["version"], now["starts_at"] in (at(WEDNESDAY, 10, 15), at(WEDNESDAY, 10, 30))) == (3, True)
    held = await rows("select lower(during) as starts_at from slot_claim where state = 'booked'")
    assert [row["starts_at"] for row in held] == [now["starts_at"]] * 2
