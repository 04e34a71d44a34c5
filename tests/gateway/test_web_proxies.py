"""Who asks, seen through reverse proxies: only those that are named in the settings are believed."""

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from services.gateway.permissions import RULES
from services.gateway.settings import GatewaySettings
from tests.gateway.conftest import PUBLIC_URL

pytestmark = pytest.mark.anyio
ALLOWED = RULES["login"].counts or 0


async def log_ins(app: FastAPI, *, through: str, by: list[str]) -> list[int]:
    """The status of a login for each of the addresses that a proxy at `through` names."""
    transport = httpx2.ASGITransport(app, client=(through, 1))
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        return [(await client.get("/log-ind", headers={"X-Forwarded-For": one})).status_code for one in by]


async def test_behind_a_trusted_proxy_everybody_has_logins_of_their_own(app: FastAPI) -> None:
    found = await log_ins(app, through="10.1.2.3", by=["192.0.2.7"] * (ALLOWED + 1) + ["192.0.2.8"])
    assert (found[ALLOWED - 1] != 429, found[-2], found[-1] != 429) == (True, 429, True)


async def test_nobody_else_can_say_who_they_are(app: FastAPI) -> None:
    found = await log_ins(app, through="198.51.100.4", by=[f"192.0.2.{number}" for number in range(ALLOWED + 1)])
    assert found[-1] == 429


@pytest.mark.parametrize("given", ["*", "ingress", "10.0.0.0/33", "10.1.0.0/8"])
def test_a_proxy_is_an_address_or_a_network(settings: GatewaySettings, given: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        GatewaySettings(**settings.model_dump() | {"trusted_proxies": given})


def test_the_domain_of_calendar_entries_must_be_said(settings: GatewaySettings) -> None:
    """Without it an entry has another identifier here than in the mail, and a calendar shows the meeting twice."""
    without = {name: value for name, value in settings.model_dump().items() if name != "mail_domain"}
    with pytest.raises(ValidationError, match="mail_domain"):
        GatewaySettings(**without)
