"""What must be 0 on the real services: from what clients were told, over booking and Kafka, to the mails in the box."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import msgspec
from aiokafka import AIOKafkaConsumer

from services.notifications.model.notice import message_id
from shared.contracts.booking import TOPIC
from tests.faults.clients import Told

DOMAIN = "nordby.example"
UNSENT = """select
    (select count(*) from outbox) as "notifications' outbox",
    (select count(*) from notice where state = 'sending') as "notices being sent",
    (select count(*) from notice where state = 'ready' and next_attempt_at < now()) as "notices to be sent",
    (select count(*) from notice where state = 'planned' and due_at < now() - interval '10 s') as "notices overdue"
"""
OVERLAPS = """select count(*) from slot_claim a join slot_claim b
    on a.resource_no = b.resource_no and a.during && b.during and a.claim_no < b.claim_no
    where a.state = 'booked' and b.state = 'booked'"""


@dataclass(frozen=True)
class Books:
    """The result of a run."""

    confirmed: int
    events: int
    effects: int
    mails: int
    lost: int
    doubled: int
    out_of_order: int
    overlapping: int
    orphans: int

    @property
    def faultless(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.overlapping or self.orphans)

    def __str__(self) -> str:
        return (
            f"bookings, moves and cancellations confirmed to clients {self.confirmed} · events said {self.events} · "
            f"effects {self.effects} · mails {self.mails}\n"
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


async def said_on_topic(bootstrap: str) -> list[Told]:
    """Every (booking, version) on the topic of booking, in the order of each partition."""
    consumer = AIOKafkaConsumer(TOPIC.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        found: list[Told] = []
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


async def count(told: list[Told], booking: str, notifications: str, bootstrap: str, mailbox: str) -> Books:
    """Count everything. The platform must be up and at rest."""
    history = {(row[0], row[1]) for row in await rows(booking, "select booking_id, version from booking_history")}
    topic = await said_on_topic(bootstrap)
    known = {row[0]: row[1] for row in await rows(notifications, "select booking_id, version from meeting")}
    newest: dict[UUID, int] = defaultdict(int)
    for booking_id, version in history:
        newest[booking_id] = max(newest[booking_id], version)
    notices = await rows(notifications, "select notice_id, booking_id, channel, state from notice")
    sent = {message_id(row["notice_id"], DOMAIN) for row in notices if (row[2], row[3]) == ("email", "sent")}
    box = await mails(mailbox)
    unplanned = set(newest) - {row["booking_id"] for row in notices}
    lost: list[set[Any]] = [
        set(told) - history,
        history - set(topic),
        {one for one, version in newest.items() if known.get(one) != version},
        unplanned,
        sent - set(box),
    ]
    (overlapping,) = await rows(booking, OVERLAPS)
    known_ids = {message_id(row["notice_id"], DOMAIN) for row in notices}
    return Books(
        confirmed=len(told),
        events=len(set(topic)),
        effects=len(notices),
        mails=len(set(box)),
        lost=sum(len(one) for one in lost),
        doubled=len(told) - len(set(told)) + len([one for one in set(box) if one not in known_ids]),
        out_of_order=_inversions(topic),
        overlapping=int(overlapping[0]),
        orphans=0,
    )


def _inversions(topic: list[Told]) -> int:
    highest: dict[UUID, int] = defaultdict(int)
    seen: set[Told] = set()
    found = 0
    for booking_id, version in topic:
        if (booking_id, version) not in seen and version < highest[booking_id]:
            found += 1
        seen.add((booking_id, version))
        highest[booking_id] = max(highest[booking_id], version)
    return found
