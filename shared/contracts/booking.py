"""What the booking service says."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.event import Event, Instant, Topic

TOPIC = Topic("booking.events")
Form = Literal["in_person", "phone", "video"]
SaidBy = Literal["citizen", "staff"]


class BookingCreated(Event, frozen=True, kw_only=True):
    """Said when a meeting is confirmed: adviser and citizen are claimed, and nobody else can have the time."""

    type: ClassVar[str] = "booking.booking-created.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    booking_id: UUID
    citizen_id: UUID
    version: int
    topic_id: str
    adviser_id: UUID
    starts_at: Instant
    ends_at: Instant
    form: Form
    said_by: SaidBy
    remind_2h: bool


class BookingMoved(Event, frozen=True, kw_only=True):
    """Said when a confirmed meeting has another time, adviser or form; the previous time is free again."""

    type: ClassVar[str] = "booking.booking-moved.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    booking_id: UUID
    citizen_id: UUID
    version: int
    topic_id: str
    adviser_id: UUID
    starts_at: Instant
    ends_at: Instant
    form: Form
    said_by: SaidBy
    remind_2h: bool
    previous_adviser_id: UUID
    previous_starts_at: Instant


class BookingCancelled(Event, frozen=True, kw_only=True):
    """Said when a confirmed meeting will not be held; its time is free again."""

    type: ClassVar[str] = "booking.booking-cancelled.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    booking_id: UUID
    citizen_id: UUID
    version: int
    adviser_id: UUID
    starts_at: Instant
    cancelled_by: Literal["citizen", "authority"]
    said_by: SaidBy
    reason: str
