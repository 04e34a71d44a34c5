"""What the people service says."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts.event import Event, Topic

TOPIC = Topic("people.events")


class CitizenRegistered(Event, frozen=True, kw_only=True):
    """Said once when a citizen becomes known to the municipality's employment work, or comes back."""

    type: ClassVar[str] = "people.citizen-registered.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    citizen_id: UUID
    version: int
    registered_on: date
    contact_group: str
    language: str


class CitizenChanged(Event, frozen=True, kw_only=True):
    """Said when something that others act on has changed; it carries the whole new state, newest version last."""

    type: ClassVar[str] = "people.citizen-changed.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    citizen_id: UUID
    version: int
    contact_group: str
    language: str
    digital_post: bool


class CitizenDeregistered(Event, frozen=True, kw_only=True):
    """Said when the registration ends: from that day no meeting may be booked."""

    type: ClassVar[str] = "people.citizen-deregistered.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "citizen_id"

    citizen_id: UUID
    version: int
    deregistered_on: date


class StaffChanged(Event, frozen=True, kw_only=True):
    """Said when a member of staff arrives, leaves, or changes team or roles; it carries the whole new state."""

    type: ClassVar[str] = "people.staff-changed.v1"
    topic: ClassVar[Topic] = TOPIC
    key_field: ClassVar[str] = "staff_id"

    staff_id: UUID
    version: int
    team_id: UUID
    roles: tuple[str, ...]
    active: bool
