"""The demo's people: invented for certain, registered once however often they are planted."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from functools import partial

import httpx2
import pytest

from deploy.embedded import demo_people
from services.people.main import create_app
from services.people.model import cpr
from shared.clock import SystemClock
from shared.database import Database
from shared.identity import TokenIssuer, new_key, public_part
from tests.conftest import Databases
from tests.people.given import settings_of

pytestmark = pytest.mark.anyio
KEY = new_key("jobvej")


@pytest.fixture
async def town(database_of: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., str]]:
    """People's API in this process, behind the client that the seed opens."""
    app = create_app(settings_of(database_of("people"), {"jobvej": public_part(KEY)}), clock=SystemClock())
    client = partial(httpx2.AsyncClient, transport=httpx2.ASGITransport(app=app))
    monkeypatch.setattr("deploy.embedded.demo_people.httpx2.AsyncClient", client)
    yield TokenIssuer(KEY, "jobvej").token
    database: Database = app.state.database
    await database.close()


async def test_planting_twice_makes_everybody_once(town: Callable[..., str]) -> None:
    assert await demo_people.seed("http://people", town) == {"teams": 3, "staff": 11, "citizens": 30}
    assert await demo_people.seed("http://people", town) == {"teams": 0, "staff": 0, "citizens": 0}


def test_no_demo_citizen_can_be_a_real_person() -> None:
    numbers = [cpr.parse(one.cpr, today=date(2026, 11, 24), allow_test=True) for one in demo_people.CITIZENS]
    assert all(number.is_test for number in numbers)
    assert len({number.number for number in numbers}) == len(demo_people.CITIZENS) == 30


def test_everybody_one_can_log_in_as_is_among_the_demo_people() -> None:
    numbers, logins = {one.cpr for one in demo_people.CITIZENS}, {one.login for one in demo_people.STAFF}
    for persona in demo_people.PERSONAS:
        assert persona.cpr in numbers or persona.login in logins
