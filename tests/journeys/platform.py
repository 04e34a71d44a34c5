"""People, booking and notifications in one process: their real APIs, workers and relays, on one clock that is moved.

Invariant: `rest` returns only when nothing is left to do at the clock's moment, in any database or on any topic, so a
journey never waits for a while and hopes.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx2
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from fastapi import FastAPI
from sqlalchemy import text

from services.booking import main as booking
from services.booking.schedules import SCHEDULES as BOOKING_SCHEDULES
from services.notifications import main as notifications
from services.notifications.clients.neighbours import connected
from services.notifications.clients.sms import SmsProvider
from services.notifications.schedules import SCHEDULES as NOTIFICATION_SCHEDULES
from services.notifications.schedules import Sender
from services.people import main as people
from services.people.schedules import SCHEDULES as PEOPLE_SCHEDULES
from shared.clock import FixedClock
from shared.contracts import TOPICS
from shared.database import Database
from shared.identity import TokenIssuer, new_key, public_part
from shared.messaging import Relay, Worker, topics
from tests.booking import given as given_booking
from tests.conftest import Databases
from tests.journeys.outside import Post, Telephones
from tests.notifications import given as given_notifications
from tests.people import given as given_people

SERVICES = ("people", "booking", "notifications")
HEARS = {"booking": ["people.events"], "notifications": ["booking.events", "notifications.events"]}
SCHEDULES = {"people": PEOPLE_SCHEDULES, "booking": BOOKING_SCHEDULES, "notifications": NOTIFICATION_SCHEDULES}
REST_SECONDS, LOOK_SECONDS = 30.0, 0.01
PARTITIONS = [TopicPartition(topic.name, number) for topic in TOPICS.values() for number in range(topic.partitions)]
KEYS = {name: new_key(name) for name in ("gateway", "jobvej", *SERVICES)}
_TO_DO = """select (select count(*) from outbox) as outbox,
    (select count(*) from timer where due_at <= :now) as timers,
    (select :schedules - count(*) from schedule where next_at > :now) as schedules,
    (select count(*) from dead_letter where state = 'replay' and retry_at <= :now) as replays"""
_TO_SEND = """select count(*) from notice where state = 'sending' or (state = 'ready' and next_attempt_at <= :now)"""
_HEARD = "select count(*) from inbox"
Offsets = Mapping[TopicPartition, int]


class MovingClock(FixedClock):
    """A clock that tells whoever waits for `moved` that it was moved."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.moved = asyncio.Event()

    def set(self, moment: datetime) -> None:
        super().set(moment)
        waiting, self.moved = self.moved, asyncio.Event()
        waiting.set()


