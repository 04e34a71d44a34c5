"""One's own meetings: seen, kept in a calendar, moved and cancelled in two clicks."""

from datetime import timedelta

import httpx2
import pytest

from shared.clock import FixedClock
from tests.gateway.conftest import ADVISER, Login
from tests.gateway.page import Page, Walker
from tests.gateway.town import Town, refused

pytestmark = pytest.mark.anyio
BOOKING = "0193a000-0000-7000-8000-0000000000b1"
HERE = f"/aftaler/{BOOKING}"


@pytest.fixture
async def walker(browser: httpx2.AsyncClient, log_in: Login, town: Town) -> Walker:
    await log_in("citizen")
    body = {"topic": "cv-help", "adviser_id": str(ADVISER), "form": "in_person", "note": "Mit CV", "remind_2h": True}
    town.bookings[BOOKING] = town.booking(BOOKING, body | {"starts_at": "2026-11-25T09:00:00+00:00"})
    return Walker(browser)


async def test_the_start_page_shows_the_next_meeting_and_no_invitation_to_book(walker: Walker) -> None:
    page = await walker.open("/min-side")
    assert "Din næste samtale" in page.headings
    assert "onsdag 25. november kl. 10.00" in page.text
    assert "Book en samtale" not in page.links
    assert page.html.count('class="card"') == 1


async def test_without_a_meeting_there_is_one_card_that_leads_to_booking(walker: Walker, town: Town) -> None:
    town.bookings.clear()
    page = await walker.open("/min-side")
    assert page.html.count('class="card"') == 1
    assert page.links["Book en samtale"] == "/book/emne"


async def test_the_receipt_tells_when_where_who_what_to_bring_and_what_happens_now(walker: Walker) -> None:
    page = await walker.open(f"{HERE}/kvittering")
    for words in (
        "onsdag 25. november kl. 10.00",
        "Nordby Kommune, Torvet 1",
        "Mette Krogh",
        "Hjælp til CV",
        "Dit CV.",
        "0000-00B1",
        "Hvad sker der nu?",
        "Vi minder dig om samtalen tirsdag 24. november kl. 10.00 og onsdag 25. november kl. 8.00",
        "receptionen",
    ):
        assert words in page.text, words


async def test_the_receipt_can_be_kept_and_shows_the_meeting_as_it_is_now(walker: Walker, town: Town) -> None:
    town.bookings[BOOKING]["state"] = "cancelled"
    page = await walker.open(f"{HERE}/kvittering")
    assert page.headings[0] == "Samtalen er aflyst"


async def test_the_calendar_file_is_the_invitations_twin(walker: Walker) -> None:
    answer = await walker.browser.get(f"{HERE}/kalender.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.text.replace("\r\n ", "").split("\r\n")
    for line in (
        f"UID:{BOOKING}@nordby.example",
        "SEQUENCE:0",
        "DTSTART:20261125T090000Z",
        "DTEND:20261125T094500Z",
        "SUMMARY:Møde",
        "LOCATION:Nordby Kommune\\, Torvet 1",
        "CLASS:PRIVATE",
        "STATUS:CONFIRMED",
    ):
        assert line in lines, line
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))


async def test_the_list_shows_what_is_to_come_first_and_what_has_been_after(
    walker: Walker, town: Town, clock: FixedClock
) -> None:
    past = BOOKING.replace("b1", "b2")
    town.bookings[past] = town.bookings[BOOKING] | {
        "booking_id": past,
        "starts_at": "2026-11-02T09:00:00+00:00",
        "ends_at": "2026-11-02T09:30:00+00:00",
    }
    page = await walker.open("/aftaler")
    assert (
        page.text.index("onsdag 25. november")
        < page.text.index("Tidligere og aflyste")
        < page.text.index("2. november kl.")
    )


async def test_from_the_reminders_link_a_meeting_is_moved_in_two_clicks(walker: Walker, town: Town) -> None:
    page = await walker.open(HERE)
    walker.clicks = 0
    page = await walker.click(page, "Flyt samtalen")
    name, value = page.form(f"{HERE}/flyt").buttons[3]
    page = await walker.send(page, f"{HERE}/flyt", **{name: value})
    assert walker.clicks == 2
    assert "Samtalen er flyttet." in page.text
    assert town.bookings[BOOKING]["version"] == 2
    assert town.bookings[BOOKING]["starts_at"] == value.split("|")[0]
    assert "Samtalen er flyttet." not in (await walker.open("/aftaler")).text  # said once


