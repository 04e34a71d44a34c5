"""What the notifications service says."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.event import Event, Instant, Topic

TOPIC = Topic("notifications.events")


class NoticeDue(Event, frozen=True, kw_only=True):
    """Said by a timer when a notice should be sent now; the sender looks again before it believes it."""

    type: ClassVar[str] = "notifications.notice-due.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    notice_id: UUID
    citizen_id: UUID
    booking_id: UUID


class NoticeDelivered(Event, frozen=True, kw_only=True):
    """Said when a provider has taken a notice for delivery."""

    type: ClassVar[str] = "notifications.notice-delivered.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    notice_id: UUID
    citizen_id: UUID
    booking_id: UUID
    kind: str
    channel: str
    delivered_at: Instant


class NoticeUndeliverable(Event, frozen=True, kw_only=True):
    """Said when no channel could deliver a notice: a person has a task instead."""

    type: ClassVar[str] = "notifications.notice-undeliverable.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    notice_id: UUID
    citizen_id: UUID
    booking_id: UUID
    kind: str
    channel: str
    reason: str
