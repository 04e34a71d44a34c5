"""What every event and every topic has. An event is a fact: past tense, frozen, ids and times only."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

# A moment always carries its zone: one without is not read.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Topic(msgspec.Struct, frozen=True):
    """Where a publisher's events lie. Partitions are never changed later: order per key would break."""

    name: str
    partitions: int = 12
    retention_days: int = 14
    max_message_bytes: int = 1_000_000


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact. Within `.v1` only optional fields may be added; anything else is a new class and type.

    Never a name, a CPR number, a contact detail or free text about a person.
    """

    type: ClassVar[str]
    topic: ClassVar[Topic]
    key_field: ClassVar[str]

    @property
    def key(self) -> UUID:
        """Return the id whose order matters: events with the same key reach every reader as they were said."""
        found: UUID = getattr(self, self.key_field)
        return found
