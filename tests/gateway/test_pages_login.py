"""Login by a real OpenID Connect provider: code flow with PKCE, and nothing personal left behind."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import oidc_provider_mock
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from services.gateway.main import create_app
from services.gateway.permissions import EVERYBODY
from services.gateway.settings import GatewaySettings
from services.gateway.web.guard import TOKEN_FIELD, safe_path
from services.gateway.web.visit import cookie_name
from shared.clock import FixedClock
from tests.gateway.conftest import ADVISER, Login
from tests.gateway.page import Page, Walker
from tests.gateway.town import AMINA_CPR, Town

pytestmark = pytest.mark.anyio
USERS = [
    oidc_provider_mock.User(sub="amina", claims={"name": "Amina Yusuf", "cpr": AMINA_CPR}),
    oidc_provider_mock.User(sub="nobody", claims={"cpr": "6101010001"}),
    oidc_provider_mock.User(sub="mette", claims={"preferred_username": "mette", "roles": ["jv-sag", "andet"]}),
    oidc_provider_mock.User(sub="silent", claims={"preferred_username": "mette"}),
    oidc_provider_mock.User(sub="roleless", claims={"preferred_username": "mette", "roles": ["andet"]}),
    oidc_provider_mock.User(sub="weak", claims={"cpr": AMINA_CPR, "loa": "low"}),
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread(user_claims=USERS) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def settings(settings: GatewaySettings, issuer: str) -> GatewaySettings:
    return settings.model_copy(update={"oidc_issuer": issuer, "role_mapping": {"jv-sag": "caseworker"}})


@pytest.fixture
async def issuers_page() -> AsyncIterator[httpx2.AsyncClient]:
    """The same browser on the issuer's site."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        yield client


async def comes_back(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient, subject: str, til: str = "/"
) -> str:
    """Go to the issuer, press a person's button there, and return the address that leads back."""
    away = await browser.get("/log-ind", params={"til": til})
    assert away.status_code == 302
    answer = await issuers_page.post(away.headers["location"], data={"sub": subject})
    assert answer.status_code == 302
    return str(answer.headers["location"])


