"""Steps that several stories share."""

import re

from playwright.async_api import Locator

from tests.browser.person import Person

RECEIPT = re.compile(r"/aftaler/([0-9a-f-]{36})/kvittering")


def booking_of(person: Person) -> str:
    """Return the id of the booking whose receipt is on the screen."""
    found = RECEIPT.search(person.page.url)
    assert found, f"no receipt but {person.page.url}"
    return found[1]


async def book(person: Person, *, note: str = "", adviser: str = "Mette Krogh") -> str:
    """Book a time with an adviser by mouse or touch, late enough to be moved; return the booking's id."""
    await person.go("/book/emne")
    await person.choose(person.page.locator("input[name=topic]").first)
    await person.page.locator("textarea[name=note]").fill(note)
    await person.click(button="Næste")
    option: Locator = person.page.locator("select[name=raadgiver] option", has_text=adviser)
    await person.go(f"/book/tid?raadgiver={await option.get_attribute('value')}&antal=60")
    await person.choose(person.page.locator("input[name=time]").last)
    await person.click(button="Næste")
    await person.choose(person.page.locator("input[name=reminder]").first)
    await person.click(button="Næste")
    await person.click(button="Book samtalen")
    await person.page.wait_for_url("**/kvittering")
    return booking_of(person)


async def cancel(person: Person, booking: str) -> None:
    """Cancel one's own meeting."""
    await person.go(f"/aftaler/{booking}")
    await person.click(link="Aflys samtalen")
    await person.click(button="Aflys samtalen")
