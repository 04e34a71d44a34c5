"""A booking service on a fresh database, with two advisers who work 08–15 and three citizens, asked in-process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from services.booking.main import create_app
from services.booking.settings import Settings
from services.booking.use_cases import follow_people
from services.booking.use_cases.change_hours import change_hours
from shared.clock import FixedClock
from shared.database import Database
from shared.identity import TokenIssuer, new_key, public_part
from tests.booking.given import SINCE, WEEK, adviser_id, citizen_id, registered, settings_of, staff
from tests.conftest import Databases

Rows = Callable[..., Awaitable[list[dict[str, Any]]]]
# One sequence for everybody: an object's id comes again when the object is gone.
_NUMBERS = count(1)
KEYS = {name: new_key(name) for name in ("gateway", "jobvej", "notifications")}


@dataclass
class Person:
    """Somebody who asks through the gateway (a service: for itself)."""

    client: httpx2.AsyncClient
    role: str
    actor_id: UUID | None = None
    about: UUID | None = None

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """Ask; `body` is sent as JSON, each command with a new idempotency key unless `key` is given."""
        service = "notifications" if self.role == "service" else "gateway"
        token = TokenIssuer(KEYS[service], service).token(
            audience="booking", role=self.role, purpose="selvbooking", actor_id=self.actor_id, citizen_id=self.about
        )
        key = more.pop("key", f"{self.role}-{next(_NUMBERS)}")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        if body is not None:
            more["json"] = body
        return await self.client.request(method, path, headers=headers, **more)


@dataclass
class Asks:
    """`asks.citizen(1)`, `asks.staff("caseworker", 1)`: who asks."""

    client: httpx2.AsyncClient

    def citizen(self, number: int) -> Person:
        return Person(self.client, "citizen", citizen_id(number), citizen_id(number))

    def staff(self, role: str = "caseworker", number: int = 1, about: UUID | None = None) -> Person:
        return Person(self.client, role, adviser_id(number), about)

    def service(self) -> Person:
        return Person(self.client, "service")


@pytest.fixture
def settings(database_of: Databases) -> Settings:
    return settings_of(database_of("booking"), {name: public_part(key) for name, key in KEYS.items()})


@pytest.fixture
def app(settings: Settings, clock: FixedClock) -> FastAPI:
    return create_app(settings, clock=clock)


@pytest.fixture
async def database(app: FastAPI) -> AsyncIterator[Database]:
    found: Database = app.state.database
    yield found
    await found.close()


@pytest.fixture
async def town(database: Database, clock: FixedClock) -> Database:
    """The database with advisers 1 and 2 and citizens 1, 2 and 3 in it."""
    await settle(database, clock, advisers=2, citizens=3)
    return database


async def settle(database: Database, clock: FixedClock, *, advisers: int, citizens: int) -> None:
    """Put numbered advisers with working hours and numbered citizens into a database."""
    async with database.transaction() as session:
        for number in range(1, advisers + 1):
            await follow_people.know_adviser(session, clock, staff(number))
            await change_hours(session, clock, adviser_id(number), SINCE, None, WEEK)
        for number in range(1, citizens + 1):
            await follow_people.know_citizen(session, registered(number))


@pytest.fixture
async def asks(app: FastAPI, town: Database) -> AsyncIterator[Asks]:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://booking") as client:
        yield Asks(client)


@pytest.fixture
def rows(database: Database) -> Rows:
    """`await rows("select …", name=value)` → what is in the database, as dictionaries."""

    async def read(statement: str, **parameters: Any) -> list[dict[str, Any]]:
        async with database.transaction() as session:
            return [dict(row._mapping) for row in await session.execute(text(statement), parameters)]

    return read
