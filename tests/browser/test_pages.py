"""Every page, in both languages and three widths: no barrier that axe can find, no sideways scroll, no complaint."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from playwright.async_api import Browser

from deploy.embedded.addresses import Addresses
from tests.browser import axe
from tests.browser.person import Person, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(400)]
LANGUAGES = ("da", "en")
LOOKED_AT = (390, 1280)
NARROW = 320
UUID = r"[0-9a-f-]{36}"
Step = Callable[[Person], Awaitable[None]]


async def link(person: Person, shape: str) -> str:
    """Return the first link of the page whose address has this shape."""
    for found in await person.page.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href'))"):
        if re.fullmatch(shape, found or ""):
            return str(found)
    raise AssertionError(f"no link {shape} on {await person.heading()} at {person.page.url}")


def at(path: str) -> Step:
    async def step(person: Person) -> None:
        await person.go(path)

    return step


async def unanswered(person: Person) -> None:
    """A form sent without an answer: the error summary is on the page."""
    await person.go("/book/emne")
    await person.page.locator("main form button[type=submit]").click()
    await person.page.locator("#error-summary").wait_for()


async def topic_chosen(person: Person) -> None:
    await person.go("/book/emne")
    await person.page.locator("input[name=topic]").first.check(force=True)
    await person.page.locator("main form button[type=submit]").click()
    await person.page.locator("input[name=time]").first.wait_for()


async def time_chosen(person: Person) -> None:
    await person.page.locator("input[name=time]").last.check(force=True)
    await person.page.locator("form:has(input[name=time]) button[type=submit]").last.click()
    await person.page.locator("input[name=reminder]").first.wait_for(state="attached")


async def reminder_chosen(person: Person) -> None:
    if await (choices := person.page.locator("input[name=reminder][type=radio]")).count():
        await choices.first.check(force=True)
    await person.page.locator("main form button[type=submit]").click()
    await person.page.wait_for_url("**/book/tjek")


async def booked(person: Person) -> None:
    await person.page.locator("form[action='/book/tjek'] button").click()
    await person.page.wait_for_url("**/kvittering")
    person.noted = person.page.url.removesuffix("/kvittering").removeprefix(person.gateway)


async def one_meeting(person: Person) -> None:
    await person.go(person.noted)


async def moving(person: Person) -> None:
    await person.go(await link(person, rf"/aftaler/{UUID}/flyt"))


async def cancelling(person: Person) -> None:
    await one_meeting(person)
    await person.go(await link(person, rf"/aftaler/{UUID}/aflys"))


async def cancelled(person: Person) -> None:
    await person.page.locator("main form button[type=submit]").last.click()
    await person.page.wait_for_url(re.compile(rf"/aftaler(/{UUID})?$"))


async def found(person: Person) -> None:
    await person.go("/borgere")
    await person.page.locator("#query").fill("Amina")
    await person.page.locator("form[action='/borgere'] button").click()
    await person.page.locator("#found").wait_for()


async def not_found(person: Person) -> None:
    await person.go("/borgere")
    await person.page.locator("form[action='/borgere'] button").click()
    await person.page.locator("#error-summary").wait_for()


async def opened(person: Person) -> None:
    await found(person)
    await person.page.locator("form[action='/borgere/aabn'] button").first.click()
    await person.page.wait_for_url(re.compile(rf"/borgere/{UUID}$"))


async def booking_for(person: Person) -> None:
    await person.go(await link(person, rf"/borgere/{UUID}/book"))


async def booking_for_nobody(person: Person) -> None:
    await person.page.locator("form[method=post]:has(input[name=time]) button[type=submit]").click()
    await person.page.locator("#error-summary").wait_for()


async def booked_for(person: Person) -> None:
    await person.page.locator("input[name=time]").last.check(force=True)
    await person.page.locator("form[method=post]:has(input[name=time]) button[type=submit]").click()
    await person.page.wait_for_url(re.compile(rf"/borgere/{UUID}$"))


async def moving_for(person: Person) -> None:
    await opened(person)
    await person.go(await link(person, rf"/borgere/{UUID}/aftaler/{UUID}/flyt"))


async def cancelling_for(person: Person) -> None:
    await opened(person)
    await person.go(await link(person, rf"/borgere/{UUID}/aftaler/{UUID}/aflys"))


async def cancelled_for(person: Person) -> None:
    await person.page.locator("input[name=reason]").first.check(force=True)
    await person.page.locator("main form[method=post] button[type=submit]").click()
    await person.page.wait_for_url(re.compile(rf"/borgere/{UUID}$"))


async def contact_of(person: Person) -> None:
    await opened(person)
    await person.go(await link(person, rf"/borgere/{UUID}/kontakt"))


async def contact_wrong(person: Person) -> None:
    await person.page.locator("#mobile").fill("12")
    await person.page.locator("main form[method=post] button[type=submit]").click()
    await person.page.locator("#mobile-error").wait_for()


async def exempting(person: Person) -> None:
    await opened(person)
    await person.go(await link(person, rf"/borgere/{UUID}/fritagelse"))


async def wrong_hours(person: Person) -> None:
    await person.go("/arbejdstid")
    await person.page.locator("#starts_1").fill("15")
    await person.page.locator("form[action='/arbejdstid'] button").click()
    await person.page.locator("#error-summary").wait_for()


async def nobody_away(person: Person) -> None:
    await person.go("/kollegers-fravaer")
    await person.page.locator("form[method=post][action='/kollegers-fravaer'] button").click()
    await person.page.locator("#error-summary").wait_for()


async def colleague_away(person: Person) -> None:
    """A Sunday: nobody's meetings are in it."""
    await person.go("/kollegers-fravaer")
    await person.page.locator("#adviser").select_option(index=1)
    for name in ("from_day", "to_day"):
        await person.page.locator(f"#{name}").fill("2036-11-23")
    await person.page.locator("form[method=post][action='/kollegers-fravaer'] button").click()
    await person.page.locator("section table").wait_for()


