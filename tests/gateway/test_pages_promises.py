"""What a citizen is promised is true: for this meeting, this person and this moment."""

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from shared.clock import FixedClock
from tests.gateway.conftest import ADVISER, Login
from tests.gateway.page import Page, Walker
from tests.gateway.town import Town

pytestmark = pytest.mark.anyio
BOOKING = "0193a000-0000-7000-8000-0000000000b1"
RECEIPT = f"/aftaler/{BOOKING}/kvittering"


@pytest.fixture
async def walker(browser: httpx2.AsyncClient, log_in: Login) -> Walker:
    await log_in("citizen")
    return Walker(browser)


def meet(town: Town, clock: FixedClock, ahead: timedelta, **changes: Any) -> datetime:
    """Have a meeting so long from now."""
    starts = clock.now() + ahead
    body = {"topic": "cv-help", "adviser_id": str(ADVISER), "form": "in_person", "remind_2h": True, **changes}
    town.bookings[BOOKING] = town.booking(BOOKING, body | {"starts_at": starts.isoformat()})
    return starts


def message(kind: str, state: str, due_at: datetime, occasion: int = 1) -> dict[str, Any]:
    return {"kind": kind, "state": state, "due_at": due_at.isoformat(), "occasion": occasion}


async def test_a_meeting_soon_is_not_promised_a_reminder(walker: Walker, town: Town, clock: FixedClock) -> None:
    meet(town, clock, timedelta(minutes=90))
    page = await walker.open(RECEIPT)
    assert "Samtalen er så snart, at vi ikke når at minde dig om den." in page.text
    assert "Vi minder dig" not in page.text


async def test_a_reminder_that_was_not_wanted_is_told_from_one_that_is_not_possible(
    walker: Walker, town: Town, clock: FixedClock
) -> None:
    meet(town, clock, timedelta(hours=23), remind_2h=False)
    page = await walker.open(RECEIPT)
    assert "Du har valgt ikke at få en påmindelse." in page.text
    assert "så snart" not in page.text
    meet(town, clock, timedelta(minutes=90), remind_2h=False)
    assert "Samtalen er så snart" in (await walker.open(RECEIPT)).text


async def test_reminders_are_promised_with_their_time(walker: Walker, town: Town, clock: FixedClock) -> None:
    meet(town, clock, timedelta(hours=26))
    page = await walker.open(RECEIPT)
    assert "Vi minder dig om samtalen tirsdag 24. november kl. 11.00 og onsdag 25. november kl. 9.00." in page.text


async def test_what_notifications_has_planned_is_what_is_promised(
    walker: Walker, town: Town, clock: FixedClock
) -> None:
    starts = meet(town, clock, timedelta(hours=47))
    town.answers[f"GET /bookings/{BOOKING}/notices"] = (
        200,
        [
            message("confirmation", "sent", clock.now()),
            message("reminder_24h", "planned", starts - timedelta(hours=30)),
            message("reminder_2h", "dropped", starts - timedelta(hours=2)),
        ],
    )
    page = await walker.open(RECEIPT)
    assert "Vi har sendt dig en besked om tiden." in page.text
    assert "Vi minder dig om samtalen onsdag 25. november kl. 2.00." in page.text


async def test_what_was_planned_for_an_earlier_time_is_not_promised(
    walker: Walker, town: Town, clock: FixedClock
) -> None:
    meet(town, clock, timedelta(minutes=90))
    town.answers[f"GET /bookings/{BOOKING}/notices"] = (200, [message("reminder_24h", "planned", clock.now(), 0)])
    assert "Vi minder dig" not in (await walker.open(RECEIPT)).text


async def test_somebody_without_an_address_is_told_that_we_cannot_write(
    walker: Walker, town: Town, clock: FixedClock
) -> None:
    meet(town, clock, timedelta(hours=26))
    town.contact |= {"email": None, "mobile": None}
    page = await walker.open(RECEIPT)
    assert "Vi har hverken din e-mail eller dit nummer." in page.text
    assert page.links["Skriv det her"].startswith("/kontakt?til=/aftaler/")
    for promise in ("Vi sender dig", "Vi minder dig"):
        assert promise not in page.text


async def test_a_receipt_stands_when_nobody_else_answers(walker: Walker, town: Town, clock: FixedClock) -> None:
    meet(town, clock, timedelta(hours=26))
    await walker.open("/aftaler")  # names of staff are known from before
    town.down |= {"notifications", "people"}
    page = await walker.open(RECEIPT)
    assert page.status == 200
    assert "så snart vi kan" in page.text
    assert "Vi minder dig" not in page.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("in_person", "Adressen er Nordby Kommune, Torvet 1. Meld dig i receptionen"),
        ("phone", "Vi ringer på 20 30 40 50."),
        ("video", "Vi mødes på video, og din rådgiver giver dig et link."),
    ],
)
async def test_the_receipt_says_how_we_meet(
    walker: Walker, town: Town, clock: FixedClock, form: str, words: str
) -> None:
    meet(town, clock, timedelta(hours=26), form=form)
    assert words in (await walker.open(RECEIPT)).text


async def test_nobody_is_told_that_we_call_a_number_we_do_not_have(
    walker: Walker, town: Town, clock: FixedClock
) -> None:
    meet(town, clock, timedelta(hours=26), form="phone")
    town.contact |= {"mobile": None}
    page = await walker.open(RECEIPT)
    assert "Vi ringer til dig, men vi har ikke dit nummer." in page.text


async def test_of_a_meeting_that_is_over_nobody_claims_that_it_was_held(
    walker: Walker, town: Town, clock: FixedClock
) -> None:
    """Whether the citizen came is not known."""
    meet(town, clock, timedelta(days=-2))
    for path in ("/aftaler", f"/aftaler/{BOOKING}", RECEIPT):
        page = await walker.open(path)
        assert "Tidligere samtale" in page.text, path
        assert "Holdt" not in page.text, path
    assert "Hvad sker der nu?" not in page.headings


async def to_reminders(walker: Walker, town: Town) -> Page:
    page = await walker.send(await walker.open("/book/emne"), "/book/emne", topic="cv-help", note="")
    return await walker.send(page, "/book/tid", time=page.form("/book/tid").choices["time"][0])


async def test_only_reminders_that_will_be_sent_are_offered(walker: Walker, town: Town) -> None:
    """The first free time is tomorrow at 9: there are no more than 24 hours left."""
    page = await to_reminders(walker, town)
    assert "Ingen påmindelse" in page.text
    assert "Onsdag 25. november kl. 7.00" in page.text
    assert "24. november" not in page.text
    check = await walker.send(page, "/book/paamindelse", reminder="24")
    assert "Ingen påmindelse" in check.text


async def test_without_a_choice_nothing_is_asked(walker: Walker, town: Town) -> None:
    town.answers["GET /reminders"] = (200, [])
    page = await to_reminders(walker, town)
    assert "choices" not in page.form("/book/paamindelse").choices
    assert "Samtalen er så snart" in page.text
    assert (await walker.send(page, "/book/paamindelse")).path == "/book/tjek"


async def test_booking_goes_on_when_notifications_is_down(walker: Walker, town: Town) -> None:
    town.down.add("notifications")
    page = await to_reminders(walker, town)
    assert "Hvis vi kan nå det." in page.text
    page = await walker.send(page, "/book/paamindelse", reminder="24+2")
    assert (await walker.send(page, "/book/tjek")).headings[0] == "Din samtale er booket"
