"""What holds for every page: headers, weight, help, static files, and a plain page when something is wrong."""

import gzip
import re
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI

from services.gateway.settings import GatewaySettings
from services.gateway.web.rendering import STATIC, shown_phone, static_version
from services.gateway.web.security import content_policy
from services.gateway.web.throttle import Throttle
from shared.clock import FixedClock
from shared.settings import load
from tests.gateway.conftest import Login
from tests.gateway.page import Walker
from tests.gateway.town import Town

pytestmark = pytest.mark.anyio
OPEN = ("/", "/was", "/logget-af", "/nowhere")
CITIZENS = ("/min-side", "/book/emne", "/aftaler", "/indsigt", "/kontakt")


async def pages(browser: httpx2.AsyncClient, log_in: Login) -> list[httpx2.Response]:
    """Some pages of each kind."""
    found = [await browser.get(path) for path in OPEN]
    await log_in("citizen")
    return found + [await browser.get(path) for path in CITIZENS]


async def test_every_page_is_safe_by_its_headers(browser: httpx2.AsyncClient, log_in: Login) -> None:
    nonces = set()
    for answer in await pages(browser, log_in):
        headers = answer.headers
        policy = headers["content-security-policy"]
        nonce = re.findall("'nonce-([^']+)'", policy)[0]
        nonces.add(nonce)
        assert "unsafe" not in policy
        assert policy == content_policy(nonce, "http://127.0.0.1:9")
        assert set(re.findall(r'<script[^>]* nonce="([^"]+)"', answer.text)) == {nonce}
        assert headers["cache-control"] == "no-store"
        assert headers["vary"] == "Cookie, HX-Request"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["strict-transport-security"].startswith("max-age=")
    assert len(nonces) == len(OPEN) + len(CITIZENS)


async def test_no_page_has_a_script_or_style_of_its_own_or_anything_from_elsewhere(
    browser: httpx2.AsyncClient, log_in: Login
) -> None:
    for answer in await pages(browser, log_in):
        assert " style=" not in answer.text
        assert not re.search(r"<script(?![^>]* src=)", answer.text)
        assert not re.search(r"\son\w+=", answer.text)
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', answer.text):
            assert address.startswith(("/", "#", "tel:")), address


async def test_every_page_has_the_help_phone_the_statement_and_both_languages(
    browser: httpx2.AsyncClient, log_in: Login
) -> None:
    for answer in await pages(browser, log_in):
        assert answer.text.count('href="tel:+4570102030"') >= 2
        assert 'href="/was"' in answer.text
        assert 'href="/sprog/da?til=' in answer.text
        assert 'href="/sprog/en?til=' in answer.text
        assert answer.text.count("<h1") == 1


async def test_every_page_of_somebody_logged_in_has_a_button_to_log_out(
    browser: httpx2.AsyncClient, log_in: Login
) -> None:
    await log_in("citizen")
    for path in CITIZENS:
        assert 'action="/log-af"' in (await browser.get(path)).text


async def test_the_first_page_weighs_at_most_150_kilobytes_without_fonts(
    browser: httpx2.AsyncClient, log_in: Login
) -> None:
    await log_in("citizen")
    page = await browser.get("/book/emne")
    assets = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page.text))
    # What the style sheet itself fetches for a page like ours is little: fonts are counted apart, images are inline.
    answers = [await browser.get(path, headers={"Accept-Encoding": "gzip"}) for path in assets]
    assert len(assets) >= 5
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    weight = len(page.content) + sum(len(gzip.compress(answer.content)) for answer in answers)
    assert {answer.headers["content-encoding"] for answer in answers if len(answer.content) > 2000} == {"gzip"}
    assert weight <= 150_000


async def test_static_files_may_be_kept_for_ever_because_their_address_changes_with_them(
    browser: httpx2.AsyncClient,
) -> None:
    answer = await browser.get(f"/static/{static_version()}/own/jobvej.css")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await browser.get("/static/before/own/jobvej.css")).status_code == 404
    assert (await browser.get(f"/static/{static_version()}/../main.py")).status_code == 404


def test_the_licences_lie_beside_what_was_fetched() -> None:
    for name in ("dkfds/LICENSE.md", "htmx/LICENSE"):
        assert (STATIC / "vendor" / name).is_file()


def test_our_scripts_keep_nothing_in_the_browser() -> None:
    for path in (STATIC / "own").glob("*.js"):
        assert not re.search("localStorage|sessionStorage|indexedDB|document.cookie", path.read_text())


