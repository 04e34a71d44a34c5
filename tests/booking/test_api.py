"""Booking over HTTP: search, hold, book, move, cancel, and every clear no."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.clock import FixedClock
from tests.booking.conftest import Asks, Rows
from tests.booking.given import HOURS, WEDNESDAY, adviser_id, at, citizen_id

pytestmark = pytest.mark.anyio


def wanted(hour: int = 10, minute: int = 0, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "topic": "cv-help",
        "adviser_id": str(adviser_id(number)),
        "starts_at": at(WEDNESDAY, hour, minute).isoformat(),
        "form": "phone",
        **more,
    }


def moved(hour: int = 10, minute: int = 0, number: int = 1) -> dict[str, Any]:
    return {name: value for name, value in wanted(hour, minute, number).items() if name != "topic"}


async def booked(asks: Asks, number: int = 1, **more: Any) -> dict[str, Any]:
    answer = await asks.citizen(number)("POST", "/bookings", wanted(**more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_topics_come_in_both_languages(asks: Asks) -> None:
    topics = (await asks.citizen(1)("GET", "/topics")).json()["topics"]
    assert topics[1]["name"] == "Hjælp til CV og ansøgning"
    assert topics[1]["name_en"] == "Help with CV and applications"
    assert topics[3]["forms"] == ["in_person"]


async def test_the_earliest_times_come_first_with_place_and_form(asks: Asks) -> None:
    answer = await asks.citizen(1)("GET", "/free-times", params={"topic": "cv-help", "limit": 3})
    times = answer.json()["times"]
    # 09:00 in Copenhagen, and an hour's notice.
    assert [free["starts_at"] for free in times] == [
        "2026-11-24T09:00:00Z",
        "2026-11-24T09:15:00Z",
        "2026-11-24T09:30:00Z",
    ]
    assert times[0]["form"] == "in_person"
    assert "Torvet 1" in times[0]["place"]


async def test_a_search_is_kept_as_evidence(asks: Asks) -> None:
    await asks.citizen(1)("GET", "/free-times", params={"topic": "cv-help", "part_of_day": "morning", "limit": 4})
    offer = (await asks.staff()("GET", f"/citizens/{citizen_id(1)}/offered-times")).json()["offers"][0]
    assert offer["times"] == 4
    assert offer["part_of_day"] == "morning"
    assert offer["first_at"] == "2026-11-24T09:00:00Z"


async def test_times_can_be_searched_from_a_day_with_an_adviser_in_a_form(asks: Asks) -> None:
    asked = {"topic": "cv-help", "from": "2026-11-30", "adviser": str(adviser_id(2)), "form": "video", "limit": 1}
    free = (await asks.citizen(1)("GET", "/free-times", params=asked)).json()["times"][0]
    assert free["starts_at"] == "2026-11-30T07:00:00Z"
    assert free["adviser_id"] == str(adviser_id(2))
    assert free["form"] == "video"


async def test_a_booking_has_a_receipt_and_says_its_event(asks: Asks, rows: Rows) -> None:
    answer = await booked(asks, note="Om mit CV", remind_2h=True)
    assert answer["topic"] == "Hjælp til CV og ansøgning"
    assert answer["starts_at"] == "2026-11-25T09:00:00Z"
    assert answer["bring"].startswith("Dit CV")
    assert answer["place"] == "Vi ringer til dig"
    assert answer["movable_until"] == "2026-11-24T23:00:00Z"
    assert len(answer["reference"]) == 9
    (said,) = await rows("select convert_from(body, 'utf8') as body from outbox")
    assert answer["booking_id"] in said["body"]
    assert "Om mit CV" not in said["body"]
    claims = await rows("select state, count(*) from slot_claim group by state")
    assert claims == [{"state": "booked", "count": 2}]


async def test_the_same_key_books_once_and_answers_alike(asks: Asks, rows: Rows) -> None:
    first, second = [await asks.citizen(1)("POST", "/bookings", wanted(), key="a-key-once") for _ in range(2)]
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert (await rows("select count(*) from booking"))[0]["count"] == 1
    other = await asks.citizen(1)("POST", "/bookings", wanted(11), key="a-key-once")
    assert (other.status_code, other.json()["title"]) == (422, "idempotency-key-reused")


async def test_a_command_without_a_key_is_refused(asks: Asks) -> None:
    answer = await asks.citizen(1)("POST", "/bookings", wanted(), key="")
    assert answer.status_code == 422


async def test_two_browsers_want_one_time_and_the_slower_gets_three_others(asks: Asks) -> None:
    held = await asks.citizen(1)("POST", "/holds", wanted())
    assert held.status_code == 201
    refused = await asks.citizen(2)("POST", "/holds", wanted())
    assert (refused.status_code, refused.json()["title"]) == (409, "slot-taken")
    others = refused.json()["alternatives"]
    # The other adviser has the very same time; nearest are that one, and one on either side.
    assert [free["starts_at"] for free in others] == [
        "2026-11-25T08:45:00Z",
        "2026-11-25T09:00:00Z",
        "2026-11-25T09:15:00Z",
    ]
    assert others[1]["adviser_id"] == str(adviser_id(2))
    chosen = {name: others[1][name] for name in ("adviser_id", "starts_at", "form")}
    taken = await asks.citizen(2)("POST", "/bookings", {"topic": "cv-help", **chosen})
    assert taken.status_code == 201


async def test_a_hold_becomes_a_booking(asks: Asks, rows: Rows) -> None:
    held = (await asks.citizen(1)("POST", "/holds", wanted())).json()
    assert held["expires_at"] == "2026-11-24T08:05:00Z"
    answer = await asks.citizen(1)("POST", "/bookings", {"hold_id": held["hold_id"]})
    assert answer.status_code == 201
    assert await rows("select * from hold") == []


async def test_anothers_hold_is_gone_for_me(asks: Asks) -> None:
    held = (await asks.citizen(1)("POST", "/holds", wanted())).json()
    answer = await asks.citizen(2)("POST", "/bookings", {"hold_id": held["hold_id"]})
    assert (answer.status_code, answer.json()["title"]) == (410, "hold-unknown")


async def test_an_expired_hold_gives_way(asks: Asks, clock: FixedClock) -> None:
    await asks.citizen(1)("POST", "/holds", wanted())
    clock.set(clock.now().replace(minute=5))
    answer = await asks.citizen(2)("POST", "/bookings", wanted())
    assert answer.status_code == 201


async def test_a_new_hold_replaces_the_old_one(asks: Asks) -> None:
    await asks.citizen(1)("POST", "/holds", wanted(10))
    # Overlaps the citizen's own earlier hold, which gives way.
    assert (await asks.citizen(1)("POST", "/holds", wanted(10, 15))).status_code == 201
    assert (await asks.citizen(2)("POST", "/holds", wanted(9, 45))).status_code == 201


async def test_a_hold_can_be_let_go(asks: Asks) -> None:
    held = (await asks.citizen(1)("POST", "/holds", wanted())).json()
    assert (await asks.citizen(2)("DELETE", f"/holds/{held['hold_id']}")).status_code == 410
    assert (await asks.citizen(1)("DELETE", f"/holds/{held['hold_id']}")).status_code == 204
    assert (await asks.citizen(2)("POST", "/bookings", wanted())).status_code == 201


async def test_a_citizen_has_one_meeting_at_a_time(asks: Asks) -> None:
    await booked(asks)
    answer = await asks.citizen(1)("POST", "/bookings", wanted(10, 15, number=2))
    assert (answer.status_code, answer.json()["title"]) == (409, "citizen-busy")
    assert len(answer.json()["alternatives"]) == 3


async def test_moving_frees_the_old_time(asks: Asks, rows: Rows) -> None:
    before = await booked(asks)
    after = await asks.citizen(1)("POST", f"/bookings/{before['booking_id']}/move", moved(13, number=2))
    assert after.json()["version"] == 2
    assert after.json()["adviser_id"] == str(adviser_id(2))
    assert (await asks.citizen(2)("POST", "/bookings", wanted())).status_code == 201
    events = await rows("select convert_from(body, 'utf8')::jsonb as body from outbox order by time, id")
    assert events[1]["body"]["previous_starts_at"] == "2026-11-25T09:00:00Z"
    history = await asks.staff()("GET", f"/bookings/{before['booking_id']}/history")
    assert [line["what"] for line in history.json()["history"]] == ["created", "moved"]


async def test_a_meeting_moves_onto_its_own_time(asks: Asks) -> None:
    before = await booked(asks)
    move = f"/bookings/{before['booking_id']}/move"
    assert (await asks.citizen(1)("POST", move, moved(10, 15))).status_code == 200
    same = await asks.citizen(1)("POST", move, moved(10, 15))
    assert (same.status_code, same.json()["title"]) == (409, "same-time")


async def test_a_lost_move_leaves_the_meeting_where_it_was(asks: Asks) -> None:
    mine = await booked(asks)
    await booked(asks, 2, hour=13)
    refused = await asks.citizen(1)("POST", f"/bookings/{mine['booking_id']}/move", moved(13))
    assert (refused.status_code, len(refused.json()["alternatives"])) == (409, 3)
    now = (await asks.citizen(1)("GET", f"/bookings/{mine['booking_id']}")).json()
    assert (now["starts_at"], now["version"]) == ("2026-11-25T09:00:00Z", 1)


async def test_two_meetings_swap_by_way_of_a_third_time(asks: Asks) -> None:
    one, two = await booked(asks, 1, hour=10), await booked(asks, 2, hour=11)
    for citizen, meeting, hour in ((1, one, 13), (2, two, 10), (1, one, 11)):
        answer = await asks.citizen(citizen)("POST", f"/bookings/{meeting['booking_id']}/move", moved(hour))
        assert answer.status_code == 200


async def test_a_meeting_moves_to_a_held_time(asks: Asks) -> None:
    mine = await booked(asks)
    held = (await asks.citizen(1)("POST", "/holds", wanted(14))).json()
    answer = await asks.citizen(1)("POST", f"/bookings/{mine['booking_id']}/move", {"hold_id": held["hold_id"]})
    assert answer.json()["starts_at"] == "2026-11-25T13:00:00Z"


async def test_a_cancelled_time_can_be_booked_again(asks: Asks, rows: Rows) -> None:
    mine = await booked(asks)
    cancel = f"/bookings/{mine['booking_id']}/cancel"
    assert (await asks.citizen(1)("POST", cancel, {"reason": "illness"})).json()["state"] == "cancelled"
    again = await asks.citizen(1)("POST", cancel, {"reason": "illness"})
    assert again.json()["title"] == "already-cancelled"
    await booked(asks, 2)
    said = await rows("select convert_from(body, 'utf8')::jsonb ->> 'cancelled_by' as by from outbox order by time, id")
    assert [event["by"] for event in said] == [None, "citizen", None]


async def test_staff_may_say_that_the_citizen_cancelled(asks: Asks, rows: Rows) -> None:
    mine = await booked(asks)
    body = {"reason": "work", "cancelled_by": "citizen"}
    await asks.staff("frontdesk")("POST", f"/bookings/{mine['booking_id']}/cancel", body)
    said = (await rows("select convert_from(body, 'utf8')::jsonb as e from outbox order by time, id"))[1]["e"]
    assert (said["cancelled_by"], said["said_by"]) == ("citizen", "staff")


async def test_another_citizens_meeting_cannot_be_found(asks: Asks) -> None:
    mine = await booked(asks)
    path = f"/bookings/{mine['booking_id']}"
    for method, where, body in (
        ("GET", path, None),
        ("GET", f"{path}/history", None),
        ("POST", f"{path}/move", moved(13)),
        ("POST", f"{path}/cancel", {"reason": "other"}),
        ("GET", f"/bookings/{uuid4()}", None),
    ):
        answer = await asks.citizen(2)(method, where, body)
        assert (answer.status_code, answer.json()["detail"]) == (404, "Vi kan ikke finde den samtale.")
    assert (await asks.citizen(2)("GET", f"/citizens/{citizen_id(1)}/bookings")).status_code == 403
    foreign = await asks.citizen(2)("POST", "/bookings", wanted(citizen_id=str(citizen_id(1))))
    assert foreign.status_code == 403


REFUSED = [
    ({"starts_at": "2026-11-23T09:00:00Z"}, 409, "time-passed"),
    ({"starts_at": "2026-12-25T09:00:00Z"}, 409, "day-closed"),
    ({"starts_at": "2026-11-28T09:00:00Z"}, 409, "outside-hours"),
    ({"starts_at": "2026-11-25T11:00:00Z"}, 409, "outside-hours"),
    ({"starts_at": "2026-11-25T09:07:00Z"}, 422, "off-grid"),
    ({"starts_at": "2026-11-24T08:30:00Z"}, 409, "too-short-notice"),
    ({"starts_at": "2027-02-22T09:00:00Z"}, 409, "too-far-ahead"),
    ({"starts_at": "i morgen"}, 422, "invalid"),
    ({"starts_at": "2026-11-25T10:00:00"}, 422, "invalid"),
    ({"starts_at": "9999-12-31T23:59:59Z"}, 422, "invalid"),
    ({"form": "letter"}, 422, "invalid"),
    ({"topic": "first-meeting"}, 409, "form-not-offered"),
    ({"topic": "nothing"}, 404, "topic-unknown"),
    ({"adviser_id": str(UUID(int=5))}, 404, "adviser-unknown"),
    ({"note": "x" * 501}, 422, "invalid"),
    ({"note": "\x00"}, 422, "invalid"),
    ({"hold_id": str(UUID(int=5))}, 422, "invalid"),
    ({"price": 5}, 422, "invalid"),
]


@pytest.mark.parametrize(("change", "status", "slug"), REFUSED)
async def test_a_time_that_cannot_be_is_refused_in_plain_danish(
    asks: Asks, change: dict[str, Any], status: int, slug: str
) -> None:
    answer = await asks.citizen(1)("POST", "/bookings", wanted(**change))
    assert (answer.status_code, answer.json()["title"]) == (status, slug)
    assert answer.json()["detail"].endswith(".")


async def test_a_refusal_by_a_rule_names_rule_and_source(asks: Asks) -> None:
    answer = (await asks.citizen(1)("POST", "/bookings", wanted(starts_at="2027-02-22T09:00:00Z"))).json()
    assert (answer["rule"], answer["source"], answer["rule_since"]) == (
        "booking.horizon_days",
        "Kommunens regel",
        "2024-01-01",
    )


async def test_too_late_to_move_but_not_to_cancel_and_staff_may_both(asks: Asks, clock: FixedClock) -> None:
    mine = await booked(asks)
    clock.set(at(WEDNESDAY, 8))
    move = f"/bookings/{mine['booking_id']}/move"
    late = await asks.citizen(1)("POST", move, moved(13))
    assert (late.json()["title"], late.json()["rule"]) == ("too-late-to-move", "rebooking.days_before")
    assert (await asks.staff("frontdesk")("POST", move, moved(13))).status_code == 200
    cancel = await asks.citizen(1)("POST", f"/bookings/{mine['booking_id']}/cancel", {"reason": "illness"})
    assert cancel.status_code == 200


async def test_a_meeting_that_has_begun_stays(asks: Asks, clock: FixedClock) -> None:
    mine = await booked(asks)
    clock.set(at(WEDNESDAY, 10))
    answer = await asks.staff()("POST", f"/bookings/{mine['booking_id']}/cancel", {"reason": "other"})
    assert answer.json()["title"] == "meeting-begun"


async def test_staff_book_on_behalf_and_must_say_for_whom(asks: Asks) -> None:
    nobody = await asks.staff()("POST", "/bookings", wanted())
    assert (nobody.status_code, nobody.json()["field"]) == (422, "citizen_id")
    answer = await asks.staff("frontdesk")("POST", "/bookings", wanted(citizen_id=str(citizen_id(1))))
    assert (answer.status_code, answer.json()["said_by"]) == (201, "staff")
    strange = await asks.staff()("POST", "/bookings", wanted(11, citizen_id=str(citizen_id(9))))
    assert strange.json()["title"] == "citizen-unknown"


async def test_my_meetings_are_listed_by_time(asks: Asks) -> None:
    await booked(asks, hour=13)
    await booked(asks, hour=9)
    meetings = (await asks.citizen(1)("GET", f"/citizens/{citizen_id(1)}/bookings")).json()["bookings"]
    assert [meeting["starts_at"][11:16] for meeting in meetings] == ["08:00", "12:00"]


async def test_hours_on_a_page_of_the_adviser(asks: Asks) -> None:
    path = f"/advisers/{adviser_id(1)}/hours"
    new = {**HOURS, "valid_from": "2026-12-01", "breaks": []}
    answer = await asks.staff("caseworker", 1)("PUT", path, new)
    assert [period["valid_from"] for period in answer.json()["periods"]] == ["2024-01-01", "2026-12-01"]
    assert (await asks.staff("caseworker", 2)("PUT", path, new)).json()["title"] == "not-your-calendar"
    assert (await asks.staff("team_leader", 9)("PUT", path, new)).status_code == 200
