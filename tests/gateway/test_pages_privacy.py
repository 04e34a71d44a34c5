"""No personal data in addresses, logs or the browser: everything a citizen does is done, and all of it is read."""

import logging
import re

import httpx2
import pytest
from structlog.testing import capture_logs

from shared import telemetry
from tests.gateway.conftest import Login
from tests.gateway.page import Page, Walker
from tests.gateway.town import AMINA_CPR, Town

pytestmark = pytest.mark.anyio
PERSONAL = ("Amina", "Yusuf", "amina@example.test", "20304050", "20 30 40 50", AMINA_CPR, "lagerarbejde", "Gade 7")
CPR = re.compile(r"(?<!\d)\d{6}-?\d{4}(?!\d)")
ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def everything(walker: Walker, town: Town) -> list[Page]:
    """Do everything that a citizen can do, with personal words wherever there is a field."""
    pages = [await walker.open("/book/emne")]
    pages.append(await walker.send(pages[-1], "/book/emne", topic="cv-help", note="Amina om lagerarbejde, Gade 7"))
    choices = pages[-1].form("/book/tid").choices["time"]
    pages.append(await walker.send(pages[-1], "/book/tid", time=choices[0]))
    pages.append(await walker.send(pages[-1], "/book/paamindelse", reminder="24+2"))
    pages.append(await walker.send(pages[-1], "/book/tjek"))
    meeting = pages[-1].path.removesuffix("/kvittering")
    for path in ("", "/flyt", "/aflys", "/kalender.ics"):
        pages.append(await walker.open(meeting + path))
    move = next(page for page in pages if page.path.endswith("/flyt"))
    pages.append(await walker.send(move, f"{meeting}/flyt", time=move.form(f"{meeting}/flyt").buttons[0][1]))
    cancel = next(page for page in pages if page.path.endswith("/aflys"))
    pages.append(await walker.send(cancel, f"{meeting}/aflys", reason="illness"))
    contact = await walker.open("/kontakt")
    pages.append(await walker.send(contact, "/kontakt", email="amina@example.test", mobile="20304050"))
    pages.append(await walker.send(contact, "/kontakt", email="amina"))
    for path in ("/indsigt", "/aftaler", "/min-side", "/nowhere"):
        pages.append(await walker.open(path))
    town.down.add("booking")
    pages.append(await walker.open("/min-side"))
    return pages


async def test_addresses_hold_no_personal_data(browser: httpx2.AsyncClient, log_in: Login, town: Town) -> None:
    seen: list[str] = []
    browser.event_hooks["request"] = [_note(seen)]
    await log_in("citizen")
    pages = await everything(Walker(browser), town)
    seen += [link for page in pages for link in page.links.values() if not link.startswith("tel:")]
    seen += [form.action for page in pages for form in page.forms]
    seen += [asked.path for asked in town.asked]
    assert len(seen) > 100
    for address in seen:
        assert not any(word in address for word in PERSONAL), address
        assert not CPR.search(ID.sub("", address)), address


def _note(seen: list[str]):  # type: ignore[no-untyped-def]  # an httpx2 hook
    async def note(request: httpx2.Request) -> None:
        seen.append(str(request.url))

    return note


async def test_logs_hold_no_personal_data(
    browser: httpx2.AsyncClient, log_in: Login, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await log_in("citizen")
    with capture_logs() as entries:
        await everything(Walker(browser), town)
    said = [str(entry) for entry in entries] + [
        record.getMessage() for record in caplog.records if record.name.split(".")[0] not in ("httpx2", "httpcore2")
    ]
    assert said
    for line in said:
        assert not any(word in line for word in PERSONAL), line
        assert not CPR.search(line), line


async def test_pages_are_not_kept_by_the_browser(browser: httpx2.AsyncClient, log_in: Login, town: Town) -> None:
    await log_in("citizen")
    for page in await everything(Walker(browser), town):
        assert page.answer.headers["cache-control"] == "no-store"
        for cookie in page.answer.headers.get_list("set-cookie"):
            assert re.match(r"(__Host-jobvej=[\w-]{43}|__Host-jobvej=|sprog=(da|en));", cookie)


async def test_a_citizens_name_is_not_on_the_screen_of_a_shared_computer(
    browser: httpx2.AsyncClient, log_in: Login, town: Town
) -> None:
    await log_in("citizen")
    for page in await everything(Walker(browser), town):
        assert "Yusuf" not in page.html


def test_the_mask_of_logs_hides_a_cpr_number() -> None:
    assert AMINA_CPR not in telemetry.masked(f"cpr {AMINA_CPR}")
