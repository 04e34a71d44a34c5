"""The one way to call a service: a token that lives a minute, a time limit, and three possible ends.

A call ends with an answer, with a `Problem` (the service said no, and why) or with `ServiceDown`.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar
from uuid import UUID

import httpx2
import msgspec
from starlette.requests import Request

from services.gateway.permissions import Rule
from services.gateway.settings import GatewaySettings
from services.gateway.web.outcomes import Problem, ServiceDown
from services.gateway.web.visit import visit_of
from shared.identity import TokenIssuer
from shared.telemetry import carrier, get_logger

__all__ = ["Asking", "Name", "Problem", "ServiceDown", "Services", "asking"]

Name = Literal["people", "booking", "notifications"]
T = TypeVar("T")
_PASSING_STATUS = (502, 503, 504)
log = get_logger(__name__)


class Services:
    """Connections to the services, shared by all requests."""

    def __init__(self, settings: GatewaySettings, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.issuer = TokenIssuer(settings.signing_key, "gateway")
        urls: dict[Name, str] = {
            "people": settings.people_url,
            "booking": settings.booking_url,
            "notifications": settings.notifications_url,
        }
        self.clients = {
            name: httpx2.AsyncClient(
                base_url=url, timeout=httpx2.Timeout(5, connect=2), transport=transport, trust_env=False
            )
            for name, url in urls.items()
        }

    async def close(self) -> None:
        """Close every connection."""
        for client in self.clients.values():
            await client.aclose()

    async def send(self, name: Name, token: str, method: str, path: str, **parts: Any) -> httpx2.Response:
        """Send one request; a connection that cannot be made is tried once more. Raises ServiceDown, Problem."""
        headers = {"Authorization": f"Bearer {token}", **carrier(), **parts.pop("headers", {})}
        client = self.clients[name]
        try:
            try:
                answer = await client.request(method, path, headers=headers, **parts)
            except httpx2.ConnectError:
                answer = await client.request(method, path, headers=headers, **parts)
        except httpx2.TransportError as error:
            log.warning("a service did not answer", asked=name, fault=type(error).__name__)
            raise ServiceDown(name) from error
        if answer.status_code >= 500:
            log.warning("a service answered with a fault", asked=name, status=answer.status_code)
            raise ServiceDown(name)
        if answer.status_code >= 400:
            raise _problem(answer)
        return answer


@dataclass(frozen=True)
class Asking:
    """Somebody who asks: a person in a role and for a purpose, or the gateway itself (role `service`)."""

    services: Services
    role: str
    purpose: str
    actor_id: UUID | None = None
    citizen_id: UUID | None = None

    def about(self, citizen_id: UUID, purpose: str | None = None) -> "Asking":
        """Return the same asker, asking about this citizen and, where it differs, for this purpose."""
        return replace(self, citizen_id=citizen_id, purpose=purpose or self.purpose)

    async def get(self, name: Name, path: str, into: type[T], **params: Any) -> T:
        """Read something. Parameters that are None are left out. Raises ServiceDown, Problem."""
        given = {key: str(value) for key, value in params.items() if value is not None}
        return _converted(await self._send(name, "GET", path, params=given), into)

    async def post(self, name: Name, path: str, body: Any, into: type[T], *, key: str | None = None) -> T:
        """Ask for something to be done; `key` makes asking twice the same as asking once."""
        return _converted(await self._change(name, "POST", path, body, key), into)

    async def put(self, name: Name, path: str, body: Any, into: type[T], *, key: str | None = None) -> T:
        """Replace something."""
        return _converted(await self._change(name, "PUT", path, body, key), into)

    async def patch(self, name: Name, path: str, body: Any, into: type[T], *, key: str | None = None) -> T:
        """Change part of something."""
        return _converted(await self._change(name, "PATCH", path, body, key), into)

    async def delete(self, name: Name, path: str, *, key: str | None = None) -> None:
        """Give something up."""
        await self._change(name, "DELETE", path, None, key)

    async def _change(self, name: Name, method: str, path: str, body: Any, key: str | None) -> httpx2.Response:
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        content = msgspec.json.encode(body) if body is not None else b""
        return await self._send(name, method, path, content=content, headers=headers)

    async def _send(self, name: Name, method: str, path: str, **parts: Any) -> httpx2.Response:
        token = self.services.issuer.token(
            audience=name, role=self.role, purpose=self.purpose, actor_id=self.actor_id, citizen_id=self.citizen_id
        )
        return await self.services.send(name, token, method, path, **parts)


def asking(request: Request, purpose: str | None = None) -> Asking:
    """Return the person behind a request as an asker: in the role and for the reason that permissions.py gives."""
    visit, rule = visit_of(request), _rule(request)
    return Asking(
        services=request.app.state.services,
        role=request.scope["acting_role"],
        purpose=purpose or rule.purpose,
        actor_id=visit.actor_id,
        citizen_id=visit.citizen_id,
    )


def _rule(request: Request) -> Rule:
    rule: Rule = request.scope["rule"]
    return rule


def _converted(answer: httpx2.Response, into: type[T]) -> T:
    if into is type(None) or not answer.content:
        return msgspec.convert(None, into)
    return msgspec.json.decode(answer.content, type=into, strict=False)


def _problem(answer: httpx2.Response) -> Problem:
    try:
        members = dict(answer.json())
    except ValueError:
        members = {}
    slug = str(members.pop("type", "")).rpartition(":")[2] or "http"
    return Problem(answer.status_code, slug, str(members.pop("detail", "")), members)
