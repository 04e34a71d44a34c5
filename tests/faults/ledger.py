"""What must be 0 on the real services: from what clients were told, over booking and Kafka, to the mails in the box."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import msgspec
from aiokafka import AIOKafkaConsumer

from services.notifications.model.notice import message_id
from shared.contracts.booking import TOPIC
from tests.faults.clients import Told as Confirmed

DOMAIN = "nordby.example"
UNSENT = """select
    (select count(*) from outbox) as "notifications' outbox",
    (select count(*) from notice where state = 'sending') as "notices being sent",
    (select count(*) from notice where state = 'ready' and next_attempt_at < now()) as "notices to be sent",
    (select count(*) from notice where state = 'planned' and due_at < now() - interval '10 s') as "notices overdue"
"""
NOTICES = "select notice_id, booking_id, kind, channel, occasion, state, reason from notice"
OVERLAPS = """select count(*) from slot_claim a join slot_claim b
    on a.resource_no = b.resource_no and a.during && b.during and a.claim_no < b.claim_no
    where a.state = 'booked' and b.state = 'booked'"""


@dataclass(frozen=True)
class Outside:
    """Where what was sent arrives: the mailbox's address, the file in which the SMS gateway keeps what it took."""

    mailbox: str
    sms: Path


@dataclass(frozen=True)
class Books:
    """The result of a run."""

    confirmed: int
    events: int
    effects: int
    messages: int
    lost: int
    doubled: int
    out_of_order: int
    overlapping: int
    orphans: int
    names: tuple[str, ...] = ()

    @property
    def faultless(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.overlapping or self.orphans)

    def __str__(self) -> str:
        return (
            f"bookings, moves and cancellations confirmed to clients {self.confirmed} · events said {self.events} · "
            f"effects {self.effects} · mails and SMS {self.messages}\n"
            f"lost {self.lost} · doubled {self.doubled} · out of order {self.out_of_order} · "
            f"overlapping {self.overlapping} · orphan processes {self.orphans}"
        )


async def rows(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


async def waiting(booking: str, notifications: str) -> dict[str, int]:
    """What is not done yet: rows in an outbox, versions that notifications does not know, notices that are due."""
    try:
        (outbox,) = await rows(booking, "select count(*) from outbox")
        (unsent,) = await rows(notifications, UNSENT)
        said = {row[0]: row[1] for row in await rows(booking, "select booking_id, version from booking")}
        known = {row[0]: row[1] for row in await rows(notifications, "select booking_id, version from meeting")}
    except (OSError, TimeoutError, asyncpg.PostgresError) as fault:
        return {type(fault).__name__: 1}
    unheard = sum(known.get(one) != version for one, version in said.items())
    all_of_it = {"booking's outbox": outbox[0], "versions unheard of": unheard, **dict(unsent)}
    return {name: number for name, number in all_of_it.items() if number}


async def said_on_topic(bootstrap: str) -> list[Confirmed]:
    """Every (booking, version) on the topic of booking, in the order of each partition."""
    consumer = AIOKafkaConsumer(TOPIC.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        found: list[Confirmed] = []
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                bodies = [msgspec.json.decode(record.value) for record in records]
                found.extend((UUID(body["booking_id"]), body["version"]) for body in bodies)
        return found
    finally:
        await consumer.stop()


async def mails(mailbox: str) -> list[str]:
    """The Message-ID of every mail in the box."""
    async with httpx2.AsyncClient(timeout=30) as client:
        return [mail["message_id"] for mail in (await client.get(f"{mailbox}/messages")).json()]


def texts(file: Path) -> list[str]:
    """The idempotency key of every SMS that the gateway took."""
    return [json.loads(line)["key"] for line in file.read_text().splitlines()] if file.exists() else []


@dataclass(frozen=True)
class Told:
    """What people heard: the ids of messages that reached the outside world, beside the ledger of notifications."""

    notices: list[asyncpg.Record]
    arrived: set[str]

    def lost(self, newest: dict[UUID, int]) -> list[str]:
        """Messages the ledger calls sent that are not there, and meetings whose newest state nobody was told."""
        missing = [row for row in self.notices if row["state"] == "sent" and _id(row) not in self.arrived]
        heard = {
            (row["booking_id"], row["occasion"])
            for row in self.notices
            if row["state"] == "sent" and not row["kind"].startswith("reminder")
        }
        untold = [one for one in newest.items() if one not in heard]
        return [*(f"not there: {dict(row)}" for row in missing), *(f"not told: {one}" for one in untold)]

    def doubled(self) -> list[str]:
        """Messages nobody ordered, and two different ones about the same kind and version of a meeting."""
        ordered = {_id(row): (row["booking_id"], row["occasion"], row["kind"]) for row in self.notices}
        strangers = [one for one in self.arrived if one not in ordered]
        times = Counter(ordered[one] for one in self.arrived if one in ordered)
        return [*(f"nobody's: {one}" for one in strangers), *(f"twice: {one}" for one, n in times.items() if n > 1)]


def _id(row: asyncpg.Record) -> str:
    return message_id(row["notice_id"], DOMAIN)


async def count(told: list[Confirmed], booking: str, notifications: str, bootstrap: str, outside: Outside) -> Books:
    """Count everything. The platform must be up and at rest."""
    history = {(row[0], row[1]) for row in await rows(booking, "select booking_id, version from booking_history")}
    topic = await said_on_topic(bootstrap)
    known = {row[0]: row[1] for row in await rows(notifications, "select booking_id, version from meeting")}
    newest: dict[UUID, int] = defaultdict(int)
    for booking_id, version in history:
        newest[booking_id] = max(newest[booking_id], version)
    mine = {one: version for one, version in newest.items() if one in {booking_id for booking_id, _ in told}}
    box = set(await mails(outside.mailbox)) | set(texts(outside.sms))
    heard = Told(await rows(notifications, NOTICES), box)
    lost: list[Any] = [
        *(set(told) - history),
        *(history - set(topic)),
        *(one for one, version in newest.items() if known.get(one) != version),
        *heard.lost(mine),
    ]
    twice = [*heard.doubled(), *(one for one, times in Counter(told).items() if times > 1)]
    (overlapping,) = await rows(booking, OVERLAPS)
    return Books(
        confirmed=len(told),
        events=len(set(topic)),
        effects=len(heard.notices),
        messages=len(box),
        lost=len(lost),
        doubled=len(twice),
        out_of_order=_inversions(topic),
        overlapping=int(overlapping[0]),
        orphans=0,
        names=tuple(str(one) for one in [*lost, *twice][:10]),
    )


def _inversions(topic: list[Confirmed]) -> int:
    highest: dict[UUID, int] = defaultdict(int)
    seen: set[Confirmed] = set()
    found = 0
    for booking_id, version in topic:
        if (booking_id, version) not in seen and version < highest[booking_id]:
            found += 1
        seen.add((booking_id, version))
        highest[booking_id] = max(highest[booking_id], version)
    return found
