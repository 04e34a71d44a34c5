"""The main story as people live it: by keyboard alone, without JavaScript, on a small screen, and seen live."""

import pytest
from playwright.async_api import Browser, expect

from deploy.embedded.addresses import Addresses
from tests.browser.person import Person, somebody
from tests.browser.steps import book, booking_of

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]


async def test_the_whole_story_by_keyboard_alone(browser: Browser, platform: Addresses) -> None:
    async with somebody(browser, platform) as amina:
        await amina.go("/")
        await amina.press("Log ind")
        await amina.press("Log ind som Amina")
        await amina.without_meetings()
        await amina.go("/min-side")
        booking = await booked_by_keyboard(amina)
        await changed_by_keyboard(amina, booking)
        assert amina.complaints == []


async def booked_by_keyboard(amina: Person) -> str:
    page = amina.page
    await amina.press("Book en")
    await amina.tab_to("Samtale om")
    await page.keyboard.press("Space")
    await amina.tab_to("Vil du skrive")
    await page.keyboard.type("Skrevet uden mus")
    await amina.press("Næste")
    await page.locator("input[name=time]").first.wait_for()
    for _ in range(4):  # far enough to be moved: not today
        await amina.press("Vis flere tider")
    await amina.tab_to(str(await page.locator("label[for=time]").inner_text()).replace("\n", " "))
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowUp")  # from the first time around to the last
    await amina.press("Næste")
    reminder = page.locator("label[for=reminder]")
    await reminder.wait_for()
    await amina.tab_to((await reminder.inner_text()).strip())
    await page.keyboard.press("Space")
    await amina.press("Næste")
    await amina.press("Book samtalen")
    assert await amina.heading() == "Din samtale er booket"
    return booking_of(amina)


async def changed_by_keyboard(amina: Person, booking: str) -> None:
    page = amina.page
    await amina.go(f"/aftaler/{booking}")
    await amina.press("Flyt samtalen")
    await amina.press("Flyt til")
    await expect(page.get_by_role("alert")).to_be_visible()
    await amina.go(f"/aftaler/{booking}")
    await amina.press("Aflys samtalen")
    await amina.press("Aflys samtalen")
    await expect(page.locator("main")).to_contain_text("aflyst", ignore_case=True)
    await amina.press("Log af")


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_the_whole_story_without_javascript(browser: Browser, platform: Addresses, width: int) -> None:
    async with somebody(browser, platform, width=width, javascript=False) as bo:
        await bo.log_in("Bo", "/min-side")
        booking = await book(bo, note="Uden JavaScript")
        await expect(bo.page.locator("main")).to_contain_text("Mette Krogh")
        await bo.go(f"/aftaler/{booking}")
        await bo.click(link="Flyt samtalen")
        await bo.page.locator("button[name=time]").last.click()
        await expect(bo.page.get_by_role("alert")).to_be_visible()
        await bo.go(f"/aftaler/{booking}")
        await bo.click(link="Aflys samtalen")
        await bo.click(button="Aflys samtalen")
        await expect(bo.page.locator("main")).to_contain_text("aflyst", ignore_case=True)
