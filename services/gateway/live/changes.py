"""What a live view needs to know of an event: which booking, whose day, and nothing about the citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from aiokafka import ConsumerRecord

from shared.contracts import booking, notifications
from shared.contracts.event import Event

TOPICS = (booking.TOPIC.name, notifications.TOPIC.name)
_SHOWN: dict[str, type[Event]] = {
    event.type: event
    for event in (
        booking.BookingCreated,
        booking.BookingMoved,
        booking.BookingCancelled,
        notifications.NoticeDelivered,
        notifications.NoticeUndeliverable,
    )
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One event as far as live views care; not yet numbered."""

    event_id: UUID
    type: str
    booking_id: UUID
    adviser_ids: tuple[UUID, ...] = ()

    def row(self, recorded_at: datetime) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "event_id": self.event_id,
            "type": self.type,
            "booking_id": self.booking_id,
            "adviser_ids": list(self.adviser_ids),
            "recorded_at": recorded_at,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A heard event with its number in the gateway's own table: the id a browser resumes from."""

    number: int
    heard: Heard

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Change":
        """Read a kept row."""
        heard = Heard(row["event_id"], row["type"], row["booking_id"], tuple(row["adviser_ids"]))
        return cls(row["number"], heard)


def read(record: ConsumerRecord) -> Heard | None:
    """Return what the record says; None when no page shows it or nobody can read it.

    Unreadable records are not the gateway's to keep: every service that needs them sets them aside.
    """
    headers = _text_headers(record.headers)
    contract = _SHOWN.get(headers.get("ce_type", ""))
    if contract is None or record.value is None:
        return None
    try:
        event_id = UUID(headers["ce_id"])
        event = msgspec.json.decode(record.value, type=contract)
    except (KeyError, ValueError, RecursionError, msgspec.DecodeError):
        return None
    advisers = [getattr(event, name, None) for name in ("adviser_id", "previous_adviser_id")]
    return Heard(
        event_id=event_id,
        type=event.type,
        booking_id=getattr(event, "booking_id"),  # noqa: B009 – every contract in _SHOWN has it, their base does not
        adviser_ids=tuple(dict.fromkeys(adviser for adviser in advisers if adviser is not None)),
    )


def _text_headers(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    """Return the headers that are text; a null or non-UTF-8 value is left out instead of stopping the stream."""
    found: dict[str, str] = {}
    for name, value in headers:
        try:
            found[name] = (value or b"").decode()
        except UnicodeDecodeError:
            continue
    return found
