"""The services around a gateway under test: small, honest about tokens, and remembering what they were asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from shared.clock import Clock
from shared.identity import Caller

Answer = tuple[int, Any]


@dataclass
class Asked:
    """One call a service got."""

    service: str
    method: str
    path: str
    caller: Caller
    body: bytes
    key: str | None


@dataclass
class Town:
    """Answers as people, booking and notifications would; `down` names services that do not answer."""

    who: Callable[[str, str], Caller]
    clock: Clock
    citizen: UUID
    adviser: UUID
    asked: list[Asked] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    answers: dict[str, Answer] = field(default_factory=dict)  # "GET /path" -> answer, instead of the usual one

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one call, after checking its token."""
        service = request.url.host.removesuffix(".test")
        if service in self.down:
            raise httpx2.ConnectError("refused", request=request)
        caller = self.who(service, request.headers["authorization"].removeprefix("Bearer "))
        asked = Asked(
            service, request.method, request.url.path, caller, request.content, request.headers.get("idempotency-key")
        )
        self.asked.append(asked)
        status, body = self.answers.get(f"{request.method} {request.url.path}", (404, {"type": "urn:jobvej:not-found"}))
        return httpx2.Response(status, json=body)
