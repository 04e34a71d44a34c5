"""Assembles notifications: the only place where its database, API, worker, sender and relay are built."""

import asyncio

from fastapi import FastAPI

from services.notifications.api import router
from services.notifications.clients.letter import Sender as MailSender
from services.notifications.clients.mail import MailServer
from services.notifications.clients.neighbours import connected
from services.notifications.clients.sms import SmsProvider
from services.notifications.schedules import SCHEDULES, Sender
from services.notifications.settings import Settings
from services.notifications.store.templates import wording
from services.notifications.subscribers import on
from services.notifications.use_cases.deliver import Delivery
from shared import tasks
from shared.clock import Clock, SystemClock
from shared.database import Database, migrate
from shared.http import create_api
from shared.identity import TokenIssuer, TokenVerifier
from shared.messaging import Relay, Worker, operations
from shared.process import run, serve
from shared.settings import load

NAME = "notifications"


class SendingWorker(Worker):
    """A worker that also sends."""

    def __init__(self, settings: Settings, clock: Clock, sender: Sender) -> None:
        database = _database(settings)
        super().__init__(NAME, database, settings.kafka_bootstrap, clock, subscriptions=on, schedules=SCHEDULES)
        self.sender = sender

    async def run(self, stop: asyncio.Event) -> None:
        """Hear, wake and send until told to stop."""
        async with asyncio.TaskGroup() as together:
            together.create_task(super().run(stop))
            together.create_task(self.sender.run(stop))

    def alive(self) -> bool:
        """Say whether both make progress."""
        return super().alive() and self.sender.alive()


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """Build the API."""
    return create_api(
        NAME,
        database=_database(settings),
        clock=clock or SystemClock(),
        verifier=TokenVerifier(settings.trusted_callers, NAME),
        routers=[router, tasks.router(), operations.router(NAME)],
        documented=settings.environment != "production",
    )


def create_worker(settings: Settings, *, clock: Clock | None = None) -> SendingWorker:
    """Build the worker: subscribers, timers, schedules and the sender."""
    now = clock or SystemClock()
    return SendingWorker(settings, now, Sender(_database(settings), now, create_delivery(settings)))


def create_delivery(settings: Settings) -> Delivery:
    """Build what messages leave through."""
    return Delivery(
        neighbours=connected(settings.people_url, settings.booking_url, TokenIssuer(settings.signing_key, NAME)),
        mail=MailServer(
            settings.smtp_host,
            settings.smtp_port,
            starttls=settings.smtp_starttls,
            username=settings.smtp_username,
            password=settings.smtp_password,
        ),
        sms=SmsProvider(settings.sms_url, settings.sms_token),
        wording=wording(),
        authority_name=settings.authority_name,
        authority_phone=settings.authority_phone,
        public_url=settings.public_url,
        sender=MailSender.read(settings.mail_from, settings.authority_name),
        mail_domain=settings.mail_domain,
    )


def create_relay(settings: Settings) -> Relay:
    """Build the relay that publishes notifications' events."""
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
    migrate(load(Settings).database_url, "services.notifications:migrations")


def _database(settings: Settings) -> Database:
    return Database(settings.database_url, pool_size=settings.pool_size, name=NAME)
