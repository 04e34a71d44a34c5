"""One browser's login: known by a random cookie, kept on the server, ended by rest, by age or by its owner.

Nothing about a person is ever kept in the browser: the cookie is a random token, and the database holds only its hash.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway import store
from services.gateway.settings import GatewaySettings
from shared.clock import Clock
from shared.database import Database

LOGIN_TAKES_AT_MOST = timedelta(minutes=20)
_SEEN_AT_MOST_EVERY = timedelta(seconds=20)


@dataclass
class Visit:
    """What is known about the browser behind a request. Changing it through these methods has it kept."""

    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    form_token: str
    token: str = ""
    actor_id: UUID | None = None
    citizen_id: UUID | None = None
    roles: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    changed: bool = False
    found: bool = False  # its row was there when this request began
    over: bool = False  # ended by its owner in this request
    passive: bool = False  # this request does not show that a person is there (live streams set it)
    unreadable: bool = False  # the database could not say who this is: nobody is sent to log in for that
    timed_out: bool = False  # a login that the browser still believed in had ended
    old_tokens: list[str] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """Whether somebody is logged in."""
        return bool(self.roles)

    def left(self, now: datetime, settings: GatewaySettings) -> timedelta:
        """How long the login lasts when nothing more is asked for after this request."""
        return min(settings.idle_limit, self.started_at + settings.absolute_limit - now)

    def put(self, name: str, value: Any) -> None:
        """Remember a value (JSON) until the login ends."""
        self.data[name] = value
        self.changed = True

    def drop(self, name: str) -> None:
        """Forget a value."""
        if self.data.pop(name, None) is not None:
            self.changed = True

    def begin(self, now: datetime, *, roles: tuple[str, ...], actor_id: UUID, citizen_id: UUID | None) -> None:
        """Log somebody in under a new token, so that a token known before the login is worth nothing after it."""
        self.started_at = self.seen_at = now
        self.roles, self.actor_id, self.citizen_id = roles, actor_id, citizen_id
        if self.token:
            self.old_tokens.append(self.token)
        self.token, self.form_token = _new_token(), _new_token()
        self.changed, self.found = True, False

    def end(self) -> None:
        """Log out: the row is deleted and the cookie taken back."""
        self.over, self.changed = True, False
        self.roles, self.actor_id, self.citizen_id, self.data = (), None, None, {}


def visit_of(request: Request) -> Visit:
    """Return the visit that a request belongs to."""
    found: Visit = request.scope["visit"]
    return found


def cookie_name(settings: GatewaySettings) -> str:
    """Return the cookie's name; without https the port is part of it, so that two checkouts do not share a login."""
    if settings.secure:
        return "__Host-jobvej"
    return f"jobvej-{urlsplit(settings.public_url).port or 80}"


class Visits:
    """Middleware: finds the visit of each request, and keeps what changed before the answer leaves."""

    def __init__(self, app: ASGIApp, *, settings: GatewaySettings, database: Database, clock: Clock) -> None:
        self.app, self.settings, self.database, self.clock = app, settings, database, clock
        self.cookie = cookie_name(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        try:
            visit = await self._find(_cookie(Headers(scope=scope), self.cookie))
        except (SQLAlchemyError, OSError, TimeoutError):
            visit = self._new(self.clock.now())
            visit.unreadable = True
        scope["visit"] = visit
        scope["session"] = visit.data.setdefault("oidc", {})  # where Authlib keeps state and nonce of a login

        async def keeping(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._keep(visit, MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, keeping)

    async def _find(self, token: str) -> Visit:
        now = self.clock.now()
        if not token:
            return self._new(now)
        async with self.database.transaction() as session:
            row = await store.find_visit(session, _hash(token))
        if row is None or row["ends_at"] <= now:
            fresh = self._new(now)
            fresh.timed_out = row is not None and bool(row["roles"])
            fresh.over = row is None  # an unknown cookie is taken back
            return fresh
        return Visit(
            token=token,
            found=True,
            started_at=row["started_at"],
            seen_at=row["seen_at"],
            ends_at=row["ends_at"],
            actor_id=row["actor_id"],
            citizen_id=row["citizen_id"],
            roles=tuple(row["roles"]),
            form_token=row["form_token"],
            data=row["data"],
        )

    def _new(self, now: datetime) -> Visit:
        return Visit(started_at=now, seen_at=now, ends_at=now + LOGIN_TAKES_AT_MOST, form_token=_new_token())

    async def _keep(self, visit: Visit, headers: MutableHeaders) -> None:
        if visit.over and not visit.changed:
            await self._forget(visit)
            headers.append("set-cookie", self._cookie_header("", 0))
            return
        now = self.clock.now()
        if visit.known and not visit.passive:
            visit.ends_at = now + visit.left(now, self.settings)
        if visit.changed or visit.data.get("oidc"):
            await self._write(visit, now, headers)
        elif visit.known and not visit.passive and now - visit.seen_at >= _SEEN_AT_MOST_EVERY:
            async with self.database.transaction() as session:
                await store.see_visit(session, _hash(visit.token), now, visit.ends_at)

    async def _write(self, visit: Visit, now: datetime, headers: MutableHeaders) -> None:
        if not visit.token:
            visit.token = _new_token()
        async with self.database.transaction() as session:
            for old in visit.old_tokens:
                await store.forget_visit(session, _hash(old))
            if visit.found:
                kept = await store.change_visit(session, _row(visit, now))
            else:
                kept = True
                await store.keep_visit(session, _row(visit, now))
        if not kept:  # logged out elsewhere while this request was under way: it does not come back
            headers.append("set-cookie", self._cookie_header("", 0))
            return
        age = int((visit.started_at + self.settings.absolute_limit - now).total_seconds())
        headers.append("set-cookie", self._cookie_header(visit.token, age))

    async def _forget(self, visit: Visit) -> None:
        tokens = [token for token in (visit.token, *visit.old_tokens) if token]
        if tokens:
            async with self.database.transaction() as session:
                for token in tokens:
                    await store.forget_visit(session, _hash(token))

    def _cookie_header(self, token: str, seconds: int) -> str:
        secure = "; Secure" if self.settings.secure else ""
        return f"{self.cookie}={token}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}"


def _row(visit: Visit, now: datetime) -> dict[str, Any]:
    return {
        "token_hash": _hash(visit.token),
        "started_at": visit.started_at,
        "seen_at": now,
        "ends_at": visit.ends_at,
        "actor_id": visit.actor_id,
        "citizen_id": visit.citizen_id,
        "roles": list(visit.roles),
        "form_token": visit.form_token,
        "data": visit.data,
    }


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _new_token() -> str:
    return secrets.token_urlsafe(32)
