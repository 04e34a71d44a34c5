"""A people service on a fresh database, asked in-process with real signed tokens."""

import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from deploy.embedded import ports
from services.people.main import create_app
from services.people.model.vault import Vault
from services.people.settings import Settings
from shared.clock import FixedClock
from shared.database import Database
from shared.identity import TokenIssuer, new_key, public_part
from tests.conftest import Databases
from tests.people.given import environment_of, settings_of

Rows = Callable[..., Awaitable[list[dict[str, Any]]]]
KEYS = {name: new_key(name) for name in ("gateway", "jobvej", "notifications", "booking")}
STAFF_ID = UUID("01900000-0000-7000-8000-00000000000a")


@dataclass
class Person:
    """Somebody who asks, through a calling service, in a role."""

    client: httpx2.AsyncClient
    role: str
    service: str = "gateway"
    citizen_id: UUID | None = None
    purpose: str = "forberede møde"
    actor_id: UUID = STAFF_ID

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """Ask; `body` is sent as JSON."""
        actor = self.citizen_id if self.role == "citizen" else None if self.role == "service" else self.actor_id
        token = TokenIssuer(KEYS[self.service], self.service).token(
            audience="people", role=self.role, purpose=self.purpose, actor_id=actor, citizen_id=self.citizen_id
        )
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return await self.client.request(method, path, headers=headers, **more)


Asks = Callable[..., Person]


@dataclass
class Process:
    """A running API: its address, and the file its output goes to."""

    url: str
    file: Path

    def output(self) -> str:
        return self.file.read_text()


@pytest.fixture
def settings(database_of: Databases) -> Settings:
    return settings_of(database_of("people"), {name: public_part(key) for name, key in KEYS.items()})


@pytest.fixture
def app(settings: Settings, clock: FixedClock) -> FastAPI:
    return create_app(settings, clock=clock)


@pytest.fixture
def vault(app: FastAPI) -> Vault:
    found: Vault = app.state.vault
    return found


@pytest.fixture
async def database(app: FastAPI) -> AsyncIterator[Database]:
    found: Database = app.state.database
    yield found
    await found.close()


@pytest.fixture
async def asks(app: FastAPI, database: Database) -> AsyncIterator[Asks]:
    """`asks("caseworker")` → a function that asks the API as one."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://people") as client:
        yield lambda role, **more: Person(client, role, **more)


@pytest.fixture
def process(settings: Settings, tmp_path: Path) -> Iterator[Process]:
    """The API as a process of its own, started from environment variables only, logging everything."""
    port = ports.any_free()
    output = tmp_path / "output.log"
    environment = environment_of(settings) | {"JOBVEJ_PORT": str(port), "JOBVEJ_LOG_LEVEL": "DEBUG"}
    with output.open("wb") as file:
        command = [sys.executable, "-m", "services.people", "api"]
        running = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        _until_ready(f"http://127.0.0.1:{port}/readyz", running)
        yield Process(f"http://127.0.0.1:{port}", output)
    finally:
        running.terminate()
        assert running.wait(10) in (0, -signal.SIGTERM)


def _until_ready(url: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert running.poll() is None
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(url)


@pytest.fixture
def rows(database: Database) -> Rows:
    """`await rows("select …", name=value)` → what is in the database, as dictionaries."""

    async def read(statement: str, **parameters: Any) -> list[dict[str, Any]]:
        async with database.transaction() as session:
            found = await session.execute(text(statement), parameters)
            return [dict(row._mapping) for row in found] if found.returns_rows else []

    return read
