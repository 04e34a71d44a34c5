"""What may be said to a citizen about messages: what notifications has planned, or would plan. It may be down."""

from datetime import datetime
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking, Problem, ServiceDown

TELLING = ("confirmation", "moved")
WAITING = ("planned", "ready", "sending")


class Message(msgspec.Struct, frozen=True):
    """One message about a meeting; `occasion` is the version of the meeting it is about."""

    kind: str
    state: str
    due_at: datetime
    occasion: int


class Reminder(msgspec.Struct, frozen=True):
    """A reminder that would be sent, and when."""

    kind: str
    due_at: datetime


async def foreseen(asker: Asking, starts_at: datetime, *, remind_2h: bool) -> list[datetime] | None:
    """Return when a meeting booked now would be reminded of; None when that cannot be known now."""
    try:
        found = await asker.get(
            "notifications", "/reminders", list[Reminder], starts_at=starts_at.isoformat(), remind_2h=remind_2h
        )
    except (ServiceDown, Problem):
        return None
    return [one.due_at for one in found]


async def messages_about(asker: Asking, booking_id: UUID) -> list[Message] | None:
    """Return the messages about one's own meeting; none before notifications has heard of it, None when it is down."""
    try:
        return await asker.get("notifications", f"/bookings/{booking_id}/notices", list[Message])
    except Problem:
        return []
    except ServiceDown:
        return None