async def test_from_the_reminders_link_a_meeting_is_cancelled_in_two_clicks(walker: Walker, town: Town) -> None:
    page = await walker.open(HERE)
    walker.clicks = 0
    page = await walker.click(page, "Aflys samtalen")
    page = await walker.send(page, f"{HERE}/aflys")
    assert walker.clicks == 2
    assert "Samtalen er aflyst." in page.text
    assert town.bookings[BOOKING]["state"] == "cancelled"
    assert page.links["Book en ny samtale"] == "/book/emne"


async def test_what_moving_and_cancelling_mean_is_said_before(walker: Walker) -> None:
    assert "en anden kan få din gamle tid" in (await walker.open(f"{HERE}/flyt")).text
    page = await walker.open(f"{HERE}/aflys")
    assert "Det sker der, når du aflyser" in page.headings
    assert "Loven siger" in page.text
    assert page.links["Flyt hellere samtalen"] == f"{HERE}/flyt"


async def test_the_search_for_a_new_time_names_the_meeting_so_that_its_own_time_counts_as_free(
    walker: Walker, town: Town
) -> None:
    page = await walker.open(f"{HERE}/flyt?antal=12")
    name, value = page.form(f"{HERE}/flyt").buttons[0]
    town.taken.add(value.split("|")[0])
    await walker.send(page, f"{HERE}/flyt", **{name: value})
    searches = [asked.params.get("moving") for asked in town.asked if asked.path == "/free-times"]
    assert searches == [BOOKING, BOOKING]


async def test_moving_keeps_adviser_and_form_until_one_chooses_others(walker: Walker, town: Town) -> None:
    page = await walker.open(f"{HERE}/flyt")
    assert "Din tid er nu onsdag 25. november kl. 10.00 med Mette Krogh, hos os." in page.text
    assert (town.asked[-1].params["form"], town.asked[-1].params["adviser"]) == ("in_person", str(ADVISER))
    times = page.form(f"{HERE}/flyt").buttons
    assert {value.split("|")[2] for _name, value in times} == {"in_person"}
    page = await walker.open(f"{HERE}/flyt?del=&form=video&raadgiver=")
    assert {value.split("|")[2] for _name, value in page.form(f"{HERE}/flyt").buttons} == {"video"}
    assert "adviser" not in town.asked[-1].params


async def test_a_reason_for_cancelling_is_sent_when_it_is_given(walker: Walker, town: Town) -> None:
    page = await walker.open(f"{HERE}/aflys")
    await walker.send(page, f"{HERE}/aflys", reason="illness")
    assert town.bookings[BOOKING]["reason"] == "illness"


async def test_a_time_lost_while_moving_leaves_the_meeting_and_shows_others(walker: Walker, town: Town) -> None:
    page = await walker.open(f"{HERE}/flyt")
    name, value = page.form(f"{HERE}/flyt").buttons[0]
    town.taken.add(value.split("|")[0])
    page = await walker.send(page, f"{HERE}/flyt", **{name: value})
    assert page.status == 409
    assert "Tiden er lige taget af en anden" in page.text
    assert len(page.form(f"{HERE}/flyt").buttons) == 3 + 6
    assert town.bookings[BOOKING]["version"] == 1


@pytest.mark.parametrize(("path", "slug"), [("flyt", "too-late-to-move"), ("aflys", "too-late-to-cancel")])
async def test_a_change_that_comes_too_late_says_whom_to_call(walker: Walker, town: Town, path: str, slug: str) -> None:
    page = await walker.open(f"{HERE}/{path}")
    town.answers[f"POST /bookings/{BOOKING}/{'move' if path == 'flyt' else 'cancel'}"] = refused(409, slug)
    answers = dict([page.form(f"{HERE}/{path}").buttons[0]]) if path == "flyt" else {}
    page = await walker.send(page, f"{HERE}/{path}", **answers)
    assert page.status == 409
    assert "Ring til os, så hjælper vi dig" in page.text


