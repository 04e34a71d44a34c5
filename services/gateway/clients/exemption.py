"""What the gateway asks booking about exemption from self-booking (BEK § 45)."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking


class Exemption(msgspec.Struct, frozen=True):
    """A decision: why, by which rule, from and until when. No end = until it is ended."""

    reason: str
    valid_from: date
    valid_to: date | None = None
    source: str = ""


class _Standing(msgspec.Struct):
    exempt: bool
    decisions: list[Exemption]


async def exemption_of(asker: Asking, citizen_id: UUID, today: date) -> Exemption | None:
    """Return the decision in force today, or the next one to come; None for who books by themselves.

    A citizen that booking has not heard of yet books by themselves.
    """
    found = await asker.get("booking", f"/citizens/{citizen_id}/exemption", _Standing)
    standing = [one for one in found.decisions if one.valid_to is None or one.valid_to >= today]
    return min(standing, key=lambda one: one.valid_from, default=None)


async def exempt(
    asker: Asking, citizen_id: UUID, reason: str, valid_from: date, valid_to: date | None, key: str
) -> None:
    """Decide on an exemption. Raises Problem (`period-invalid`)."""
    await _put(asker, citizen_id, {"reason": reason, "valid_from": valid_from, "valid_to": valid_to}, key)


async def end_exemption(asker: Asking, citizen_id: UUID, first_without: date, key: str) -> None:
    """Let the citizen book again from a day on."""
    await _put(asker, citizen_id, {"reason": None, "valid_from": first_without}, key)


async def _put(asker: Asking, citizen_id: UUID, body: dict[str, Any], key: str) -> None:
    await asker.put("booking", f"/citizens/{citizen_id}/exemption", body, _Standing, key=key)