class Neighbourhood(httpx2.AsyncBaseTransport):
    """Carries a request to the service that its address names, and notes in which trace it was asked."""

    def __init__(self, apps: Mapping[str, FastAPI]) -> None:
        self._ways = {name: httpx2.ASGITransport(app=app, raise_app_exceptions=False) for name, app in apps.items()}

        self.traces: list[tuple[str, str]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.traces.append((request.url.host, request.headers.get("traceparent", "")[3:35]))
        return await self._ways[request.url.host].handle_async_request(request)


class Platform:
    """Everything that runs, and the outside world."""

    def __init__(self, database_of: Databases, kafka: str, clock: MovingClock) -> None:
        self.clock, self.kafka = clock, kafka
        self.post, self.telephones = Post(clock), Telephones(clock)
        urls = {service: database_of(service) for service in SERVICES}
        self.databases = {service: Database(url, name="journey") for service, url in urls.items()}
        trusted = {name: public_part(key) for name, key in KEYS.items()}
        self._people = given_people.settings_of(urls["people"], trusted, kafka_bootstrap=kafka)
        self._booking = given_booking.settings_of(urls["booking"], trusted, kafka_bootstrap=kafka)
        self._notifications = given_notifications.settings_of(urls["notifications"], kafka, **trusted)
        self.apps = {
            "people": people.create_app(self._people, clock=clock),
            "booking": booking.create_app(self._booking, clock=clock),
            "notifications": notifications.create_app(self._notifications, clock=clock),
        }
        self.transport = Neighbourhood(self.apps)
        self.began: Offsets = {}
        self._running: list[tuple[asyncio.Event, asyncio.Task[None]]] = []
        self._closing = AsyncExitStack()

    async def start(self) -> None:
        """Start everything; what earlier journeys left on the topics is passed over."""
        await topics.ensure(self.kafka, TOPICS.values())
        await self.post.open()
        self._closing.push_async_callback(self.post.close)
        for database in (*self.databases.values(), *(app.state.database for app in self.apps.values())):
            self._closing.push_async_callback(database.close)
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await self._admin.start()
        self._closing.push_async_callback(self._admin.close)
        # Two: a question about offsets would wait behind the long polls of the one that reads.
        self.observer, self._measure = (
            AIOKafkaConsumer(bootstrap_servers=self.kafka, enable_auto_commit=False) for _ in range(2)
        )
        for one in (self.observer, self._measure):
            await one.start()
            self._closing.push_async_callback(one.stop)
        self.began = await self.ends()
        self.observer.assign(PARTITIONS)
        for partition, offset in self.began.items():
            self.observer.seek(partition, offset)
        await self._read_from(self.began)
        for relay in (people.create_relay(self._people), booking.create_relay(self._booking)):
            self._run(relay)
        self._run(notifications.create_relay(self._notifications))
        self._start_workers()
        await self.rest()

    async def stop(self) -> None:
        """Stop everything, in order."""
        await self._stop_workers()
        await self._closing.aclose()

    async def replay_everything(self) -> None:
        """Deliver every event of this journey once more, as after a lost acknowledgement; return at rest."""
        relays, workers = self._running[:3], self._running[3:]
        self._running = workers
        await self._stop_workers()
        self._running = relays
        await self._read_from(self.began)
        self._start_workers()
        await self.rest()

    async def rest(self) -> None:
        """Return when nothing is left to do now: two looks in a row find that, and nothing happened in between."""
        end, last = time.monotonic() + REST_SECONDS, ""
        while True:
            left, seen = await self._left()
            if not left and seen == last:
                return
            last = "" if left else seen
            assert time.monotonic() < end, f"after {REST_SECONDS:.0f} s this was still to be done: {left}"
            for _, task in self._running:
                assert not task.done(), f"a process of the platform ended: {task}"
            await asyncio.sleep(LOOK_SECONDS)

    async def ends(self) -> Offsets:
        """Where the topics end now."""
        found: Offsets = await self._measure.end_offsets(PARTITIONS)
        return found

    async def rows(self, service: str, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """What is in a service's database, as dictionaries."""
        async with self.databases[service].transaction() as session:
            return [dict(row._mapping) for row in await session.execute(text(statement), parameters)]

    async def _left(self) -> tuple[dict[str, int], str]:
        """What is to be done now, and a mark that changes whenever something happens."""
        now = self.clock.now()
        left: dict[str, int] = {}
        marks: list[object] = []
        for service in SERVICES:
            (found,) = await self.rows(service, _TO_DO, now=now, schedules=len(SCHEDULES[service]))
            left |= {f"{service}: {what}": count for what, count in found.items()}
        for service, heard in HEARS.items():
            left[f"{service}: unheard"] = await self._unheard(service, heard)
            marks += await self.rows(service, _HEARD)
        (to_send,) = await self.rows("notifications", _TO_SEND, now=now)
        left["notifications: to be sent"] = to_send["count"]
        marks += sorted((await self.ends()).items())
        return {what: count for what, count in left.items() if count}, repr(marks)

    async def _unheard(self, group: str, heard: list[str]) -> int:
        mine = [one for one in PARTITIONS if one.topic in heard]
        ends = await self.ends()
        handled = await self._admin.list_consumer_group_offsets(group, partitions=mine)
        return sum(ends[one] - handled[one].offset for one in mine)

    async def _read_from(self, offsets: Offsets) -> None:
        """Let the workers, who must not run now, read on from here."""
        for group, heard in HEARS.items():
            reader = AIOKafkaConsumer(bootstrap_servers=self.kafka, group_id=group, enable_auto_commit=False)
            await reader.start()
            try:
                mine = {partition: offset for partition, offset in offsets.items() if partition.topic in heard}
                reader.assign(list(mine))
                await reader.commit(mine)
            finally:
                await reader.stop()

    def _start_workers(self) -> None:
        self._run(people.create_worker(self._people, clock=self.clock))
        self._run(booking.create_worker(self._booking, clock=self.clock))
        self._run(self._sending_worker())

    def _sending_worker(self) -> Worker:
        """As notifications.main builds it, with its neighbours and the SMS provider in this process."""
        settings = self._notifications.model_copy(update={"smtp_port": self.post.port})
        issuer = TokenIssuer(KEYS["notifications"], "notifications")
        delivery = replace(
            notifications.create_delivery(settings),
            neighbours=connected("http://people", "http://booking", issuer, transport=self.transport),
            sms=SmsProvider("http://sms", "token", transport=httpx2.MockTransport(self.telephones.answer)),
        )
        database = Database(settings.database_url, name="journey-sender")
        return notifications.SendingWorker(settings, self.clock, Sender(database, self.clock, delivery))

    def _run(self, one: Worker | Relay) -> None:
        stop = asyncio.Event()
        self._running.append((stop, asyncio.create_task(one.run(stop))))

    async def _stop_workers(self) -> None:
        for stop, _ in self._running:
            stop.set()
        await asyncio.gather(*(task for _, task in self._running))
        self._running.clear()
