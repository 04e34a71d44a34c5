"""A notifications service on a fresh database, with the world around it and a clock that can be moved."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text

from services.notifications import subscribers
from services.notifications.clients.letter import Sender as MailSender
from services.notifications.clients.mail import MailServer
from services.notifications.clients.neighbours import connected
from services.notifications.clients.sms import SmsProvider
from services.notifications.model.notice import Channel
from services.notifications.schedules import Sender, forget, free, heal
from services.notifications.store.templates import wording
from services.notifications.use_cases.deliver import Delivery
from shared.clock import FixedClock
from shared.contracts import Event
from shared.contracts.booking import BookingCancelled, BookingCreated, BookingMoved
from shared.contracts.notifications import NoticeDue
from shared.database import Database
from shared.identity import TokenIssuer, new_key
from shared.messaging import Context, Received, outbox, timers
from tests.conftest import Databases
from tests.notifications.given import ADVISER, BOOKING, CITIZEN
from tests.notifications.outside import HOST, Mailbox, Phones, Town

KEY = new_key("notifications")


@dataclass
class World:
    """The service and everything around it; its verbs are what can happen."""

    clock: FixedClock
    database: Database
    delivery: Delivery
    mailbox: Mailbox
    phones: Phones
    town: Town
    version: int = 0
    starts_at: datetime | None = None
    heard: list[tuple[Event, UUID, datetime]] = field(default_factory=list)

    def sender(self, **parts: Any) -> Sender:
        """A new sender process; `parts` of the delivery may be other ones."""
        return Sender(self.database, self.clock, replace(self.delivery, **parts))

    async def book(self, starts_at: datetime, *, said_by: str = "citizen", remind_2h: bool = False) -> None:
        """Somebody books, and the event arrives."""
        self.version, self.starts_at = 1, starts_at
        self.town.know(BOOKING, 1, starts_at)
        await self.hear(BookingCreated(**self._facts(said_by=said_by, remind_2h=remind_2h)))

    async def move(self, starts_at: datetime, *, said_by: str = "citizen", arrives: bool = True) -> BookingMoved:
        """Somebody moves the meeting; its event may still be under way."""
        assert self.starts_at is not None
        previous, self.starts_at = self.starts_at, starts_at
        self.version += 1
        self.town.know(BOOKING, self.version, starts_at)
        before: dict[str, Any] = {"previous_starts_at": previous, "previous_adviser_id": ADVISER}
        event = BookingMoved(**self._facts(said_by=said_by, remind_2h=False), **before)
        if arrives:
            await self.hear(event)
        return event

    async def cancel(self, *, by: Any = "citizen", said_by: str = "citizen", arrives: bool = True) -> BookingCancelled:
        """Somebody cancels the meeting; its event may still be under way."""
        assert self.starts_at is not None
        self.version += 1
        self.town.know(BOOKING, self.version, self.starts_at, state="cancelled")
        kept = ("booking_id", "citizen_id", "version", "adviser_id", "starts_at", "said_by")
        facts = {name: value for name, value in self._facts(said_by=said_by).items() if name in kept}
        event = BookingCancelled(**facts, cancelled_by=by, reason="other")
        if arrives:
            await self.hear(event)
        return event

    def _facts(self, **more: Any) -> dict[str, Any]:
        assert self.starts_at is not None
        known = {"booking_id": BOOKING, "citizen_id": CITIZEN, "version": self.version, "adviser_id": ADVISER}
        times = {"starts_at": self.starts_at, "ends_at": self.starts_at}
        return {**known, **times, "topic_id": "job_talk", "form": "in_person", **more}

    async def hear(self, event: Event, said_at: datetime | None = None) -> None:
        """An event arrives (as often as one likes: the inbox is not in front of it)."""
        received = Received(event, self.clock.new_id(), said_at or self.clock.now(), {})
        handler = subscribers.on.handlers[event.type]
        async with self.database.transaction() as session:
            outbox.use_clock(session, self.clock)
            given: Any = [received] if handler.many else event
            await handler.function(given, Context(session, self.clock, None, received))

    async def fire_timers(self) -> int:
        """Let due timers say what they are there for, and hear it; return how many did."""
        async with self.database.transaction() as session:
            await timers.fire(session, self.clock)
            rows = await session.execute(text("delete from outbox where topic = 'notifications.events' returning body"))
            said = [row.body for row in rows]
        due = [msgspec.json.decode(body) for body in said]
        found = [one for one in due if set(one) == {"notice_id", "citizen_id", "booking_id"}]
        for one in found:
            await self.hear(msgspec.convert(one, NoticeDue))
        return len(found)

    async def send(self, **parts: Any) -> None:
        """Send everything that may go now."""
        sender = self.sender(**parts)
        for _ in range(3):  # the first and the next channel, and a look that finds nothing
            for channel in Channel:
                while await sender.step(channel):
                    pass

    async def heal(self) -> None:
        """One tick of the sweepers."""
        await self._tick(free)
        await self._tick(heal)

    async def forget(self) -> None:
        """One tick of forgetting."""
        await self._tick(forget)

    async def _tick(self, run: Any) -> None:
        async with self.database.transaction() as session:
            outbox.use_clock(session, self.clock)
            await run(Context(session, self.clock, None))

    async def at(self, moment: datetime) -> None:
        """Move the clock; then timers fire and the sender sends, as they do all the time."""
        self.clock.set(moment)
        await self.fire_timers()
        await self.send()

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return what is in the database, as dictionaries."""
        async with self.database.transaction() as session:
            return [dict(row._mapping) for row in await session.execute(text(statement), parameters)]

    async def notices(self) -> dict[tuple[str, str, int], str]:
        """Return the states in the ledger by kind, channel and occasion."""
        rows = await self.rows("select kind, channel, occasion, state from notice")
        return {(row["kind"], row["channel"], row["occasion"]): row["state"] for row in rows}

    def subjects(self) -> list[str]:
        return [str(mail.message["Subject"]) for mail in self.mailbox.mails]


