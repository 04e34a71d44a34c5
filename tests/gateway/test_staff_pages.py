"""Pages of staff, without JavaScript: the day, working time, tasks, and citizens who are helped, for a reason."""

import json
from datetime import timedelta

import httpx2
import pytest

from shared.clock import FixedClock
from tests.gateway.conftest import ADVISER, CITIZEN, Login
from tests.gateway.desk import BOOKING, TASK, TEN, a_task, told
from tests.gateway.page import Page, Walker
from tests.gateway.town import Town, refused

pytestmark = pytest.mark.anyio
BOOK = f"/borgere/{CITIZEN}/book"


@pytest.fixture
def walker(browser: httpx2.AsyncClient, town: Town) -> Walker:
    town.answers |= told()
    return Walker(browser)


async def open_citizen(walker: Walker) -> Page:
    found = await walker.send(await walker.open("/borgere"), "/borgere", query="Amina", reason="phone")
    return await walker.send(found, "/borgere/aabn")


def reasons(town: Town, path: str) -> set[str]:
    return {asked.caller.purpose for asked in town.asked if asked.path == path}


async def test_the_day_shows_who_comes_about_what_and_what_was_sent(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("caseworker")
    day = await walker.open("/dag")
    assert day.status == 200
    for words in ("Amina Yusuf", "Samtale om job", "Jeg vil gerne tale om <lagerjob>", "kl. 10.00", "Bekræftelse"):
        assert words in day.text, words
    assert day.text.index("Jeg vil gerne") < day.text.index("Amina Yusuf"), "the citizen's own words come first"
    assert reasons(town, "/citizens/names") == {"dagsliste"}


async def test_the_day_is_a_whole_page_for_people_and_a_part_for_its_live_view(
    walker: Walker, browser: httpx2.AsyncClient, log_in: Login
) -> None:
    await log_in("caseworker")
    assert "<html" in (await walker.open("/dag")).html
    part = await browser.get("/dag", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "Amina Yusuf" in part.text


async def test_a_page_on_pause_opens_no_stream(walker: Walker, log_in: Login) -> None:
    await log_in("caseworker")
    assert "hx-sse" in (await walker.open("/dag")).html
    assert "hx-sse" not in (await walker.open("/dag?live=nej")).html


async def test_the_day_stands_when_messages_cannot_be_asked(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("caseworker")
    town.down.add("notifications")
    assert "Amina Yusuf" in (await walker.open("/dag")).text


async def test_looking_again_by_itself_does_not_keep_a_login_alive(
    browser: httpx2.AsyncClient, walker: Walker, clock: FixedClock, log_in: Login
) -> None:
    await log_in("caseworker")
    for _ in range(4):
        clock.advance(timedelta(minutes=10))
        answer = await browser.get("/dag", headers={"HX-Request": "true"})
    assert answer.status_code == 401


async def test_a_citizen_is_found_opened_and_booked_for_in_five_clicks(
    walker: Walker, town: Town, log_in: Login
) -> None:
    await log_in("frontdesk")
    citizen = await open_citizen(walker)
    assert "Amina Yusuf" in citizen.headings
    times = await walker.click(citizen, "Book en samtale")
    walker.clicks += 1  # the chosen time
    done = await walker.send(times, BOOK, time=times.form(BOOK).choices["time"][0], note="Vil tale om lager")
    assert "Samtalen er booket" in done.text
    assert walker.clicks <= 5
    (booked,) = town.bookings.values()
    assert booked["note"] == "Vil tale om lager"


async def test_every_look_at_a_citizen_carries_the_reason_that_was_chosen(
    walker: Walker, town: Town, log_in: Login
) -> None:
    await log_in("frontdesk")
    await open_citizen(walker)
    assert reasons(town, "/citizens/search") == {"Borgeren har ringet"}
    assert reasons(town, f"/citizens/{CITIZEN}") == {"Borgeren har ringet"}
    assert {asked.caller.role for asked in town.asked} == {"frontdesk", "service"}


async def test_nobody_opens_a_citizen_without_a_reason(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("frontdesk")
    asked = await walker.open(f"/borgere/{CITIZEN}")
    assert asked.headings[0] == "Hvorfor slår du borgeren op?"
    assert not town.asked
    opened = await walker.send(asked, "/borgere/aabn", reason="here")
    assert "Amina Yusuf" in opened.headings
    assert reasons(town, f"/citizens/{CITIZEN}") == {"Borgeren er i receptionen"}


async def test_what_is_searched_for_is_never_in_an_address(walker: Walker, log_in: Login) -> None:
    await log_in("frontdesk")
    found = await walker.send(await walker.open("/borgere"), "/borgere", query="7403871236", reason="here")
    assert "7403871236" not in str(found.answer.request.url)


async def test_a_lost_race_shows_the_nearest_times_and_keeps_the_answers(
    walker: Walker, town: Town, log_in: Login
) -> None:
    await log_in("frontdesk")
    times = await walker.click(await open_citizen(walker), "Book en samtale")
    first = times.form(BOOK).choices["time"][0]
    town.taken.add(first.split("|")[0])
    again = await walker.send(times, BOOK, time=first, note="Vil tale om lager")
    assert again.status == 422
    assert "De nærmeste ledige tider" in again.text
    assert again.form(BOOK).fields["note"] == "Vil tale om lager"


async def test_a_form_sent_twice_books_once(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("frontdesk")
    times = await walker.click(await open_citizen(walker), "Book en samtale")
    for _ in range(2):
        await walker.send(times, BOOK, time=times.form(BOOK).choices["time"][0])
    assert len(town.bookings) == 1


async def test_a_meeting_is_moved_and_cancelled_on_behalf(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("caseworker")
    times = await walker.click(await open_citizen(walker), "Book en samtale")
    await walker.send(times, BOOK, time=times.form(BOOK).choices["time"][0])
    ((booking_id, before),) = town.bookings.items()
    move = f"/borgere/{CITIZEN}/aftaler/{booking_id}/flyt"
    page = await walker.open(move)
    assert [asked.params.get("moving") for asked in town.asked if asked.path == "/free-times"] == [None, booking_id]
    assert "kl. 9.00 med Mette Krogh, hos os" in page.text
    assert {code.split("|")[2] for code in page.form(move).choices["time"]} == {"in_person"}
    moved = await walker.send(page, move, time=page.form(move).choices["time"][2])
    assert "Samtalen er flyttet" in moved.text
    assert town.bookings[booking_id]["starts_at"] != before["starts_at"]
    cancel = f"/borgere/{CITIZEN}/aftaler/{booking_id}/aflys"
    cancelled = await walker.send(await walker.open(cancel), cancel, reason="citizen-illness")
    assert "Samtalen er aflyst" in cancelled.text
    assert town.bookings[booking_id]["state"] == "cancelled"


async def test_the_front_desk_does_not_decide_on_exemption(walker: Walker, log_in: Login) -> None:
    await log_in("frontdesk")
    assert "Fritag borgeren" not in (await open_citizen(walker)).links
    assert (await walker.open(f"/borgere/{CITIZEN}/fritagelse")).status == 403


async def test_an_exemption_is_set_with_its_reason(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("caseworker")
    town.answers[f"PUT /citizens/{CITIZEN}/exemption"] = (200, {"exempt": True, "decisions": []})
    form = await walker.click(await open_citizen(walker), "Fritag borgeren")
    path = f"/borgere/{CITIZEN}/fritagelse"
    assert (await walker.send(form, path)).status == 422, "a reason is needed"
    done = await walker.send(form, path, reason="interpreter")
    assert "Borgeren er fritaget" in done.text


async def test_working_time_is_written_day_by_day(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("caseworker")
    form = await walker.open("/arbejdstid")
    day = {"starts_1": "08:30", "ends_1": "15:00", "pause_starts_1": "12:00", "pause_ends_1": "12:30"}
    done = await walker.send(form, "/arbejdstid", **day)
    assert "Din arbejdstid er gemt" in done.text
    said = next(asked for asked in town.asked if asked.method == "PUT")
    assert b'"weekday":1,"starts":"08:30:00","ends":"15:00:00"' in said.body
    assert said.key


async def test_a_day_that_ends_before_it_begins_is_told_where_it_is_wrong(
    walker: Walker, town: Town, log_in: Login
) -> None:
    await log_in("caseworker")
    form = await walker.open("/arbejdstid")
    wrong = await walker.send(form, "/arbejdstid", starts_1="15:00", ends_1="08:30")
    assert wrong.status == 422
    assert wrong.links["Mandag skal slutte efter, at den begynder"] == "#ends_1"
    assert wrong.form("/arbejdstid").fields["starts_1"] == "15:00"
    assert not [asked for asked in town.asked if asked.method == "PUT"]


async def test_an_absence_over_meetings_leads_to_their_tasks(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("caseworker")
    hit = {"booking_id": BOOKING, "citizen_id": str(CITIZEN), "starts_at": TEN.isoformat()}
    town.answers[f"POST /advisers/{ADVISER}/absences"] = (201, {"absence": {}, "bookings": [hit]})
    form = await walker.open("/arbejdstid")
    after = await walker.send(form, "/fravaer", from_day="2026-11-24", to_day="2026-11-25", reason="course")
    assert after.path == "/opgaver"
    assert "En samtale ligger i en medarbejders fravær" in after.text


async def test_tasks_are_taken_and_done(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("frontdesk")
    tasks = await walker.open("/opgaver")
    assert "Amina Yusuf" in tasks.text
    assert "Opgaven er din" in (await walker.send(tasks, f"/opgaver/booking/{TASK}/tag")).text
    assert "Opgaven er løst" in (await walker.send(tasks, f"/opgaver/booking/{TASK}/loest")).text


async def test_a_task_somebody_else_took_is_told_in_words(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("frontdesk")
    town.answers[f"POST /tasks/{TASK}/take"] = refused(409, "task-taken")
    taken = await walker.send(await walker.open("/opgaver"), f"/opgaver/booking/{TASK}/tag")
    assert "Opgaven er taget af en anden" in taken.text


async def test_tasks_that_cannot_be_had_are_not_forgotten_in_silence(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("frontdesk")
    town.down.add("notifications")
    tasks = await walker.open("/opgaver")
    assert "Listen er ikke hel" in tasks.text
    assert "En samtale ligger i en medarbejders fravær" in tasks.text


@pytest.mark.parametrize(
    ("chosen", "reason", "whose"),
    [
        ("citizen-illness", "illness", "citizen"),
        ("citizen-work", "work", "citizen"),
        ("citizen-other", "other", "citizen"),
        ("authority-adviser_absent", "adviser_absent", "authority"),
        ("authority-other", "other", "authority"),
    ],
)
async def test_a_meeting_is_cancelled_in_the_name_of_whose_wish_it_is(
    walker: Walker, town: Town, log_in: Login, chosen: str, reason: str, whose: str
) -> None:
    """The message to the citizen says who cancelled: "we have noted your wish" or "we have to"."""
    await log_in("frontdesk")
    times = await walker.click(await open_citizen(walker), "Book en samtale")
    await walker.send(times, BOOK, time=times.form(BOOK).choices["time"][0])
    (booking_id,) = town.bookings
    cancel = f"/borgere/{CITIZEN}/aftaler/{booking_id}/aflys"
    await walker.send(await walker.open(cancel), cancel, reason=chosen)
    (asked,) = [asked for asked in town.asked if asked.path == f"/bookings/{booking_id}/cancel"]
    assert json.loads(asked.body) == {"reason": reason, "cancelled_by": whose}


@pytest.mark.parametrize(("role", "knows"), [("frontdesk", False), ("caseworker", True), ("team_leader", True)])
async def test_a_task_about_somebody_one_may_not_know_of_is_not_there(
    walker: Walker, town: Town, log_in: Login, role: str, knows: bool
) -> None:
    """People names only those whom the asker may know of; a protected citizen is the same as none."""
    secret = "0193a000-0000-7000-8000-0000000000e5"
    town.answers["GET /tasks"] = (200, [a_task(citizen_id=secret, reason="Hemmeligt")])
    await log_in(role)
    tasks = await walker.open("/opgaver")
    assert ("Hemmeligt" in tasks.text) == knows
    assert (secret in tasks.html) == knows
    assert ("Der er ingen opgaver lige nu." in tasks.text) != knows


async def test_a_name_that_cannot_be_had_hides_no_task(walker: Walker, town: Town, log_in: Login) -> None:
    town.answers["GET /tasks"] = (200, [a_task(citizen_id=None)])
    await log_in("frontdesk")
    assert "En samtale ligger i en medarbejders fravær" in (await walker.open("/opgaver")).text


async def test_english_staff_read_tasks_in_english(walker: Walker, town: Town, log_in: Login) -> None:
    at = {"starts_at": TEN.isoformat()}
    town.answers["GET /tasks"] = (
        200,
        [
            a_task(data=at),
            a_task(kind="meeting-without-adviser", data=at),
            a_task(kind="meeting-after-deregistration", data=at),
            a_task(kind="notice-undeliverable", data={"reason": "no-address"}),
        ],
    )
    await log_in("team_leader")
    tasks = await walker.open("/sprog/en?til=/opgaver")
    assert "Tuesday 24 November at 10:00" in tasks.text
    assert "En samtale" not in tasks.text


@pytest.mark.parametrize("role", ["frontdesk", "team_leader"])
async def test_a_sick_colleague_is_entered_by_those_at_work(
    walker: Walker, town: Town, log_in: Login, role: str
) -> None:
    hit = {"booking_id": BOOKING, "citizen_id": str(CITIZEN), "starts_at": TEN.isoformat()}
    town.answers[f"POST /advisers/{ADVISER}/absences"] = (201, {"absence": {}, "bookings": [hit]})
    await log_in(role)
    page = await walker.click(await walker.open("/opgaver"), "Fravær")
    days = {"from_day": "2026-11-24", "to_day": "2026-11-25"}
    missing = await walker.send(page, "/kollegers-fravaer", **days, reason="illness")
    assert (missing.status, missing.links["Vælg en medarbejder"]) == (422, "#adviser")
    done = await walker.send(missing, "/kollegers-fravaer", **days, adviser=str(ADVISER), reason="illness")
    assert done.path == "/opgaver"
    (asked,) = [asked for asked in town.asked if asked.method == "POST" and asked.path.endswith("/absences")]
    assert json.loads(asked.body) == {"from": "2026-11-24", "to": "2026-11-25", "reason_code": "illness"}
    assert (asked.caller.role, asked.caller.purpose) == (role, "kollegers fravær")


async def test_a_colleagues_absences_are_shown_without_their_reason_and_taken_back(
    walker: Walker, town: Town, log_in: Login
) -> None:
    """When somebody is away is enough to plan by; that they are ill is theirs."""
    away = {"absence_id": TASK, "starts_at": TEN.isoformat(), "ends_at": TEN.isoformat(), "reason": "illness"}
    town.answers[f"GET /advisers/{ADVISER}/absences"] = (200, {"absences": [away]})
    town.answers[f"DELETE /advisers/{ADVISER}/absences/{TASK}"] = (204, None)
    await log_in("frontdesk")
    page = await walker.open(f"/kollegers-fravaer?medarbejder={ADVISER}")
    assert "tirsdag 24. november" in page.text
    assert "Sygdom" not in page.html.split("<table")[1].split("</table>")[0]
    after = await walker.send(page, f"/kollegers-fravaer/{ADVISER}/{TASK}/slet")
    assert "Fraværet er slettet" in after.text


async def test_one_can_say_of_oneself_that_one_is_ill(walker: Walker, town: Town, log_in: Login) -> None:
    town.answers[f"POST /advisers/{ADVISER}/absences"] = (201, {"absence": {}, "bookings": []})
    await log_in("caseworker")
    form = await walker.open("/arbejdstid")
    await walker.send(form, "/fravaer", from_day="2026-11-24", to_day="2026-11-24", reason="illness")
    assert any(b'"reason_code":"illness"' in asked.body for asked in town.asked)
