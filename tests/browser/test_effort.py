"""How little it takes: clicks, bytes, and room for fingers."""

import pytest
from playwright.async_api import Browser, Response, expect

from deploy.embedded.addresses import Addresses
from tests.browser.person import Person, somebody
from tests.browser.steps import book, cancel

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
MOST_BYTES = 150_000
FINGER = 44
# What can be hit and is not a link within a sentence (WCAG 2.5.8 exempts those).
SMALL = """least => ['button', 'a.button', 'summary', 'input', 'select', 'nav a']
    .flatMap(kind => [...document.querySelectorAll('main ' + kind)])
    .filter(one => one.type !== 'hidden' && one.checkVisibility())
    .map(one => {
        const hit = [one, ...(one.labels || [])].map(part => part.getBoundingClientRect().height);
        return [(one.textContent || one.name || '').trim().slice(0, 30), Math.round(Math.max(...hit))];
    })
    .filter(([, height]) => height < least)"""


async def test_a_meeting_is_moved_in_two_clicks_and_cancelled_in_two_from_the_reminders_link(
    browser: Browser, platform: Addresses
) -> None:
    async with somebody(browser, platform, width=390) as bo:
        await bo.log_in("Bo", "/min-side")
        await bo.without_meetings()
        booking = await book(bo)
        await bo.go(f"/aftaler/{booking}")  # where the reminder's link leads after login
        bo.clicks = 0
        await bo.click(link="Flyt samtalen")
        await expect(bo.page.locator("main")).to_contain_text("Mette Krogh")
        await bo.click(button="Flyt til")
        await expect(bo.page.get_by_role("alert")).to_be_visible()
        assert bo.clicks <= 2
        bo.clicks = 0
        await cancel(bo, booking)
        await expect(bo.page.locator("main")).to_contain_text("aflyst", ignore_case=True)
        assert bo.clicks <= 2


async def test_staff_book_for_a_citizen_in_five_clicks(browser: Browser, platform: Addresses) -> None:
    """Registering one talk took about 40 clicks (STAR 2024); 8 is what we must stay under."""
    async with somebody(browser, platform) as jens:
        await jens.log_in("Jens", "/borgere")
        await jens.page.get_by_label("CPR-nummer eller navn").fill("Amina Y")
        jens.clicks = 0
        await jens.click(button="Find", exact=True)
        await jens.click(button="Amina Yusuf")
        await jens.click(link="Book en samtale")
        await jens.choose(jens.page.locator("input[name=time]").last)
        await jens.click(button="Book samtalen")
        await expect(jens.page.get_by_role("alert")).to_contain_text("Samtalen er booket")
        assert jens.clicks <= 5
        await jens.click(link="Aflys")
        await jens.choose(jens.page.get_by_label("Borgeren er syg"))
        await jens.click(button="Aflys samtalen")
        await expect(jens.page.get_by_role("alert")).to_contain_text("Samtalen er aflyst")


async def test_the_first_page_of_booking_is_light(browser: Browser, platform: Addresses) -> None:
    async with somebody(browser, platform, width=390) as bo:
        await bo.log_in("Bo", "/min-side")
        storage = await bo.page.context.storage_state()
        fresh = await browser.new_context(storage_state=storage, viewport={"width": 390, "height": 800})
        answers: list[Response] = []
        page = await fresh.new_page()
        page.on("response", lambda answer: answers.append(answer))
        await page.goto(f"{bo.gateway}/book/emne", wait_until="networkidle")
        sizes = [
            (await one.request.sizes())["responseBodySize"]
            for one in answers
            if "font" not in one.request.resource_type
        ]
        await fresh.close()
        assert 0 < sum(sizes) <= MOST_BYTES


async def test_citizens_pages_have_room_for_fingers(browser: Browser, platform: Addresses) -> None:
    async with somebody(browser, platform, width=320) as bo:
        await bo.log_in("Bo", "/min-side")
        small = {}
        for path in ("/", "/min-side", "/book/emne", "/aftaler", "/kontakt", "/indsigt"):
            await bo.go(path)
            if found := await bo.page.evaluate(SMALL, FINGER):
                small[path] = found
        assert small == {}


async def test_nothing_is_kept_in_the_browser(browser: Browser, platform: Addresses) -> None:
    async with somebody(browser, platform) as bo:
        await bo.log_in("Bo", "/min-side")
        await bo.go("/kontakt")
        assert await kept(bo) == [0, 0]
        (cookie,) = [
            one for one in await bo.page.context.cookies() if one["name"].endswith("jobvej") or "jobvej-" in one["name"]
        ]
        assert cookie["httpOnly"]
        assert "Bo" not in cookie["value"]


async def kept(person: Person) -> list[int]:
    found: list[int] = await person.page.evaluate("[localStorage.length, sessionStorage.length]")
    return found
