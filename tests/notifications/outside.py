"""The world around notifications in its tests: a real SMTP server, an SMS provider, and neighbours that answer HTTP."""

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx2
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.notifications.given import CITIZEN

HOST = "127.0.0.1"


@dataclass
class Mail:
    """A mail that the server has taken."""

    to: str
    message: EmailMessage

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    def part(self, content_type: str) -> bytes:
        """Return the content of the part of this type."""
        (found,) = [part for part in self.message.walk() if part.get_content_type() == content_type]
        content = found.get_payload(decode=True)
        assert isinstance(content, bytes)
        return content


class Mailbox:
    """A real SMTP server on a port of its own. `answer` is what it says instead of yes."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        client_tls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        """`client_tls` trusts the certificate that `tls` shows."""
        self.client_tls = client_tls
        self.mails: list[Mail] = []
        self.refuse_recipient = ""
        self.refuse_data = ""
        self.encrypted: list[bool] = []
        self.logins: list[str] = []
        self._tls, self._login = tls, login
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._talk, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening: the mail server is down."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _talk(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.test",
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            authenticator=self._check if self._login else None,
            auth_required=self._login is not None,
        )

    def _check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, said: LoginPassword) -> AuthResult:
        self.logins.append(said.login.decode())
        right = (said.login.decode(), said.password.decode()) == self._login
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse_data:
            return self.refuse_data
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.encrypted.append(session.ssl is not None)
        self.mails.append(Mail(envelope.rcpt_tos[0], message))
        return "250 OK"


@dataclass
class Phones:
    """An SMS provider after the contract: one key is one SMS. `status` is what it answers instead of 202."""

    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        key = request.headers["Idempotency-Key"]
        self.asked.append(key)
        if self.status != 202:
            return httpx2.Response(self.status, headers=self.headers)
        body = httpx2.Response(200, content=request.content).json()
        self.texts.setdefault(key, (body["to"], body["text"]))
        return httpx2.Response(202, json={"id": f"sms-{key[-20:]}"} if self.body is None else self.body)


@dataclass
class Town:
    """People and booking: what they know, and whether they answer."""

    meetings: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    contact: dict[str, Any] | None = None
    down: set[str] = field(default_factory=set)
    status: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reach(email="borger@mail.example", mobile="+4570102030")

    def reach(self, *, email: str | None, mobile: str | None, language: str = "da") -> None:
        """Say how the citizen is reached."""
        self.contact = {"citizen_id": str(CITIZEN), "name": "Ida Prøve", "email": email, "mobile": mobile}
        self.contact |= {"language": language, "digital_post": True, "registered": True, "version": 1}

    def know(self, booking_id: UUID, version: int, starts_at: datetime, **changes: Any) -> None:
        """Let booking know a meeting as it stands now."""
        self.meetings[booking_id] = {
            "booking_id": str(booking_id),
            "citizen_id": str(CITIZEN),
            "version": version,
            "state": "booked",
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(minutes=45)).isoformat(),
            "form": "in_person",
            "said_by": "citizen",
            "place": "Torvet 1",
            "place_en": "Torvet 1, first floor",
            "bring": "Dit CV.",
            "bring_en": "Your CV.",
            **changes,
        }

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        name = request.url.host
        self.traces.append(request.headers.get("traceparent", ""))
        self.asked.append((name, request.url.path))
        assert request.headers["authorization"].startswith("Bearer ")
        if name in self.down:
            raise httpx2.ConnectError("down")
        if name in self.status:
            return httpx2.Response(self.status[name], json={"unexpected": True})
        asked_for = UUID(request.url.path.split("/")[2])
        known = self.contact if name == "people" else self.meetings.get(asked_for)
        return httpx2.Response(404) if known is None else httpx2.Response(200, json=known)
