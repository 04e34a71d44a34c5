"""Fills a new platform through the services' own doors: people, their advisers' weeks, a few meetings, an exemption.

`python -m deploy.embedded.demo_data DATA` fills the platform that runs in the directory DATA.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from deploy.embedded import addresses, demo_keys, demo_people
from deploy.embedded.addresses import Addresses
from deploy.embedded.place import Place
from shared.clock import at_local, local_date
from shared.identity import TokenIssuer

PURPOSE = "demodata"
# Monday to Thursday until half past three, Friday until two; half an hour for lunch.
WEEK = {
    "hours": [{"weekday": day, "starts": "08:30", "ends": "15:30" if day < 5 else "14:00"} for day in (1, 2, 3, 4, 5)],
    "breaks": [{"weekday": day, "starts": "12:00", "ends": "12:30"} for day in (1, 2, 3, 4, 5)],
}
MEETINGS = 12
HEARD_SECONDS = 20.0


async def plant(at: Addresses, issuer: TokenIssuer) -> str:
    """Plant what is missing and return in words what is there; may be repeated. Raises httpx2.HTTPError."""
    new = await demo_people.seed(at.url("people-api"), issuer.token)
    async with httpx2.AsyncClient(timeout=10) as client:
        garden = _Garden(client, at, issuer)
        advisers = await garden.advisers()
        for adviser in advisers:
            await garden.week(adviser)
        citizens = await garden.citizens()
        await garden.exempt(citizens["Clara Friis"])
        others = [citizen for name, citizen in citizens.items() if name not in _LOGINS]
        booked = sum([await garden.meeting(citizen, number) for number, citizen in enumerate(others[:MEETINGS])])
    return f"{new['citizens']} citizens, {new['staff']} staff, {len(advisers)} advisers' weeks, {booked} meetings"


_LOGINS = {persona.name for persona in demo_people.PERSONAS}


class _Garden:
    """Asks booking and people in the roles that may."""

    def __init__(self, client: httpx2.AsyncClient, at: Addresses, issuer: TokenIssuer) -> None:
        self._client, self._at, self._issuer = client, at, issuer

    async def _ask(
        self, service: str, method: str, path: str, body: Any = None, *, role: str = "team_leader", key: str = ""
    ) -> httpx2.Response:
        token = self._issuer.token(audience=service, role=role, purpose=PURPOSE, actor_id=self._somebody)
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": f"demodata-{key}"} if key else {})
        url = f"{self._at.url(f'{service}-api')}{path}"
        return await self._client.request(method, url, json=body, headers=headers)

    _somebody: UUID | None = None

    async def advisers(self) -> list[str]:
        """The advisers, as soon as booking has heard of every caseworker that people has."""
        staff = (await self._ask("people", "GET", "/staff")).raise_for_status().json()
        self._somebody = UUID(next(one["staff_id"] for one in staff if "team_leader" in one["roles"]))
        expected = {one["staff_id"] for one in staff if "caseworker" in one["roles"] and one["active"]}
        end = time.monotonic() + HEARD_SECONDS
        while True:
            told = (await self._ask("booking", "GET", "/advisers")).raise_for_status().json()["advisers"]
            known = {str(adviser["adviser_id"]) for adviser in told}
            if expected <= known or time.monotonic() > end:
                return sorted(expected & known)
            await asyncio.sleep(0.1)

    async def week(self, adviser: str) -> None:
        """The same week for everyone, from the beginning of this week on."""
        today = local_date(datetime.now(UTC))
        body = WEEK | {"valid_from": (today - timedelta(days=today.weekday())).isoformat()}
        answer = await self._ask("booking", "PUT", f"/advisers/{adviser}/hours", body, key=f"week-{adviser}")
        if answer.status_code != 409:
            answer.raise_for_status()

    async def citizens(self) -> dict[str, str]:
        """Name → id of the planted citizens, found as staff would find them: by CPR number."""
        found: dict[str, str] = {}
        for citizen in demo_people.CITIZENS:
            answer = await self._ask("people", "POST", "/citizens/search", {"query": citizen.cpr})
            for hit in answer.raise_for_status().json()["citizens"]:
                found[citizen.name] = hit["citizen_id"]
        return found

    async def exempt(self, citizen: str) -> None:
        """One citizen is exempt from self-booking, so that those pages can be seen."""
        body = {"reason": "it_skills", "valid_from": local_date(datetime.now(UTC)).isoformat()}
        answer = await self._ask("booking", "PUT", f"/citizens/{citizen}/exemption", body, key=f"exempt-{citizen}")
        answer.raise_for_status()

    async def meeting(self, citizen: str, number: int) -> bool:
        """Book a time for somebody, spread over the coming working days; a citizen nobody may book is left out."""
        since = at_local(local_date(datetime.now(UTC)) + timedelta(days=number // 4), datetime.min.time())
        query = f"?topic=contact-meeting&limit=8&citizen={citizen}&from={since.date().isoformat()}"
        times = (await self._ask("booking", "GET", f"/free-times{query}")).json().get("times", [])
        if not times:
            return False
        chosen = times[number % len(times)]
        body = {name: chosen[name] for name in ("adviser_id", "starts_at", "form")}
        body |= {"topic": "contact-meeting", "citizen_id": citizen}
        answer = await self._ask("booking", "POST", "/bookings", body, role="frontdesk", key=f"meeting-{citizen}")
        return answer.status_code == 201


def main(data: str) -> None:
    """Plant, and say on standard output what was planted."""
    place = Place(Path(data))
    issuer = TokenIssuer(demo_keys.load(place).private("jobvej"), "jobvej")
    print(asyncio.run(plant(addresses.of_last_start(place), issuer)))


if __name__ == "__main__":
    main(sys.argv[1])