@pytest.fixture
async def world(database_of: Databases, clock: FixedClock) -> AsyncIterator[World]:
    mailbox, phones, town = Mailbox(), Phones(), Town()
    await mailbox.open()
    database = Database(database_of("notifications"), name="test")
    made = World(clock, database, delivery(mailbox, phones, town), mailbox, phones, town)
    yield made
    await made.delivery.close()
    await database.close()
    await mailbox.close()


def delivery(mailbox: Mailbox, phones: Phones, town: Town, **mail: Any) -> Delivery:
    """What messages leave through, connected to this world."""
    issuer = TokenIssuer(KEY, "notifications")
    return Delivery(
        neighbours=connected("http://people", "http://booking", issuer, transport=httpx2.MockTransport(town.answer)),
        mail=MailServer(HOST, mailbox.port, **({"starttls": False} | mail)),
        sms=SmsProvider("http://sms", "token", transport=httpx2.MockTransport(phones.answer)),
        wording=wording(),
        authority_name="Nordby Kommune",
        authority_phone="70 10 20 30",
        public_url="https://job.nordby.example/",
        sender=MailSender("noreply@nordby.example", "Nordby Kommune"),
        mail_domain="nordby.example",
    )


@pytest.fixture
async def mailbox_with_tls(tmp_path: Path) -> AsyncIterator[Mailbox]:
    """A mail server that asks for encryption and a login, with a certificate made for this test."""
    certificate, key = certificate_for("localhost", tmp_path)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    mailbox = Mailbox(tls=shown, client_tls=trusting, login=("jobvej", "hemmelig"))
    await mailbox.open()
    yield mailbox
    await mailbox.close()


def certificate_for(name: str, folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate and its key; return both files."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(*form))
    return certificate, key_file
