"""Login sessions: random, on the server, ended by rest, age or the owner."""

import asyncio
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from services.gateway import store
from services.gateway.settings import GatewaySettings
from services.gateway.web.visit import Visit, cookie_name
from shared.clock import FixedClock
from tests.gateway.conftest import CITIZEN, Login
from tests.gateway.page import Walker
from tests.gateway.town import Town

pytestmark = pytest.mark.anyio


async def rows(app: FastAPI) -> int:
    async with app.state.database.transaction() as session:
        return int(await session.scalar(text("select count(*) from visit")))


async def test_whoever_only_reads_the_front_page_gets_no_cookie(app: FastAPI, browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/")
    assert "set-cookie" not in answer.headers
    assert await rows(app) == 0


async def test_the_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts(
    browser: httpx2.AsyncClient, log_in: Login
) -> None:
    token = await log_in("citizen")
    answer = await browser.post("/log-af", data={"_token": token})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-jobvej=")
    for part in ("Path=/", "HttpOnly", "SameSite=Lax", "Secure"):
        assert part in cookie
    assert "Domain" not in cookie


def test_two_checkouts_on_one_machine_do_not_share_a_cookie(settings: GatewaySettings) -> None:
    names = {
        cookie_name(settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})) for port in (8000, 8001)
    }
    assert len(names) == 2


async def test_the_database_holds_the_tokens_hash_only(
    app: FastAPI, browser: httpx2.AsyncClient, log_in: Login, settings: GatewaySettings
) -> None:
    await log_in("citizen")
    token = browser.cookies[cookie_name(settings)]
    async with app.state.database.transaction() as session:
        kept = str(await session.scalar(text("select visit::text from visit")))
    assert token not in kept


async def test_a_login_ends_after_half_an_hours_rest(
    browser: httpx2.AsyncClient, log_in: Login, clock: FixedClock
) -> None:
    await log_in("citizen")
    for _ in range(3):
        clock.advance(timedelta(minutes=29))
        assert (await browser.get("/min-side")).status_code == 200
    clock.advance(timedelta(minutes=31))
    assert (await browser.get("/min-side")).headers["location"] == "/log-ind?til=/min-side"


async def test_a_login_ends_after_eight_hours_however_busy(
    browser: httpx2.AsyncClient, log_in: Login, clock: FixedClock
) -> None:
    await log_in("citizen")
    for _ in range(23):
        clock.advance(timedelta(minutes=20))
        assert (await browser.get("/min-side")).status_code == 200
    clock.advance(timedelta(minutes=21))
    assert (await browser.get("/min-side")).status_code == 303


async def test_the_page_knows_how_long_the_login_lasts_and_any_page_makes_it_longer(
    browser: httpx2.AsyncClient, log_in: Login, clock: FixedClock
) -> None:
    token = await log_in("citizen")
    assert 'data-seconds-left="1800"' in (await browser.get("/min-side")).text
    clock.advance(timedelta(minutes=25))
    answer = await browser.post("/forlaeng", headers={"X-Form-Token": token})
    assert (answer.status_code, answer.headers["x-seconds-left"]) == (204, "1800")
    clock.advance(timedelta(hours=7, minutes=29) - timedelta(minutes=1))
    assert (await browser.get("/min-side")).status_code == 303


async def test_near_the_longest_life_the_page_counts_down_to_it(
    browser: httpx2.AsyncClient, log_in: Login, clock: FixedClock
) -> None:
    await log_in("citizen")
    for _ in range(19):
        clock.advance(timedelta(minutes=25))
        await browser.get("/min-side")
    assert 'data-seconds-left="300"' in (await browser.get("/min-side")).text


