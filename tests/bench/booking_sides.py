"""The two sides of the booking benchmark: fifty clients over HTTP, and the very same statements by asyncpg alone."""

import asyncio
import json
import time as clock_time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from services.booking.store import bookings, claims, facts, search
from shared import idempotency
from shared.clock import at_local, local_date
from shared.contracts.booking import BookingCreated
from shared.messaging import outbox
from tests.booking.given import adviser_id, citizen_id

TOPIC = "contact-meeting"


class Attempt(NamedTuple):
    """A time somebody tries to get: the quarter of an hour after eight."""

    citizen: int
    adviser: int
    day: date
    quarter: int

    @property
    def starts_at(self) -> datetime:
        return at_local(self.day, time(8 + self.quarter // 4, self.quarter % 4 * 15))


@dataclass
class Told:
    """What a round came to."""

    confirmed: int = 0
    seconds: float = 0.0
    answers: dict[int, int] = field(default_factory=dict)


async def http_round(address: str, tokens: list[str], attempts: Iterable[Attempt], clients: int) -> Told:
    """Ask for every attempt once, by so many clients at a time. A client is a bare socket: it should cost little."""
    told = Told()
    waiting = iter(attempts)
    where = urlsplit(address)

    async def client() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        for attempt in waiting:
            writer.write(_request(attempt, tokens[attempt.citizen - 1]))
            status, _ = await answer(reader)
            told.answers[status] = told.answers.get(status, 0) + 1
        writer.close()

    began = clock_time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    told.seconds = clock_time.perf_counter() - began
    told.confirmed = told.answers.get(201, 0)
    return told


def _request(attempt: Attempt, token: str) -> bytes:
    body = json.dumps(
        {
            "topic": TOPIC,
            "adviser_id": str(adviser_id(attempt.adviser)),
            "starts_at": attempt.starts_at.isoformat(),
            "form": "phone",
            "note": "Om mit CV",
        }
    ).encode()
    return (
        f"POST /bookings HTTP/1.1\r\nHost: booking\r\nAuthorization: Bearer {token}\r\n"
        f"Idempotency-Key: {uuid4()}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer: its status and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return int(head[9:12]), await reader.readexactly(length)


class Statement:
    """One of the service's own statements, as PostgreSQL gets it."""

    def __init__(self, statement: Executable) -> None:
        compiled: Any = cast(Any, statement).compile(dialect=cast(Any, dialect)())
        self._text, self._names = str(compiled), list(compiled.positiontup)

    async def __call__(self, connection: Any, values: dict[str, Any]) -> Any:
        """Run it; return the first column of the first row, if any."""
        rows = await connection.fetch(self._text, *(values[name] for name in self._names))
        return rows[0][0] if rows else None


CLAIM_KEY, REMEMBER = Statement(idempotency._claim), Statement(idempotency._remember)
TAKE_BACK = Statement(claims._take_back)
ADVISERS, CLAIMED = Statement(search._advisers), Statement(search._claimed)
FACTS, BOOK, SAY = Statement(facts._facts), Statement(bookings._book), Statement(outbox._insert)


async def bare_round(url: str, attempts: list[Attempt], clients: int, connections: int) -> Told:
    """Do the same transactions without the service: no HTTP, no rules, no validation, no SQLAlchemy."""
    told = Told()
    waiting = iter(attempts)
    async with asyncpg.create_pool(url, min_size=connections, max_size=connections) as pool:

        async def client() -> None:
            for attempt in waiting:
                async with pool.acquire() as connection:
                    booked = await _transaction(connection, attempt)
                    told.confirmed += booked

        began = clock_time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
        told.seconds = clock_time.perf_counter() - began
    return told


async def _transaction(connection: Any, attempt: Attempt) -> bool:
    now, key, booking_id = datetime.now(UTC), str(uuid4()), uuid4()
    starts, ends = attempt.starts_at, attempt.starts_at + timedelta(minutes=45)
    day = attempt.day
    transaction = connection.transaction()
    await transaction.start()
    await CLAIM_KEY(connection, {"caller": "bare", "key": key, "print": b"x" * 32, "at": now})
    found = json.loads(
        await FACTS(
            connection,
            {
                "today": local_date(now),
                "topic": TOPIC,
                "citizen": citizen_id(attempt.citizen),
                "adviser": adviser_id(attempt.adviser),
                "day": day,
                "until_day": day,
                "starts": at_local(day, time(0)),
                "ends": at_local(day + timedelta(days=1), time(0)),
            },
        )
    )
    citizen_no, adviser_no = found["citizen"]["citizen_no"], found["adviser"]["adviser_no"]
    booking = _booking_values(booking_id, attempt, citizen_no, adviser_no, now)
    got = await BOOK(connection, booking)
    if len(got) < 2:
        await _look_for_others(connection, attempt, booking)
        await transaction.rollback()
        return False
    await REMEMBER(
        connection, {"of": "bare", "this": key, "said": json.dumps({key: str(v) for key, v in booking.items()})}
    )
    await SAY(connection, _outbox_values(booking_id, attempt, starts, ends))
    await transaction.commit()
    return True


def _booking_values(
    booking_id: UUID, attempt: Attempt, citizen_no: int, adviser_no: int, now: datetime
) -> dict[str, Any]:
    return {
        "booking": booking_id,
        "citizen_no": citizen_no,
        "adviser_no": adviser_no,
        "topic": TOPIC,
        "starts": attempt.starts_at,
        "ends": attempt.starts_at + timedelta(minutes=45),
        "form": "phone",
        "note": "Om mit CV",
        "remind_2h": False,
        "state": "booked",
        "version": 1,
        "said_by": "citizen",
        "actor": citizen_id(attempt.citizen),
        "now": now,
        "lock": [citizen_no, adviser_no],
        "claim": [adviser_no, citizen_no],
        "hold": None,
        "held_until": None,
        "holds": [],
        "released": None,
    }


async def _look_for_others(connection: Any, attempt: Attempt, lost: dict[str, Any]) -> None:
    """The statements with which the service finds the three nearest other times."""
    day = attempt.day
    asked = {
        "adviser": None,
        "day": day,
        "until_day": day,
        "starts": at_local(day, time(0)),
        "ends": at_local(day + timedelta(days=1), time(0)),
        "everybody": True,
        "nos": [],
        "me": lost["citizen_no"],
        "now": lost["now"],
    }
    await TAKE_BACK(connection, lost | {"nos": lost["claim"]})
    await ADVISERS(connection, asked)
    await CLAIMED(connection, asked)


def _outbox_values(booking_id: UUID, attempt: Attempt, starts: datetime, ends: datetime) -> dict[str, Any]:
    event = BookingCreated(
        booking_id=booking_id,
        citizen_id=citizen_id(attempt.citizen),
        version=1,
        topic_id=TOPIC,
        adviser_id=adviser_id(attempt.adviser),
        starts_at=starts,
        ends_at=ends,
        form="phone",
        said_by="citizen",
        remind_2h=False,
    )
    row = outbox.row(event, uuid4(), datetime.now(UTC))
    return {
        "shards": [row.shard],
        "event_ids": [row.event_id],
        "topics": [row.topic],
        "keys": [row.key],
        "times": [row.time],
        "headers": [row.headers],
        "bodies": [row.body],
    }