async def colleague_back(person: Person) -> None:
    await person.page.locator("section table button").first.click()
    await person.page.locator(".alert-success").wait_for()


async def trouble(person: Person) -> None:
    """Somebody foreign writes to a topic of ours: every reader sets it aside, and the first line says so."""
    await person.go("/drift?live=nej")
    async with asyncio.timeout(60):
        while not await person.page.locator("#services .badge-error").count():
            await person.page.reload()
            await asyncio.sleep(0.5)


async def set_aside(person: Person) -> None:
    await person.go("/drift/booking/til-side")
    await person.go(await link(person, rf"/drift/booking/til-side/{UUID}"))


JOURNEYS: dict[str, tuple[str, dict[str, Step]]] = {
    "everybody": (
        "",
        {"front": at("/"), "accessibility": at("/was"), "logged-out": at("/logget-af"), "nowhere": at("/findes-ikke")},
    ),
    "citizen": (
        "Amina",
        {
            "start": at("/min-side"),
            "topic-missing": unanswered,
            "topic": at("/book/emne"),
            "times": topic_chosen,
            "times-filtered": at("/book/tid?del=morning&form=phone"),
            "times-all": at("/book/tid?del=&antal=60"),
            "reminder": time_chosen,
            "check": reminder_chosen,
            "receipt": booked,
            "meetings": at("/aftaler"),
            "meeting": one_meeting,
            "move": moving,
            "cancel": cancelling,
            "meeting-cancelled": cancelled,
            "contact": at("/kontakt"),
            "insight": at("/indsigt"),
            "not-allowed": at("/drift"),
            "still-here": at("/er-du-her"),
        },
    ),
    "citizen-exempt": (
        "Clara",
        {"exempt-start": at("/min-side"), "exempt-book": at("/book/emne"), "exempt-meetings": at("/aftaler")},
    ),
    "caseworker": (
        "Mette",
        {
            "day": at("/dag"),
            "day-paused": at("/dag?live=nej"),
            "hours": at("/arbejdstid"),
            "hours-wrong": wrong_hours,
            "tasks": at("/opgaver"),
            "tasks-done": at("/opgaver?vis=loest"),
            "citizen": opened,
            "exemption": exempting,
        },
    ),
    "frontdesk": (
        "Jens",
        {
            "find": at("/borgere"),
            "find-nothing": not_found,
            "found": found,
            "reason": at("/borgere/0193a000-0000-7000-8000-000000000001"),
            "citizen-opened": opened,
            "book-for": booking_for,
            "book-for-missing": booking_for_nobody,
            "booked-for": booked_for,
            "move-for": moving_for,
            "cancel-for": cancelling_for,
            "cancelled-for": cancelled_for,
            "contact-of": contact_of,
            "contact-of-wrong": contact_wrong,
            "absence": at("/kollegers-fravaer"),
            "absence-missing": nobody_away,
            "absence-entered": colleague_away,
            "absence-deleted": colleague_back,
        },
    ),
    "business": ("Sara", {"nothing-yet": at("/")}),
    "leader": ("Ole", {"leader-tasks": at("/opgaver"), "leader-citizen": opened, "leader-exemption": exempting}),
    "operations": (
        "Dorte",
        {
            "operations": at("/drift"),
            "operations-paused": at("/drift?live=nej"),
            "operations-trouble": trouble,
            "set-asides": at("/drift/booking/til-side"),
            "set-aside": set_aside,
        },
    ),
}


