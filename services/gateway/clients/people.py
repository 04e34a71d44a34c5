"""What the gateway asks the people service: who somebody is, their own data, and who has looked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking


@dataclass(frozen=True, slots=True)
class Found:
    """A person who logs in. The name is kept for staff only: a citizen may sit at a shared screen."""

    id: UUID
    roles: tuple[str, ...]
    is_citizen: bool
    name: str = ""


class _CitizenId(msgspec.Struct):
    citizen_id: UUID


class StaffMember(msgspec.Struct, frozen=True):
    """A member of staff as the directory shows them."""

    staff_id: UUID
    name: str
    team_id: UUID | str | None = None
    roles: tuple[str, ...] = ()
    active: bool = True


class Citizen(msgspec.Struct, frozen=True):
    """What a citizen's own pages show of them."""

    citizen_id: UUID
    name: str
    language: str = "da"
    cpr: str = ""


class Contact(msgspec.Struct, frozen=True):
    """How a citizen wants to be reached."""

    name: str
    email: str | None = None
    mobile: str | None = None
    language: str = "da"
    digital_post: bool = True


class Look(msgspec.Struct, frozen=True):
    """One row of the access log: who looked at a citizen's data, why, and when."""

    at: datetime
    role: str
    purpose: str
    actor: str = ""


async def find_citizen(asker: Asking, cpr: str) -> Found:
    """Find a citizen by CPR number, which goes in the body and is not kept. Raises Problem (404) when unknown."""
    found = await asker.post("people", "/citizens/find-by-cpr", {"cpr": cpr}, _CitizenId)
    return Found(found.citizen_id, ("citizen",), is_citizen=True)


async def find_staff(asker: Asking, login: str, roles: tuple[str, ...] | None) -> Found:
    """Find a member of staff by login; `roles` are those the issuer vouches for, None when it says nothing of them."""
    found = await asker.post("people", "/staff/find-by-login", {"login": login}, StaffMember)
    return Found(found.staff_id, found.roles if roles is None else roles, is_citizen=False, name=found.name)
