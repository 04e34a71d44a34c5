"""The browser itself: it is real, it finds barriers, it speaks Danish."""

import pytest
from playwright.async_api import Browser

from tests.browser import axe

pytestmark = pytest.mark.anyio

GOOD = "<!doctype html><html lang=da><title>Prøve</title><main><h1>Hej</h1></main></html>"
BAD = "<!doctype html><html lang=da><title>Prøve</title><main><h1>Hej</h1><img src=''></main></html>"


async def test_the_browser_is_a_real_chromium(browser: Browser) -> None:
    assert int(browser.version.split(".")[0]) >= 150


async def test_a_page_without_barriers_has_none(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content(GOOD)
    assert await axe.barriers(page) == []
    await page.close()


async def test_a_planted_barrier_is_found_and_told_in_danish(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content(BAD)
    (found,) = await axe.barriers(page)
    assert found.startswith("image-alt: Billeder skal have")
    await page.close()
