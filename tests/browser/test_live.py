"""What changes appears by itself: without reload, without stealing the focus, and it can be stopped."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from datetime import datetime

import psutil
import pytest
from playwright.async_api import Browser, Error, expect

from deploy.embedded.addresses import Addresses
from shared.clock import local
from tests.browser.person import Person, somebody
from tests.browser.steps import book, cancel

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
SOON = 15_000
STOPS_SECONDS = 4


@pytest.fixture
async def mette(browser: Browser, platform: Addresses) -> AsyncIterator[Person]:
    async with somebody(browser, platform) as person:
        await person.log_in("Mette", "/dag")
        yield person


@pytest.fixture
async def bo(browser: Browser, platform: Addresses) -> AsyncIterator[Person]:
    async with somebody(browser, platform, width=390) as person:
        await person.log_in("Bo", "/min-side")
        await person.without_meetings()
        yield person


async def day_of(person: Person, booking: str) -> str:
    """Return the day of a meeting as the address of a caseworker's page has it."""
    calendar = await person.page.request.get(f"{person.gateway}/aftaler/{booking}/kalender.ics")
    starts = re.search(r"DTSTART[^:]*:(\d{8}T\d{6})(Z?)", await calendar.text())
    assert starts
    moment = datetime.fromisoformat(starts[1] + ("+00:00" if starts[2] else ""))
    return (local(moment) if starts[2] else moment).date().isoformat()


async def test_a_new_booking_appears_on_the_open_day_without_reload(mette: Person, bo: Person) -> None:
    first = await book(bo, note="Den første")
    day = await day_of(bo, first)
    await cancel(bo, first)
    await mette.go(f"/dag?dato={day}")
    await mette.page.evaluate("window.neverReloaded = true")
    await mette.page.get_by_role("link", name="Dagen efter").focus()
    async with mette.page.expect_response(lambda answer: "/dag?" in answer.url, timeout=SOON):
        booking = await book(bo, note="Jeg vil gerne tale om lager")
        assert await day_of(bo, booking) == day
    meeting = mette.page.locator(f"#meeting-{booking}")
    await expect(meeting).to_contain_text("Jeg vil gerne tale om lager", timeout=SOON)
    await expect(meeting).to_contain_text("Bo Lindgaard")
    confirmation = meeting.get_by_role("listitem").filter(has_text="Bekræftelse")
    await expect(confirmation).to_contain_text("Sendt", timeout=SOON)
    await expect(mette.page.get_by_role("status")).to_contain_text("samtale")
    assert await mette.page.evaluate("window.neverReloaded")
    assert await mette.page.evaluate("document.activeElement.textContent.trim()") == "Dagen efter"
    await mette.shot("day-live_1280")
    await cancel(bo, booking)
    await expect(meeting).to_have_count(0, timeout=SOON)
    assert await mette.page.evaluate("window.neverReloaded")
    assert mette.complaints == []


async def test_an_open_day_outlives_a_restart_of_the_gateway(mette: Person, bo: Person, platform: Addresses) -> None:
    first = await book(bo)
    day = await day_of(bo, first)
    await mette.go(f"/dag?dato={day}")
    await mette.page.evaluate("window.neverReloaded = true")
    await cancel(bo, first)
    await expect(mette.page.locator(f"#meeting-{first}")).to_have_count(0, timeout=SOON)
    gateway = listening_on(platform.port("gateway"))
    gateway.send_signal(signal.SIGTERM)
    await asyncio.to_thread(gateway.wait, STOPS_SECONDS)  # an open stream does not hold it up
    await until_it_answers(bo)
    booking = await book(bo)
    await expect(mette.page.locator(f"#meeting-{booking}")).to_have_count(1, timeout=4 * SOON)
    assert await mette.page.evaluate("window.neverReloaded")
    await cancel(bo, booking)


def listening_on(port: int) -> psutil.Process:
    found = [one.pid for one in psutil.net_connections("tcp4") if one.laddr.port == port and one.status == "LISTEN"]
    return psutil.Process(found[0])


async def until_it_answers(person: Person) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await person.page.request.get(f"{person.gateway}/readyz")).ok:
                    return
            except Error:
                await asyncio.sleep(0.2)


async def test_a_day_on_pause_stands_still_until_it_is_asked_to_go_on(mette: Person) -> None:
    await mette.click(button="Sæt på pause")
    await expect(mette.page.locator("#day-stream")).to_have_count(0)
    await mette.click(button="Opdatér igen")
    await expect(mette.page.locator("#day-stream")).to_have_count(1)


async def test_only_the_sentence_is_announced(mette: Person) -> None:
    assert await mette.page.get_by_role("status").count() == 1
    assert await mette.page.locator("[aria-live]:not(.character-limit-sr-only)").count() == 0


async def test_the_operations_page_looks_again_by_itself_and_keeps_its_sentence(
    browser: Browser, platform: Addresses
) -> None:
    async with somebody(browser, platform) as dorte:
        await dorte.log_in("Dorte", "/drift")
        await dorte.page.evaluate(
            """() => {
                // On a busy machine the state may really change meanwhile: only a change without news counts.
                const line = document.getElementById('state-line');
                let before = line.textContent.trim();
                window.said = 0;
                const everything = { characterData: true, childList: true, subtree: true };
                new MutationObserver(() => {
                    const now = line.textContent.trim();
                    if (now === before) window.said++;
                    before = now;
                }).observe(line, everything);
            }"""
        )
        for _ in range(2):
            async with dorte.page.expect_response(lambda answer: answer.url.endswith("/drift"), timeout=SOON) as told:
                pass
            assert (await told.value).ok
        await expect(dorte.page.locator("#processes")).to_contain_text("booking-relay")
        assert await dorte.page.evaluate("window.said") == 0, "nothing changed, and yet something was announced"
        await dorte.click(button="Sæt på pause")
        await expect(dorte.page.locator("#state-stream")).to_have_count(0)
        assert dorte.complaints == []