@asynccontextmanager
async def logged_in(browser: Browser, platform: Addresses, name: str, language: str) -> AsyncIterator[Person]:
    async with somebody(browser, platform) as person:
        if name:
            await person.log_in(name)
        await person.speak(language)
        yield person


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("journey", JOURNEYS)
async def test_no_page_has_a_barrier(browser: Browser, platform: Addresses, journey: str, language: str) -> None:
    name, steps = JOURNEYS[journey]
    if journey == "operations":
        await write_nonsense(platform)
    wrong: list[str] = []
    async with logged_in(browser, platform, name, language) as person:
        for step_name, step in steps.items():
            await step(person)
            wrong += [f"{step_name}: {fault}" for fault in await faults_of(person, step_name, language)]
        wrong += [f"console: {said}" for said in person.complaints if "status of 40" not in said and "422" not in said]
    assert not wrong, "\n".join(wrong)


async def test_signs_are_counted_in_the_pages_language(browser: Browser, platform: Addresses) -> None:
    for language, left in (("da", "Du har 496 tegn tilbage"), ("en", "You have 496 characters left")):
        async with logged_in(browser, platform, "Amina", language) as person:
            await person.go("/book/emne")
            await person.page.locator("#note").press_sequentially("Mere")
            await person.page.get_by_text(left).first.wait_for()


async def test_the_demos_mailbox_fits_a_phone(browser: Browser, platform: Addresses) -> None:
    async with logged_in(browser, platform, "Amina", "da") as person:
        await topic_chosen(person)
        await time_chosen(person)
        await reminder_chosen(person)
        await booked(person)
        await person.page.set_viewport_size({"width": LOOKED_AT[0], "height": 800})
        await person.page.goto(platform.url("mailbox"))
        async with asyncio.timeout(30):
            while not await person.page.locator("a[href^='/mails/']").count():
                await asyncio.sleep(0.5)
                await person.page.reload()
        assert await person.sideways() <= 0
        await person.page.locator("a[href^='/mails/']").first.click()
        await person.page.locator("pre").first.wait_for()
        assert await person.sideways() <= 0


async def write_nonsense(platform: Addresses) -> None:
    async with AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{platform.port('kafka')}") as producer:
        await producer.send_and_wait("people.events", b"nonsense", headers=[("ce_type", b"people.citizen-changed.v1")])


async def faults_of(person: Person, name: str, language: str) -> list[str]:
    """Look at the page in every width; keep pictures of it."""
    wrong: list[str] = []
    if await person.page.locator("html").get_attribute("lang") != language:
        wrong.append("the page speaks another language")
    for width in LOOKED_AT:
        await person.page.set_viewport_size({"width": width, "height": 800})
        wrong += [f"{width} px: {barrier}" for barrier in await axe.barriers(person.page)]
        if language == "da":
            await person.shot(f"{name}_{width}")
    await person.page.set_viewport_size({"width": NARROW, "height": 800})
    if (wider := await person.sideways()) > 0:
        wrong.append(f"{NARROW} px: {wider} px wider than the window")
    await person.page.set_viewport_size({"width": LOOKED_AT[-1], "height": 800})
    return wrong
