"""What the gateway asks the people service: who somebody is, a citizen's own data, and who has looked."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking, Services
from shared.clock import Clock

_DIRECTORY_LIVES_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A person who logs in. The name is kept for staff only: a citizen may sit at a shared screen."""

    id: UUID
    roles: tuple[str, ...]
    is_citizen: bool
    name: str = ""
    language: str = ""


class _Known(msgspec.Struct):
    citizen_id: UUID
    language: str = "da"


class StaffMember(msgspec.Struct, frozen=True):
    """A member of staff as the directory shows them."""

    staff_id: UUID
    name: str
    team_id: UUID | None = None
    roles: tuple[str, ...] = ()
    active: bool = True


class Contact(msgspec.Struct, frozen=True):
    """How a citizen wants to be reached."""

    name: str
    email: str | None = None
    mobile: str | None = None
    language: str = "da"
    digital_post: bool = False
    version: int | None = None


class Look(msgspec.Struct, frozen=True):
    """One row of the access log: what was looked at, in which role, why, and when."""

    entry_id: UUID
    at: datetime
    look: str
    role: str
    purpose: str
    look_da: str = ""
    role_da: str = ""


async def find_citizen(asker: Asking, cpr: str) -> Found:
    """Find a citizen by CPR number, which goes in the body and is not kept. Raises Problem (404) when unknown."""
    found = await asker.post("people", "/citizens/find-by-cpr", {"cpr": cpr}, _Known)
    return Found(found.citizen_id, ("citizen",), is_citizen=True, language=found.language)


async def find_staff(asker: Asking, login: str, roles: tuple[str, ...] | None) -> Found:
    """Find a member of staff by login; `roles` are those the issuer vouches for, None when it says nothing of them.

    Raises Problem (404) when unknown.
    """
    found = await asker.post("people", "/staff/find-by-login", {"login": login}, StaffMember)
    held = found.roles if roles is None else roles
    return Found(found.staff_id, held if found.active else (), is_citizen=False, name=found.name)


async def contact(asker: Asking) -> Contact:
    """Return how the citizen is reached who asks, or whom staff ask about."""
    return await asker.get("people", f"/citizens/{asker.citizen_id}/contact", Contact)


async def change_contact(asker: Asking, email: str, mobile: str, language: str | None, version: int | None) -> None:
    """Change how the citizen is reached; without a language, that stays.

    Raises Problem (`contact-invalid` with `field`, `changed-meanwhile`, 404).
    """
    body = {"email": email or None, "mobile": mobile or None, "version": version}
    body |= {"language": language} if language else {}
    await asker.patch("people", f"/citizens/{asker.citizen_id}/contact", body, msgspec.Raw)


async def access_log(asker: Asking, before: UUID | None, limit: int) -> list[Look]:
    """Return who looked at the citizen who asks, newest first."""
    return await asker.get("people", f"/citizens/{asker.citizen_id}/access-log", list[Look], before=before, limit=limit)


class Directory:
    """Names of staff, also of those who have left. Asked for at most once a minute."""

    def __init__(self, services: Services, clock: Clock) -> None:
        self._asker = Asking(services, role="service", purpose="navne på ansatte")
        self._clock = clock
        self._known: dict[UUID, StaffMember] = {}
        self._asked_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def all(self) -> dict[UUID, StaffMember]:
        """Return staff by id. Raises ServiceDown."""
        async with self._one_at_a_time:
            now = self._clock.now().timestamp()
            if not self._known or now - self._asked_at >= _DIRECTORY_LIVES_SECONDS:
                found = await self._asker.get("people", "/staff", list[StaffMember])
                self._known = {member.staff_id: member for member in found}
                self._asked_at = now
            return self._known

    async def name_of(self, staff_id: UUID) -> str:
        """Return a name, or an empty text for somebody we do not know."""
        found = (await self.all()).get(staff_id)
        return "" if found is None else found.name
