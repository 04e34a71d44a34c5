"""Assembles booking: the only place where its database, API, worker and relay are built."""

from fastapi import FastAPI

from services.booking.api import ROUTERS
from services.booking.schedules import SCHEDULES
from services.booking.settings import Settings
from services.booking.subscribers import on
from shared import tasks
from shared.clock import Clock, SystemClock
from shared.database import Database, migrate
from shared.http import create_api
from shared.identity import TokenVerifier
from shared.messaging import Relay, Worker, operations
from shared.process import run, serve
from shared.settings import load

NAME = "booking"


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """Build the API."""
    return create_api(
        NAME,
        database=_database(settings),
        clock=clock or SystemClock(),
        verifier=TokenVerifier(settings.trusted_callers, NAME),
        routers=[*ROUTERS, tasks.router(), operations.router(NAME)],
        documented=settings.environment != "production",
    )


def create_worker(settings: Settings, *, clock: Clock | None = None) -> Worker:
    """Build the worker: subscribers and schedules."""
    return Worker(
        NAME,
        _database(settings),
        settings.kafka_bootstrap,
        clock or SystemClock(),
        subscriptions=on,
        schedules=SCHEDULES,
    )


def create_relay(settings: Settings) -> Relay:
    """Build the relay that publishes booking's events."""
    return Relay(NAME, settings.database_url, settings.kafka_bootstrap)


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
    migrate(load(Settings).database_url, "services.booking:migrations")


def _database(settings: Settings) -> Database:
    return Database(settings.database_url, pool_size=settings.pool_size, name=NAME)