async def test_without_javascript_the_page_asks_before_it_ends_and_that_question_is_no_sign_of_life(
    browser: httpx2.AsyncClient, log_in: Login, clock: FixedClock
) -> None:
    await log_in("citizen")
    page = await browser.get("/aftaler")
    assert '<noscript><meta http-equiv="refresh" content="1500; url=/er-du-her?til=/aftaler"></noscript>' in page.text
    clock.advance(timedelta(minutes=25))
    question = await browser.get("/er-du-her?til=/aftaler")
    assert 'content="300; url=/logget-af?tid=1"' in question.text
    clock.advance(timedelta(minutes=5))
    assert (await browser.get("/aftaler")).status_code == 303


async def test_staying_logged_in_leads_back_to_the_page(
    browser: httpx2.AsyncClient, log_in: Login, clock: FixedClock
) -> None:
    await log_in("citizen")
    walker = Walker(browser)
    page = await walker.open("/er-du-her?til=/aftaler")
    assert (await walker.send(page, "/forlaeng")).path == "/aftaler"


async def test_logging_out_deletes_the_login_and_what_the_browser_kept(
    app: FastAPI, browser: httpx2.AsyncClient, log_in: Login
) -> None:
    token = await log_in("citizen")
    answer = await browser.post("/log-af", data={"_token": token})
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await rows(app) == 0


async def test_an_old_cookie_opens_nothing_after_logging_out(
    browser: httpx2.AsyncClient, log_in: Login, settings: GatewaySettings
) -> None:
    token = await log_in("citizen")
    stolen = browser.cookies[cookie_name(settings)]
    await browser.post("/log-af", data={"_token": token})
    browser.cookies.set(cookie_name(settings), stolen, domain="jobvej.test", path="/")
    assert (await browser.get("/min-side")).status_code == 303


@pytest.mark.parametrize("value", ["", "x", "a" * 5000, "æøå", '"', "; ;"])
async def test_a_cookie_that_we_did_not_make_is_nobodys(browser: httpx2.AsyncClient, value: str) -> None:
    raw = f"__Host-jobvej={value}".encode("latin-1", "replace")
    answer = await browser.get("/min-side", headers=[(b"cookie", raw)])
    assert answer.status_code == 303


async def test_while_the_database_is_away_nobody_is_sent_to_log_in(
    app: FastAPI, browser: httpx2.AsyncClient, log_in: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_in("citizen")

    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(store, "find_visit", away)
        answer = await browser.get("/min-side")
        assert answer.status_code == 503
        assert "Det er ikke din fejl" in answer.text
        assert "set-cookie" not in answer.headers
    assert (await browser.get("/min-side")).status_code == 200


async def test_a_login_that_ended_is_swept_away_after_a_week(
    app: FastAPI, browser: httpx2.AsyncClient, log_in: Login, clock: FixedClock
) -> None:
    await log_in("citizen")
    for days, left in ((6, 1), (2, 0)):
        clock.advance(timedelta(days=days))
        async with app.state.database.transaction() as session:
            await store.forget_ended_visits(session, clock.now())
        assert await rows(app) == left


def test_a_login_begins_under_a_new_token(clock: FixedClock) -> None:
    now = clock.now()
    visit = Visit(started_at=now, seen_at=now, ends_at=now, form_token="form", token="before")
    visit.begin(now, roles=("citizen",), actor_id=CITIZEN, citizen_id=CITIZEN)
    assert visit.token != "before"
    assert visit.form_token != "form"
    assert visit.old_tokens == ["before"]


async def test_a_request_that_was_under_way_does_not_bring_a_login_back(
    app: FastAPI, browser: httpx2.AsyncClient, log_in: Login, town: Town
) -> None:
    """Answering needs booking, booking is slow, and meanwhile another tab logs out."""
    token = await log_in("citizen")
    asked, logged_out = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        asked.set()
        await logged_out.wait()

    town.before["GET /topics"] = slow
    told = {"_token": token, "topic": "cv-help", "note": "Mit CV"}
    under_way = asyncio.create_task(browser.post("/book/emne", data=told))
    await asked.wait()
    await browser.post("/log-af", data={"_token": token})
    logged_out.set()
    answer = await under_way
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await rows(app) == 0