async def test_a_meeting_too_near_to_move_shows_no_way_to_move_it(
    walker: Walker, town: Town, clock: FixedClock
) -> None:
    town.bookings[BOOKING]["movable_until"] = (clock.now() - timedelta(minutes=1)).isoformat()
    page = await walker.open(HERE)
    assert "Flyt samtalen" not in page.links
    assert "Det er for sent at flytte tiden her." in page.text
    assert (await walker.open(f"{HERE}/flyt")).headings[0] == "Din samtale"


@pytest.mark.parametrize("path", ["", "/kvittering", "/kalender.ics", "/flyt", "/aflys"])
async def test_somebody_elses_meeting_is_the_same_as_none(walker: Walker, path: str) -> None:
    answer = await walker.browser.get(f"/aftaler/{BOOKING.replace('b1', 'ff')}{path}")
    assert answer.status_code == 404
    assert "Vi kan ikke finde siden" in answer.text
    assert (await walker.browser.get(f"/aftaler/hej{path}")).status_code == 404


async def test_who_has_looked_is_shown_in_words(walker: Walker) -> None:
    page = await walker.open("/indsigt")
    for words in ("En sagsbehandler", "Dit navn", "Du stod på dagens liste", "24. november 2026 kl. 9.00", "Dig selv"):
        assert words in page.text, words


async def test_contact_choices_can_be_changed(walker: Walker, town: Town) -> None:
    page = await walker.open("/kontakt?til=/book/paamindelse")
    assert page.form("/kontakt").fields["email"] == "amina@example.test"
    answer = await walker.browser.post(
        "/kontakt?til=/aftaler", data=page.form("/kontakt").fields | {"mobile": "30 40 50 60", "language": "en"}
    )
    assert answer.headers["location"] == "/aftaler"
    assert (town.contact["mobile"], town.contact["language"], town.contact["version"]) == ("30 40 50 60", "en", 3)


@pytest.mark.parametrize(
    ("told", "field"),
    [({"email": "amina"}, "email"), ({"mobile": "1"}, "mobile"), ({"email": "", "mobile": ""}, "email")],
)
async def test_contact_details_that_cannot_be_right_are_said_beside_their_field(
    walker: Walker, told: dict[str, str], field: str
) -> None:
    page = await walker.open("/kontakt")
    page = await walker.send(page, "/kontakt", **told)
    assert page.status == 422
    assert f'id="{field}-error"' in page.html
    assert page.form("/kontakt").fields[field] == told[field]


async def test_contact_choices_never_lead_to_another_site(walker: Walker) -> None:
    page = await walker.open("/kontakt")
    for back in ("https://evil.test", "//evil.test", "/\\evil.test"):
        answer = await walker.browser.post(f"/kontakt?til={back}", data=page.form("/kontakt").fields)
        assert answer.headers["location"] == "/"


async def test_a_booking_begun_can_be_taken_up_again(walker: Walker, town: Town) -> None:
    town.bookings.clear()
    await walker.send(await walker.open("/book/emne"), "/book/emne", topic="cv-help", note="")
    page: Page = await walker.open("/min-side")
    assert (await walker.click(page, "Gå videre, hvor du slap")).path == "/book/tid"


async def test_who_is_exempt_is_never_asked_to_book_or_move_but_may_cancel(walker: Walker, town: Town) -> None:
    town.exempt = True
    for path in ("/min-side", "/aftaler", HERE, f"{HERE}/kvittering", f"{HERE}/flyt", f"{HERE}/aflys"):
        page = await walker.open(path)
        asked = [to for to in page.links.values() if to.startswith("/book") or to.endswith(f"{BOOKING}/flyt")]
        assert not [to for to in asked if not to.startswith("/sprog")], path
        assert not [words for words in page.links if "flyt" in words.lower()], path
        assert "Book" not in page.text, path
        assert f"{HERE}/aflys" in page.links.values() or path in ("/min-side", f"{HERE}/aflys", f"{HERE}/kvittering")
    assert "Vi finder derfor en ny tid med dig" in page.text
    page = await walker.send(page, f"{HERE}/aflys")
    assert "Vi finder en ny tid sammen." in page.text
    assert "/book/emne" not in page.links.values()
    assert "/book/emne" not in (await walker.open("/aftaler")).links.values()


async def test_another_meeting_can_be_booked_from_the_list_and_not_from_the_start_card(walker: Walker) -> None:
    assert (await walker.open("/aftaler")).links["Book en samtale mere"] == "/book/emne"
    assert "/book/emne" not in (await walker.open("/min-side")).links.values()