async def test_a_page_answers_head_and_a_stream_does_not(browser: httpx2.AsyncClient, log_in: Login) -> None:
    assert (await browser.head("/")).status_code == 200
    assert (await browser.head("/min-side")).status_code == 303, "as for GET: log in first"
    await log_in("citizen")
    assert (await browser.head("/min-side")).status_code == 200
    assert (await browser.head("/dag/live")).status_code == 405


async def test_figures_are_for_the_inside_of_the_house(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/metrics")).status_code == 200
    assert (await browser.get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"})).status_code == 404


async def test_the_gateway_is_alive_and_ready(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/livez")).text == "ok"
    assert (await browser.get("/readyz")).text == "ok"


@pytest.mark.parametrize("service", ["people", "booking"])
async def test_a_service_that_is_down_gets_a_page_that_says_so(
    browser: httpx2.AsyncClient, log_in: Login, town: Town, service: str
) -> None:
    await log_in("citizen")
    town.down.add(service)
    answer = await browser.get("/kontakt" if service == "people" else "/min-side")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    for words in ("Noget virker ikke lige nu", "Det er ikke din fejl", "Prøv igen", "70 10 20 30"):
        assert words in answer.text


async def test_a_fault_of_ours_is_a_page_and_no_secrets(app: FastAPI, settings: GatewaySettings, log_in: Login) -> None:
    @app.get("/broken", name="front")
    async def broken() -> None:
        raise ValueError("secret of ours")

    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=settings.public_url) as other:
        answer = await other.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_search_by_one_person_is_slowed_down(
    browser: httpx2.AsyncClient, log_in: Login, clock: FixedClock
) -> None:
    await log_in("citizen")
    walker = Walker(browser)
    await walker.send(await walker.open("/book/emne"), "/book/emne", topic="cv-help", note="")
    statuses = [(await browser.get("/book/tid")).status_code for _ in range(91)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    clock.advance(timedelta(seconds=61))
    assert (await browser.get("/book/tid")).status_code == 200


def test_the_throttle_forgets_after_a_minute_and_keeps_people_apart() -> None:
    throttle = Throttle()
    assert [throttle.allows("search", "a", 2, now) for now in (0.0, 1.0, 2.0)] == [True, True, False]
    assert throttle.allows("search", "b", 2, 2.0)
    assert throttle.allows("book", "a", 2, 2.0)
    assert throttle.allows("search", "a", 2, 60.5)


@pytest.mark.parametrize(
    ("number", "shown"), [("+4570102030", "70 10 20 30"), ("+46701234567", "+46701234567"), ("12 34", "12 34")]
)
def test_phone_numbers_are_written_in_pairs(number: str, shown: str) -> None:
    assert shown_phone(number) == shown


GIVEN = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://u:p@h/d",
    "KAFKA_BOOTSTRAP": "k:9092",
    "PORT": "8000",
    "PEOPLE_URL": "http://people",
    "BOOKING_URL": "http://booking",
    "NOTIFICATIONS_URL": "http://notifications",
    "SIGNING_KEY": '{"kid": "2026-1", "kty": "OKP"}',
    "PUBLIC_URL": "https://job.nordby.dk",
    "OIDC_ISSUER": "https://login.nordby.dk",
    "OIDC_CLIENT_ID": "jobvej",
    "OIDC_CLIENT_SECRET": "of-our-own",
    "AUTHORITY_NAME": "Nordby Kommune",
    "AUTHORITY_PHONE": "+4570102030",
    "MAIL_DOMAIN": "nordby.example",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNING_KEY", '{"kid": "demo-gateway"}'),
        ("OIDC_CLIENT_SECRET", "demo-secret"),
        ("OIDC_ISSUER", "http://login.nordby.dk"),
        ("OIDC_ISSUER", "https://localhost:9400"),
        ("PUBLIC_URL", "http://job.nordby.dk"),
        ("DEMO_MAILBOX_URL", "https://mail.nordby.dk"),
    ],
)
def test_production_refuses_what_belongs_to_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    for given, own in (GIVEN | {name: value}).items():
        monkeypatch.setenv(f"JOBVEJ_{given}", own)
    with pytest.raises(SystemExit) as ended:
        load(GatewaySettings)
    assert ended.value.code == 2
    assert f"JOBVEJ_{name}" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["PEOPLE_URL", "OIDC_ISSUER", "SIGNING_KEY", "AUTHORITY_PHONE", "MAIL_DOMAIN"])
def test_a_missing_setting_refuses_to_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for given, own in GIVEN.items():
        monkeypatch.setenv(f"JOBVEJ_{given}", own)
    load(GatewaySettings)
    monkeypatch.delenv(f"JOBVEJ_{name}")
    with pytest.raises(SystemExit):
        load(GatewaySettings)
    assert f"JOBVEJ_{name} is missing" in capsys.readouterr().err