async def test_a_citizen_logs_in_and_lands_on_the_own_page(
    app: FastAPI, browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient, town: Town
) -> None:
    answer = await browser.get(await comes_back(browser, issuers_page, "amina"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/min-side")
    assert (await browser.get("/min-side")).status_code == 200
    [looked] = [asked for asked in town.asked if asked.path == "/citizens/find-by-cpr"]
    assert (looked.caller.role, looked.caller.purpose) == ("service", "login")


async def test_after_login_one_is_where_one_was_going(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient
) -> None:
    answer = await browser.get(await comes_back(browser, issuers_page, "amina", til="/aftaler"))
    assert answer.headers["location"] == "/aftaler"


async def test_the_cpr_number_is_kept_nowhere(
    app: FastAPI, browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient
) -> None:
    address = await comes_back(browser, issuers_page, "amina")
    answer = await browser.get(address)
    async with app.state.database.transaction() as session:
        kept = str(await session.scalar(text("select string_agg(visit::text, '') from visit")))
    for place in (address, answer.headers["location"], answer.headers["set-cookie"], kept, answer.text):
        assert AMINA_CPR not in place
        assert "Amina" not in place


async def test_the_way_to_the_issuer_carries_pkce_state_and_nonce(browser: httpx2.AsyncClient) -> None:
    away = await browser.get("/log-ind")
    query = parse_qs(urlsplit(away.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    for name in ("code_challenge", "state", "nonce"):
        assert len(query[name][0]) >= 20
    assert query["redirect_uri"] == ["https://jobvej.test/log-ind/svar"]


async def test_a_login_begins_under_a_new_cookie(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient, settings: GatewaySettings
) -> None:
    address = await comes_back(browser, issuers_page, "amina")
    before = browser.cookies[cookie_name(settings)]
    await browser.get(address)
    after = browser.cookies[cookie_name(settings)]
    assert before != after
    browser.cookies.set(cookie_name(settings), before, domain="jobvej.test", path="/")
    assert (await browser.get("/min-side")).status_code == 303


async def test_an_answer_that_another_browser_asked_for_is_worth_nothing(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient
) -> None:
    address = await comes_back(browser, issuers_page, "amina")
    browser.cookies.clear()
    answer = await browser.get(address)
    assert answer.status_code == 403
    assert "Du blev ikke logget ind" in answer.text


async def test_an_answer_can_be_used_once(browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient) -> None:
    address = await comes_back(browser, issuers_page, "amina")
    await browser.get(address)
    browser.cookies.clear()
    assert (await browser.get(address)).status_code == 403


@pytest.mark.parametrize("query", ["", "?error=access_denied&state=x", "?code=x&state=y"])
async def test_a_broken_answer_says_try_again(browser: httpx2.AsyncClient, query: str) -> None:
    answer = await browser.get(f"/log-ind/svar{query}")
    assert answer.status_code == 403
    assert "Prøv igen" in answer.text


@pytest.mark.parametrize("subject", ["nobody", "roleless"])
async def test_somebody_unknown_or_without_a_role_is_told_whom_to_call(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient, subject: str
) -> None:
    answer = await browser.get(await comes_back(browser, issuers_page, subject))
    assert answer.status_code == 403
    assert "70 10 20 30" in answer.text


@pytest.mark.parametrize("subject", ["mette", "silent"])
async def test_staff_get_their_roles_from_the_issuer_or_else_from_people(
    app: FastAPI, browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient, subject: str
) -> None:
    await browser.get(await comes_back(browser, issuers_page, subject))
    async with app.state.database.transaction() as session:
        row = (await session.execute(text("select roles, actor_id, citizen_id from visit"))).one()
    assert tuple(row) == (["caseworker"], ADVISER, None)


async def test_an_assurance_below_the_required_lets_nobody_in(
    settings: GatewaySettings, clock: FixedClock, town: Town, issuers_page: httpx2.AsyncClient
) -> None:
    strict = settings.model_copy(update={"oidc_required_claims": {"loa": ["substantial", "high"]}})
    app = create_app(strict, clock=clock, transport=httpx2.MockTransport(town.answer))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=strict.public_url) as browser:
        for subject in ("weak", "amina"):
            assert (await browser.get(await comes_back(browser, issuers_page, subject))).status_code == 403
    await app.state.database.close()


async def test_logging_out_ends_the_issuers_session_too_and_sends_nothing_personal(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient, issuer: str
) -> None:
    await browser.get(await comes_back(browser, issuers_page, "amina"))
    page = Page(await browser.get("/min-side"))
    answer = await browser.post("/log-af", data=page.form("/log-af").fields)
    there = urlsplit(answer.headers["location"])
    assert f"{there.scheme}://{there.netloc}" == issuer
    assert parse_qs(there.query) == {
        "client_id": ["jobvej"],
        "post_logout_redirect_uri": ["https://jobvej.test/logget-af"],
    }
    assert (await browser.get("/min-side")).status_code == 303


async def test_an_unfinished_booking_is_there_again_after_the_next_login(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient, clock: FixedClock
) -> None:
    walker = Walker(browser)
    await browser.get(await comes_back(browser, issuers_page, "amina"))
    await walker.send(await walker.open("/book/emne"), "/book/emne", topic="cv-help", note="Mit CV")
    clock.advance(timedelta(days=2))
    answer = await browser.get("/book/tid", follow_redirects=True)
    assert "dine svar er gemt" in answer.text
    again = Page(answer).links["Log ind igen"]
    away = await browser.get(again)
    back = await issuers_page.post(away.headers["location"], data={"sub": "amina"})
    answer = await browser.get(back.headers["location"])
    assert answer.headers["location"] == "/book/tid"
    assert (await walker.open("/book/emne")).form("/book/emne").fields["note"] == "Mit CV"


async def test_after_logging_out_nothing_of_a_booking_is_left(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient
) -> None:
    walker = Walker(browser)
    await browser.get(await comes_back(browser, issuers_page, "amina"))
    page = await walker.send(await walker.open("/book/emne"), "/book/emne", topic="cv-help", note="Mit CV")
    await browser.post("/log-af", data=page.form("/log-af").fields)
    await browser.get(await comes_back(browser, issuers_page, "amina"))
    assert (await walker.open("/book/emne")).form("/book/emne").fields["note"] == ""


async def test_an_issuer_that_is_down_is_said_in_plain_words(
    settings: GatewaySettings, clock: FixedClock, town: Town
) -> None:
    down = settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    app = create_app(down, clock=clock, transport=httpx2.MockTransport(town.answer))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=down.public_url) as browser:
        answer = await browser.get("/log-ind")
    assert answer.status_code == 503
    assert "Vi kan ikke logge dig ind lige nu" in answer.text
    await app.state.database.close()


async def test_people_being_down_is_said_in_plain_words(
    browser: httpx2.AsyncClient, issuers_page: httpx2.AsyncClient, town: Town
) -> None:
    address = await comes_back(browser, issuers_page, "amina")
    town.down.add("people")
    assert (await browser.get(address)).status_code == 503


@pytest.mark.parametrize("path", ["https://evil.test", "//evil.test", "/\\evil.test", "evil", "", None, "/a\nb"])
def test_a_way_back_is_always_on_this_site(path: str | None) -> None:
    assert safe_path(path) == "/"


def test_a_way_back_keeps_its_query() -> None:
    assert safe_path("/book/tid?antal=18") == "/book/tid?antal=18"


async def test_logins_from_one_address_are_slowed_down(browser: httpx2.AsyncClient, clock: FixedClock) -> None:
    answers = [await browser.get("/log-ind/svar") for _ in range(61)]
    assert [answer.status_code for answer in answers[-2:]] == [403, 429]
    assert answers[-1].headers["retry-after"] == "60"
    clock.advance(timedelta(minutes=1, seconds=1))
    assert (await browser.get("/log-ind/svar")).status_code == 403


@pytest.mark.parametrize("role", EVERYBODY)
async def test_the_front_page_never_asks_somebody_to_log_in_who_is(
    browser: httpx2.AsyncClient, log_in: Login, role: str
) -> None:
    await log_in(role)
    answer = await browser.get("/")
    assert answer.status_code == 303 or ("Log ind" not in answer.text and "Log af" in answer.text)


async def test_a_role_without_pages_is_told_what_will_come(browser: httpx2.AsyncClient, log_in: Login) -> None:
    token = await log_in("business_consultant")
    page = await Walker(browser).open("/")
    assert page.headings[0] == "Der er ikke noget til din rolle endnu"
    assert "praktikpladser" in page.text
    assert page.forms[-1].fields[TOKEN_FIELD] == token
