"""What staff pages say about time: what is going on now, whole days away, and every process that is down."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from services.gateway.clients.operations import Watch
from shared.clock import FixedClock
from tests.gateway.conftest import ADVISER, Login
from tests.gateway.desk import TEN, a_meeting, told
from tests.gateway.page import Walker
from tests.gateway.town import Town

pytestmark = pytest.mark.anyio
LATER = "0193a000-0000-7000-8000-0000000000b2"


@pytest.fixture
def walker(browser: httpx2.AsyncClient, town: Town) -> Walker:
    town.answers |= told()
    return Walker(browser)


async def test_the_meeting_that_has_begun_is_now_and_not_the_next(
    walker: Walker, town: Town, clock: FixedClock, log_in: Login
) -> None:
    two = TEN + timedelta(hours=4)
    second = a_meeting(
        booking_id=LATER, starts_at=two.isoformat(), ends_at=(two + timedelta(minutes=45)).isoformat(), note=""
    )
    town.answers[f"GET /advisers/{ADVISER}/day"] = (200, {"bookings": [a_meeting(), second]})
    for moment, words in (
        (TEN - timedelta(minutes=5), "Den næste er kl. 10.00."),
        (TEN + timedelta(minutes=5), "Lige nu: samtalen kl. 10.00. Den næste er kl. 14.00."),
        (two + timedelta(minutes=5), "Lige nu: samtalen kl. 14.00."),
    ):
        clock.set(moment)
        await log_in("caseworker")
        status = " ".join((await walker.open("/dag")).text.split())
        assert words in status
        assert ("Den næste" in status) == ("Den næste" in words)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (("2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z"), ["onsdag 25. november, hele dagen"] * 2),
        (
            ("2026-11-24T23:00:00Z", "2026-11-27T23:00:00Z"),
            ["onsdag 25. november, hele dagen", "fredag 27. november, hele dagen"],
        ),
        (("2026-11-25T08:00:00Z", "2026-11-25T23:00:00Z"), ["onsdag 25. november kl. 9.00"]),
    ],
)
async def test_whole_days_away_are_told_as_days(
    walker: Walker, town: Town, log_in: Login, span: tuple[str, str], words: list[str]
) -> None:
    away: dict[str, Any] = {"absence_id": LATER, "starts_at": span[0], "ends_at": span[1], "reason": "holiday"}
    town.answers[f"GET /advisers/{ADVISER}/absences"] = (200, {"absences": [away]})
    await log_in("caseworker")
    page = await walker.open("/arbejdstid")
    await log_in("frontdesk")
    for text in (page.text, (await walker.open(f"/kollegers-fravaer?medarbejder={ADVISER}")).text):
        for word in words:
            assert text.count(word) >= words.count(word), word


async def test_a_gateway_that_does_not_answer_is_a_problem_too(
    app: FastAPI, walker: Walker, clock: FixedClock, log_in: Login
) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    app.state.watch = Watch({"gateway": "http://gateway.test"}, clock, httpx2.MockTransport(refuse))
    await log_in("operations")
    page = await walker.open("/drift")
    assert "gateway svarer ikke" in page.text
