"""Assembles people: the only place where its database, vault, API, worker and relay are built."""

from fastapi import FastAPI

from services.people import commands
from services.people.api import citizens, imports, looks, staff
from services.people.model.vault import Vault
from services.people.schedules import SCHEDULES
from services.people.settings import Settings
from shared.clock import Clock, SystemClock
from shared.database import Database, migrate
from shared.http import create_api
from shared.identity import TokenVerifier
from shared.messaging import Relay, Worker, operations
from shared.process import run, serve
from shared.settings import load

NAME = "people"


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """Build the API."""
    app = create_api(
        NAME,
        database=_database(settings),
        clock=clock or SystemClock(),
        verifier=TokenVerifier(settings.trusted_callers, NAME),
        routers=[looks.router, citizens.router, staff.router, imports.router, operations.router(NAME)],
        documented=settings.environment != "production",
    )
    app.state.vault = create_vault(settings)
    return app


def create_worker(settings: Settings, *, clock: Clock | None = None) -> Worker:
    """Build the worker: people hears no events; it is woken by its schedules."""
    return Worker(
        NAME,
        _database(settings),
        settings.kafka_bootstrap,
        clock or SystemClock(),
        subscriptions=None,
        schedules=SCHEDULES,
        state=create_vault(settings),
    )


def create_relay(settings: Settings) -> Relay:
    """Build the relay that publishes people's events."""
    return Relay(NAME, settings.database_url, settings.kafka_bootstrap)


def create_vault(settings: Settings) -> Vault:
    """Build the CPR vault from its keys."""
    return Vault(settings.keys(), settings.cpr_active_key, settings.hash_key(), allow_test=settings.allow_test_cpr)


def run_api() -> None:
    settings = load(Settings)
    serve(create_app(settings), NAME, settings)


def run_worker() -> None:
    settings = load(Settings)
    run(create_worker(settings), NAME, "worker", settings)


def run_relay() -> None:
    settings = load(Settings)
    run(create_relay(settings), NAME, "relay", settings)


def run_migrations() -> None:
    migrate(load(Settings).database_url, "services.people:migrations")


def rotate_keys() -> None:
    settings = load(Settings)
    commands.rotate_keys(_database(settings), create_vault(settings))


def _database(settings: Settings) -> Database:
    return Database(settings.database_url, pool_size=settings.pool_size, name=NAME)
