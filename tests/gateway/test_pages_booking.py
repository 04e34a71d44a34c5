"""Booking as a citizen without JavaScript does it: four steps, and nothing that was answered is lost."""

import asyncio
from datetime import timedelta

import httpx2
import pytest

from shared.clock import FixedClock
from tests.gateway.conftest import CITIZEN, Login
from tests.gateway.page import Page, Walker
from tests.gateway.town import Town, refused

pytestmark = pytest.mark.anyio


@pytest.fixture
async def walker(browser: httpx2.AsyncClient, log_in: Login) -> Walker:
    await log_in("citizen")
    return Walker(browser)


async def to_times(walker: Walker) -> Page:
    page = await walker.open("/book/emne")
    return await walker.send(page, "/book/emne", topic="cv-help", note="Jeg vil gerne vise mit CV.")


async def to_check(walker: Walker) -> Page:
    page = await to_times(walker)
    page = await walker.send(page, "/book/tid", time=page.form("/book/tid").choices["time"][0])
    return await walker.send(page, "/book/paamindelse", reminder="24+2")


async def test_four_steps_lead_to_a_receipt(walker: Walker, town: Town) -> None:
    page = await walker.open("/min-side")
    steps = []
    page = await walker.click(page, "Book en samtale")
    steps.append(page)
    page = await walker.send(page, "/book/emne", topic="cv-help", note="Mit CV")
    steps.append(page)
    page = await walker.send(page, "/book/tid", time=page.form("/book/tid").choices["time"][1])
    steps.append(page)
    page = await walker.send(page, "/book/paamindelse", reminder="24")
    steps.append(page)
    for number, step in enumerate(steps, start=1):
        assert f"Trin {number} af 4" in step.text
    page = await walker.send(page, "/book/tjek")
    assert page.path.endswith("/kvittering")
    assert page.headings[0] == "Din samtale er booket"
    [booked] = town.bookings.values()
    assert (booked["note"], booked["remind_2h"], booked["topic_id"]) == ("Mit CV", False, "cv-help")


async def test_the_first_view_shows_the_earliest_times_with_place_and_adviser(walker: Walker) -> None:
    page = await to_times(walker)
    assert len(page.form("/book/tid").choices["time"]) == 6
    for words in ("onsdag 25. november", "Kl. 9.00", "Nordby Kommune, Torvet 1", "Vi ringer til dig", "Mette Krogh"):
        assert words in page.text


async def test_more_times_are_a_link_away(walker: Walker) -> None:
    page = await walker.click(await to_times(walker), "Vis flere tider")
    assert len(page.form("/book/tid").choices["time"]) == 18


@pytest.mark.parametrize(
    ("wish", "seen", "unseen"),
    [
        ({"del": "morning"}, "Kl. 9.00", "Kl. 13.15"),
        ({"del": "afternoon"}, "Kl. 13.15", "Kl. 9.00"),
        ({"form": "video"}, "Videomøde", "Torvet 1"),
        ({"form": "phone"}, "Vi ringer", "Torvet 1"),
    ],
)
async def test_times_can_be_narrowed_down(walker: Walker, wish: dict[str, str], seen: str, unseen: str) -> None:
    page = await to_times(walker)
    filters = next(form for form in page.forms if form.method == "get")
    answer = await walker.browser.get(filters.action, params=wish)
    assert seen in answer.text
    assert unseen not in answer.text


async def test_going_back_keeps_the_answers(walker: Walker) -> None:
    page = await to_check(walker)
    for words in (
        "Hjælp til CV",
        "onsdag 25. november kl. 9.00",
        "Mette Krogh",
        "Onsdag 25. november kl. 7.00",
    ):
        assert words in page.text
    topic = (await walker.open("/book/emne")).form("/book/emne")
    assert (topic.fields["topic"], topic.fields["note"]) == ("cv-help", "Jeg vil gerne vise mit CV.")
    time = (await walker.open("/book/tid")).form("/book/tid")
    assert time.fields["time"] == time.choices["time"][0]
    assert (await walker.open("/book/paamindelse")).form("/book/paamindelse").fields["reminder"] == "24+2"


async def test_a_filter_is_remembered_when_going_back(walker: Walker) -> None:
    await to_times(walker)
    await walker.open("/book/tid?del=afternoon")
    assert "Kl. 9.00" not in (await walker.open("/book/tid")).text
    assert "Kl. 9.00" in (await walker.open("/book/tid?del=")).text


