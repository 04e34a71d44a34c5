"""People who book, move and cancel over HTTP while everything is killed; they remember what they were told."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx2

from deploy.embedded import demo_people
from shared.identity import TokenIssuer

TOPIC = "contact-meeting"
PATIENCE_SECONDS = 60
Told = tuple[UUID, int]
# By mail most of them, by SMS those without a mail address; nobody who can be told nothing.
_TEXTED = [one for number, one in enumerate(demo_people.CITIZENS) if not one.has_email and number % 2 == 0]
REACHED = [*_TEXTED, *(one for one in demo_people.CITIZENS[3:] if one.has_email and not one.protected)]


@dataclass
class Clients:
    """Each citizen has one client, a member of staff at the front desk, who does one thing after another."""

    address_of: Callable[[str], str]
    issuer: TokenIssuer
    chance: random.Random
    told: list[Told] = field(default_factory=list)
    refused: int = 0
    faults: int = 0
    server_errors: list[str] = field(default_factory=list)
    _staff: UUID | None = None

    async def run(self, stop: asyncio.Event, number: int) -> None:
        """Work until told to stop; what was begun is carried to a definite answer."""
        async with httpx2.AsyncClient(timeout=10) as client:
            staff = await self._ask(client, "people", "GET", "/staff")
            self._staff = UUID(next(one["staff_id"] for one in staff.json() if "frontdesk" in one["roles"]))
            citizens = [await self._citizen(client, one.cpr) for one in REACHED[:number]]
            await asyncio.gather(*[self._life(client, citizen, stop) for citizen in citizens if citizen])

    async def _citizen(self, client: httpx2.AsyncClient, cpr: str) -> str | None:
        answer = await self._ask(client, "people", "POST", "/citizens/search", {"query": cpr})
        found = answer.json().get("citizens", [])
        return str(found[0]["citizen_id"]) if found else None

    async def _life(self, client: httpx2.AsyncClient, citizen: str, stop: asyncio.Event) -> None:
        while not stop.is_set():
            meeting = await self._book(client, citizen)
            if meeting is not None and self.chance.random() < 0.6:
                meeting = await self._move(client, citizen, meeting)
            if meeting is not None and self.chance.random() < 0.7:
                await self._change(client, "cancel", meeting, {"reason": "other"})
            await asyncio.sleep(self.chance.random() * 0.5)

    async def _time(self, client: httpx2.AsyncClient, citizen: str) -> dict[str, Any] | None:
        query = f"?topic={TOPIC}&limit=40&citizen={citizen}&each_adviser=true"
        times = (await self._ask(client, "booking", "GET", f"/free-times{query}")).json().get("times", [])
        if not times:
            return None
        chosen = self.chance.choice(times)
        return {name: chosen[name] for name in ("adviser_id", "starts_at", "form")}

    async def _book(self, client: httpx2.AsyncClient, citizen: str) -> dict[str, Any] | None:
        time = await self._time(client, citizen)
        if time is None:
            return None
        body = {**time, "topic": TOPIC, "citizen_id": citizen}
        return self._remember(await self._ask(client, "booking", "POST", "/bookings", body))

    async def _move(self, client: httpx2.AsyncClient, citizen: str, meeting: dict[str, Any]) -> dict[str, Any] | None:
        time = await self._time(client, citizen)
        return meeting if time is None else await self._change(client, "move", meeting, time) or meeting

    async def _change(
        self, client: httpx2.AsyncClient, what: str, meeting: dict[str, Any], body: dict[str, Any]
    ) -> dict[str, Any] | None:
        path = f"/bookings/{meeting['booking_id']}/{what}"
        return self._remember(await self._ask(client, "booking", "POST", path, body))

    def _remember(self, answer: httpx2.Response) -> dict[str, Any] | None:
        if answer.status_code not in (200, 201):
            self.refused += 1
            return None
        meeting: dict[str, Any] = answer.json()
        self.told.append((UUID(meeting["booking_id"]), meeting["version"]))
        return meeting

    async def _ask(
        self, client: httpx2.AsyncClient, service: str, method: str, path: str, body: Any = None
    ) -> httpx2.Response:
        """Ask until there is a definite answer, with one idempotency key: as a careful client does."""
        key, end = str(uuid4()), asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            token = self.issuer.token(audience=service, role="frontdesk", purpose="bestilling", actor_id=self._staff)
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
            try:
                url = f"{self.address_of(service)}{path}"
                answer = await client.request(method, url, json=body, headers=headers)
                if answer.status_code == 500:
                    self.server_errors.append(f"{method} {path}: {answer.text[:300]}")
                if answer.status_code < 500:
                    return answer
            except httpx2.HTTPError:
                self.faults += 1
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError(f"{method} {path} had no answer for {PATIENCE_SECONDS} s")
            await asyncio.sleep(0.3)
