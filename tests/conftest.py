"""The engines every test may ask for: real PostgreSQL and Kafka, started once per run, a fresh database per test."""

import itertools
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded import jars, ports
from deploy.embedded.engines import run_apart, running
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from shared.clock import FixedClock
from shared.database import migrate
from tests import containers

Databases = Callable[[str], str]
# A Tuesday morning in Copenhagen (09:00 there), outside every holiday.
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PASSWORD = secrets.token_hex(12)
IN_CONTAINERS = os.environ.get("JOBVEJ_TEST_ENGINES", "embedded") == "containers"
# The images need a container engine: their facts belong to `make test-containers`.
collect_ignore = [] if IN_CONTAINERS else ["images"]
_number = itertools.count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": False}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture(scope="session")
def engine_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the engines of this run keep data and logs."""
    return tmp_path_factory.mktemp("engines")


@pytest.fixture(scope="session")
def postgres(engine_files: Path) -> Iterator[str]:
    """A superuser's URL of the PostgreSQL server of this run."""
    if IN_CONTAINERS:
        with containers.postgres_container() as url:
            yield url
        return
    server = Postgres(engine_files / "postgres", ports.any_free(), durable=False)
    with running(server, engine_files / "postgres.log", stop=signal.SIGINT):
        yield server.admin_url


@pytest.fixture(scope="session")
def kafka(engine_files: Path) -> Iterator[str]:
    """The address of this run's Kafka node, started when the first test asks. Name topics and groups per test."""
    if IN_CONTAINERS:
        with containers.kafka_container(lambda port: Kafka(engine_files, port, 0, ())) as bootstrap:
            yield bootstrap
        return
    node = Kafka(engine_files / "kafka", ports.any_free(), ports.any_free(), tuple(jars.class_path()))
    with running(node, engine_files / "kafka.log"):
        yield node.bootstrap


@pytest.fixture(scope="session")
def templates(postgres: str) -> dict[str, str]:
    """The migrated template databases made so far: service → name."""
    return {}


@pytest.fixture
def database_of(postgres: str, templates: dict[str, str]) -> Iterator[Databases]:
    """`database_of("booking")` → URL of a fresh, migrated database of the service's own user; dropped after the test.

    `database_of("")` gives an empty one.
    """
    made: list[str] = []

    def fresh(service: str) -> str:
        if service not in templates:
            templates[service] = _template(postgres, service)
        name = f"test_{service or 'empty'}_{os.getpid()}_{next(_number)}"
        user = _user(service)
        _execute(postgres, f'create database "{name}" template "{templates[service]}" owner "{user}"')
        made.append(name)
        return _url(postgres, user, name)

    yield fresh
    _execute(postgres, *(f'drop database "{name}" with (force)' for name in made))


def _user(service: str) -> str:
    return f"jobvej_{service or 'empty'}"


def _url(admin: str, user: str, database: str) -> str:
    address = admin.rpartition("@")[2].partition("/")[0]
    return f"postgresql://{user}:{PASSWORD}@{address}/{database}"


def _template(admin: str, service: str) -> str:
    name, user = f"template_{service or 'empty'}", _user(service)
    _execute(
        admin,
        f"create role \"{user}\" login password '{PASSWORD}'",
        f'create database "{name}" owner "{user}"',
    )
    if service:
        run_apart(_in_thread(_url(admin, user, name), f"services.{service}:migrations"))
    return name


async def _in_thread(url: str, location: str) -> None:
    """Alembic brings an event loop of its own, so it gets a thread without one."""
    import asyncio

    await asyncio.to_thread(migrate, url, location)


def _execute(url: str, *statements: str) -> None:
    async def work() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    run_apart(work())