async def test_the_time_is_held_while_the_answers_are_checked(walker: Walker, town: Town) -> None:
    page = await to_check(walker)
    assert len(town.holds) == 1
    assert "indtil kl. 9.05" in page.text


async def test_the_hold_is_renewed_when_somebody_takes_long(walker: Walker, town: Town, clock: FixedClock) -> None:
    await to_check(walker)
    town.holds.clear()
    clock.advance(timedelta(minutes=6))
    page = await walker.open("/book/tjek")
    assert "indtil kl. 9.11" in page.text
    assert len(town.holds) == 1


async def test_a_hold_that_ended_while_reading_does_no_harm_when_the_time_is_still_free(
    walker: Walker, town: Town
) -> None:
    page = await to_check(walker)
    town.holds.clear()
    page = await walker.send(page, "/book/tjek")
    assert page.headings[0] == "Din samtale er booket"
    assert len(town.bookings) == 1


async def test_a_lost_time_brings_the_nearest_three_and_keeps_the_answers(walker: Walker, town: Town) -> None:
    page = await to_check(walker)
    [held] = town.holds.values()
    town.holds.clear()
    town.taken.add(held["starts_at"])
    page = await walker.send(page, "/book/tjek")
    assert page.path == "/book/tid"
    assert "Tiden er lige taget af en anden" in page.text
    assert "Tættest på den tid, du valgte" in page.text
    choices = page.form("/book/tid").choices["time"]
    assert len(choices) == 3 + 6
    page = await walker.send(page, "/book/tid", time=choices[0])
    assert page.path == "/book/tjek"  # the reminder was answered before
    for words in ("Hjælp til CV", "Jeg vil gerne vise mit CV."):
        assert words in page.text
    await walker.send(page, "/book/tjek")
    assert len(town.bookings) == 1


async def test_a_time_lost_before_it_is_held_brings_alternatives_too(walker: Walker, town: Town) -> None:
    page = await to_times(walker)
    chosen = page.form("/book/tid").choices["time"][0]
    town.taken.add(chosen.split("|")[0])
    page = await walker.send(page, "/book/tid", time=chosen)
    assert "Tiden er lige taget af en anden" in page.text
    assert len(page.form("/book/tid").choices["time"]) == 3 + 6


async def test_pressing_twice_books_once(walker: Walker, town: Town) -> None:
    page = await to_check(walker)
    fields = page.form("/book/tjek").fields
    first = await walker.browser.post("/book/tjek", data=fields)
    second = await walker.browser.post("/book/tjek", data=fields)
    assert first.headers["location"] == second.headers["location"]
    assert len(town.bookings) == 1


async def test_pressing_twice_at_once_books_once(walker: Walker, town: Town) -> None:
    page = await to_check(walker)
    fields = page.form("/book/tjek").fields
    both = await asyncio.gather(*(walker.browser.post("/book/tjek", data=fields) for _ in range(2)))
    assert {answer.status_code for answer in both} == {303}
    assert len(town.bookings) == 1


async def test_without_times_the_page_is_kind_and_says_what_to_do(walker: Walker, town: Town) -> None:
    town.no_times = True
    page = await to_times(walker)
    assert "Der er ingen ledige tider" in page.headings
    assert "Det er ikke din fejl" in page.text
    assert "70 10 20 30" in page.text


async def test_an_exempt_citizen_is_not_asked_to_book(walker: Walker, town: Town) -> None:
    town.exempt = True
    for path in ("/min-side", "/book/emne"):
        page = await walker.open(path)
        assert "Vi finder en tid sammen" in page.headings
        assert "Book en samtale" not in page.links
    assert (await walker.open("/book/tid")).path == "/book/emne"


@pytest.mark.parametrize("path", ["/book/tid", "/book/paamindelse", "/book/tjek"])
async def test_a_step_without_the_ones_before_leads_to_the_first(walker: Walker, path: str) -> None:
    assert (await walker.open(path)).path == "/book/emne"


@pytest.mark.parametrize(
    ("path", "field", "sentence"),
    [
        ("/book/emne", "topic", "Vælg, hvad du vil tale om"),
        ("/book/tid", "time", "Vælg en tid, der passer dig"),
        ("/book/paamindelse", "reminder", "Vælg, hvornår vi skal minde dig om samtalen"),
    ],
)
async def test_a_missing_answer_is_said_on_top_and_beside_the_field(
    walker: Walker, path: str, field: str, sentence: str
) -> None:
    if path != "/book/emne":
        await to_check(walker)
    form = (await walker.open(path)).form(path)
    answer = await walker.browser.post(path, data={"_token": form.fields["_token"]})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.text.count(sentence) == 2
    assert page.links[sentence] == f"#{field}"
    assert f'id="{field}"' in page.html
    assert "<title>Fejl:" in page.html


