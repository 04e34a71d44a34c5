"""Somebody at a browser: logs in as a persona, works by mouse or by keyboard alone, and counts the clicks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, Locator, Page

from deploy.embedded.addresses import Addresses
from deploy.embedded.place import ROOT

SHOTS = ROOT / ".data" / "screenshots"
MOST_TABS = 120
FOCUSED = """() => {
    const one = document.activeElement;
    const label = one.labels && one.labels.length ? one.labels[0].textContent : '';
    return (one.getAttribute('aria-label') || label || one.textContent || one.value || '').replace(/\\s+/g, ' ').trim();
}"""

# The design system draws the ring of a radio button and a checkbox around a part of its label.
OUTLINED = """() => {
    const one = document.activeElement;
    const drawn = (element, part) => {
        const style = getComputedStyle(element, part);
        return (style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none';
    };
    const parts = [null, '::before', '::after'];
    return [one, ...(one.labels || [])].some(element => parts.some(part => drawn(element, part)));
}"""


class Person:
    """One person in one browser window."""

    def __init__(self, page: Page, at: Addresses) -> None:
        self.page, self.gateway = page, at.url("gateway")
        self.clicks = 0
        self.noted = ""  # an address to come back to
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))

    async def log_in(self, name: str, path: str = "/") -> None:
        """Log in through the identity provider, as the persona's first name says, and land on `path`."""
        await self.page.goto(f"{self.gateway}/log-ind?til={path}")
        await self.page.get_by_role("button", name=f"Log ind som {name}").click()
        await self.page.wait_for_url(f"{self.gateway}/**")

    async def go(self, path: str) -> None:
        """Type an address."""
        await self.page.goto(f"{self.gateway}{path}")

    async def click(self, *, link: str | None = None, button: str | None = None, exact: bool = False) -> None:
        """Click a link or a button by its words."""
        self.clicks += 1
        if link is not None:
            await self.page.get_by_role("link", name=link, exact=exact).first.click()
        else:
            await self.page.get_by_role("button", name=button, exact=exact).first.click()
        await self.page.wait_for_load_state()

    async def choose(self, choice: Locator) -> None:
        """Click a radio button by its label, which is what people hit."""
        self.clicks += 1
        await choice.check(force=True)

    async def speak(self, language: str) -> None:
        """Choose the language of the pages."""
        await self.go(f"/sprog/{language}")

    async def without_meetings(self) -> None:
        """Begin with none: cancel what an earlier test left behind."""
        await self.go("/aftaler")
        while await self.page.locator("a[href$='/aflys']").count():
            await self.page.locator("a[href$='/aflys']").first.click()
            await self.page.locator("form[action$='/aflys'] button, main form[method=post] button").last.click()
            await self.go("/aftaler")

    async def heading(self) -> str:
        """Return the page's first heading."""
        return (await self.page.locator("h1").first.inner_text()).strip()

    async def tab_to(self, words: str) -> None:
        """Press Tab until what has the focus begins with these words. Raises AssertionError when nothing does."""
        passed: list[str] = []
        for _ in range(MOST_TABS):
            await self.page.keyboard.press("Tab")
            focused = str(await self.page.evaluate(FOCUSED))
            if focused.startswith(words):
                assert await self.focus_is_visible(), f"nobody sees that “{words}” has the focus"
                return
            passed.append(focused[:40])
        raise AssertionError(f"Tab never reaches “{words}”; it passes {passed}")

    async def press(self, words: str) -> None:
        """Reach a link or button with Tab and press Enter."""
        await self.tab_to(words)
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")

    async def focus_is_visible(self) -> bool:
        """Say whether what has the focus, or its label, is outlined (WCAG 2.4.7)."""
        return bool(await self.page.evaluate(OUTLINED))

    async def shot(self, name: str) -> None:
        """Keep a picture of the whole page in .data/screenshots."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    async def sideways(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@asynccontextmanager
async def somebody(
    browser: Browser, at: Addresses, *, width: int = 1280, height: int = 800, javascript: bool = True
) -> AsyncIterator[Person]:
    """A person with a fresh browser window: Danish, in Copenhagen."""
    context: BrowserContext = await browser.new_context(
        viewport={"width": width, "height": height},
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
        java_script_enabled=javascript,
    )
    context.set_default_timeout(20_000)
    try:
        yield Person(await context.new_page(), at)
    finally:
        await context.close()
