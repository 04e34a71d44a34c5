"""What staff pages ask people about citizens. Every look is written in the citizen's log with its reason."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking

MAX_NAMES = 500


class Found(msgspec.Struct, frozen=True):
    """One hit of a search; the masked CPR number tells people of the same name apart."""

    citizen_id: UUID
    name: str
    cpr: str
    registered: bool = True


class Findings(msgspec.Struct, frozen=True):
    """The hits; `more` says that the search must be narrowed."""

    citizens: tuple[Found, ...]
    more: bool


class Record(msgspec.Struct, frozen=True):
    """A citizen as staff see one: the CPR number masked."""

    citizen_id: UUID
    name: str
    cpr: str
    language: str
    registered_on: date
    contact_group: str
    contact_group_da: str | None = None
    contact_group_en: str | None = None
    deregistered_on: date | None = None
    address_protected: bool = False

    def group(self, language: str) -> str:
        """Return the contact group in words."""
        words = self.contact_group_da if language == "da" else self.contact_group_en
        return words or self.contact_group


class _Named(msgspec.Struct, frozen=True):
    citizen_id: UUID
    name: str


async def names_of(asker: Asking, citizen_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of those citizens the asker may know of; ids go in the body. Raises Problem."""
    wanted = list(dict.fromkeys(citizen_ids))[:MAX_NAMES]
    if not wanted:
        return {}
    found = await asker.post("people", "/citizens/names", {"ids": wanted}, list[_Named])
    return {one.citizen_id: one.name for one in found}


async def search(asker: Asking, query: str) -> Findings:
    """Find citizens by CPR number or the beginnings of names; what is searched for goes in the body.

    Raises Problem (`cpr-invalid`, `purpose-missing`).
    """
    return await asker.post("people", "/citizens/search", {"query": query}, Findings)


async def record_of(asker: Asking, citizen_id: UUID) -> Record:
    """Return a citizen's record. Raises Problem (404) when unknown or not for the asker to know."""
    return await asker.get("people", f"/citizens/{citizen_id}", Record)