@pytest.mark.parametrize("time", ["", "x", "|||", "2026-11-25|x|phone", "2026-11-25T09:00:00|{id}|phone"])
async def test_a_time_that_is_none_is_asked_for_again(walker: Walker, time: str) -> None:
    page = await to_times(walker)
    page = await walker.send(page, "/book/tid", time=time.replace("{id}", str(CITIZEN)))
    assert (page.status, page.path) == (422, "/book/tid")


async def test_a_note_may_hold_500_signs(walker: Walker) -> None:
    page = await walker.open("/book/emne")
    assert (await walker.send(page, "/book/emne", topic="cv-help", note="æ" * 501)).status == 422
    assert (await walker.send(page, "/book/emne", topic="cv-help", note="æ" * 500)).path == "/book/tid"


async def test_another_topic_needs_another_time(walker: Walker) -> None:
    await to_check(walker)
    page = await walker.open("/book/emne")
    page = await walker.send(page, "/book/emne", topic="contact-meeting")
    assert "time" not in page.form("/book/tid").fields


@pytest.mark.parametrize("slug", ["citizen-not-registered", "topic-not-for-citizen"])
async def test_a_refusal_that_no_other_time_cures_is_said_in_plain_words(walker: Walker, town: Town, slug: str) -> None:
    page = await to_check(walker)
    town.answers["POST /bookings"] = refused(409, slug)
    page = await walker.send(page, "/book/tjek")
    assert page.status == 409
    assert "Nej." not in page.text


async def test_booking_being_down_is_said_and_the_answers_stay(walker: Walker, town: Town) -> None:
    page = await to_check(walker)
    town.down.add("booking")
    broken = await walker.send(page, "/book/tjek")
    assert (broken.status, broken.answer.headers["retry-after"]) == (503, "30")
    assert "Det er ikke din fejl" in broken.text
    town.down.clear()
    page = await walker.open("/book/tjek")
    assert "Jeg vil gerne vise mit CV." in page.text
    await walker.send(page, "/book/tjek")
    assert len(town.bookings) == 1


async def test_every_call_says_who_asks_and_why(walker: Walker, town: Town) -> None:
    await walker.send(await to_check(walker), "/book/tjek")
    for asked in town.asked:
        if asked.path == "/staff":
            continue
        assert asked.caller.role == "citizen"
        assert asked.caller.citizen_id == asked.caller.actor_id == CITIZEN
        assert asked.caller.purpose in ("selvbooking", "egne-aftaler"), asked.path
    keys = [asked.key for asked in town.asked if asked.method == "POST"]
    assert all(keys)


@pytest.mark.parametrize("again", ["/book/tjek", "/book/tid"])
async def test_a_booking_whose_answer_was_lost_is_found_and_not_made_twice(
    walker: Walker, town: Town, clock: FixedClock, again: str
) -> None:
    """Booking commits, the answer is lost, the hold ends: the time is taken, and it is the citizen's own."""
    page = await to_check(walker)
    chosen = (await walker.open("/book/tid")).form("/book/tid").fields["time"]
    [(_, held)] = town.holds.items()
    town.book({}, {**held, "note": "", "remind_2h": True})
    town.holds.clear()
    town.by_key.clear()
    clock.advance(timedelta(minutes=6))
    if again == "/book/tjek":
        page = await walker.open("/book/tjek")
    else:
        token = page.form("/book/tjek").fields["_token"]
        page = Page(
            await walker.browser.post("/book/tid", data={"_token": token, "time": chosen}, follow_redirects=True)
        )
    assert page.headings[0] == "Din samtale er booket"
    assert len(town.bookings) == 1


async def test_pressing_again_after_the_answer_was_lost_leads_to_the_receipt(walker: Walker, town: Town) -> None:
    page = await to_check(walker)
    [(_, held)] = town.holds.items()
    town.book({}, {**held, "note": "", "remind_2h": True})
    town.holds.clear()
    page = await walker.send(page, "/book/tjek")
    assert page.headings[0] == "Din samtale er booket"
    assert len(town.bookings) == 1
