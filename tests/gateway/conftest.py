"""A gateway over a real database, with services that answer what the test says, and a browser of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.gateway import store
from services.gateway.main import create_app
from services.gateway.settings import GatewaySettings
from services.gateway.web.visit import Visit, _new_token, _row, cookie_name
from shared.clock import FixedClock
from shared.identity import Caller, TokenVerifier, new_key, public_part
from tests.gateway.town import Town

PUBLIC_URL = "https://jobvej.test"
CITIZEN = UUID("0193a000-0000-7000-8000-000000000001")
ADVISER = UUID("0193a000-0000-7000-8000-0000000000a1")
Login = Callable[..., Awaitable[str]]


@pytest.fixture
def key() -> dict[str, Any]:
    return new_key("demo-gateway")


@pytest.fixture
def settings(database_of: Callable[[str], str], key: dict[str, Any]) -> GatewaySettings:
    return GatewaySettings(
        environment="test",
        database_url=database_of("gateway"),
        kafka_bootstrap="127.0.0.1:1",
        port=0,
        pool_size=4,
        people_url="http://people.test",
        booking_url="http://booking.test",
        notifications_url="http://notifications.test",
        signing_key=key,
        public_url=PUBLIC_URL,
        oidc_issuer="http://127.0.0.1:9",
        oidc_client_id="jobvej",
        oidc_client_secret=SecretStr("demo-secret"),
        authority_name="Nordby Kommune",
        authority_phone="+4570102030",
        mail_domain="nordby.example",
        trusted_proxies="10.0.0.0/8",
    )


@pytest.fixture
def town(key: dict[str, Any], clock: FixedClock) -> Town:
    """The services around the gateway: what they know, what they were asked, by whom and why."""
    verifiers = {
        name: TokenVerifier({"gateway": public_part(key)}, name) for name in ("people", "booking", "notifications")
    }

    def who(name: str, token: str) -> Caller:
        return verifiers[name].caller(token)

    return Town(who, clock, CITIZEN, ADVISER)


@pytest.fixture
def app(settings: GatewaySettings, clock: FixedClock, town: Town) -> FastAPI:
    return create_app(settings, clock=clock, transport=httpx2.MockTransport(town.answer))


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without JavaScript: it keeps cookies and sends what browsers say about where a form comes from."""
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app),
            base_url=PUBLIC_URL,
            headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": "da"},
        ) as client,
    ):
        yield client


@pytest.fixture
def log_in(app: FastAPI, browser: httpx2.AsyncClient, clock: FixedClock, settings: GatewaySettings) -> Login:
    """`await log_in("citizen")` gives the browser a login with these roles; returns its form token."""

    async def work(*roles: str) -> str:
        visit = Visit(
            started_at=clock.now(),
            seen_at=clock.now(),
            ends_at=clock.now() + timedelta(minutes=30),
            form_token=_new_token(),
            token=_new_token(),
            roles=roles,
            actor_id=CITIZEN if "citizen" in roles else ADVISER,
            citizen_id=CITIZEN if "citizen" in roles else None,
        )
        async with app.state.database.transaction() as session:
            await store.keep_visit(session, _row(visit, clock.now()))
        browser.cookies.clear()
        browser.cookies.set(cookie_name(settings), visit.token, domain="jobvej.test", path="/")
        return visit.form_token

    return work
