"""Who hears what: the `@on(Event)` table of a service, and what a subscriber is given."""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from shared.clock import Clock
from shared.contracts import ALL, Event
from shared.database import Session
from shared.messaging.envelope import Envelope, Unreadable
from shared.telemetry import attached

E = TypeVar("E", bound=Event)
# What msgspec says without the values it quotes: the kind of fault, and the path, which holds names of our contracts.
_KIND = re.compile(r"Expected `[a-z |]+`, got `[a-z]+`|Object missing required field `\w+`|[A-Za-z ]+")
_PATH = re.compile(r" - at `\$[\w.\[\]]*`$")


class TryLater(Exception):
    """A subscriber says: not now, the same event again after a while. The order of its key is kept meanwhile."""


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event as it came: the fact, and what its envelope says of it."""

    event: E
    event_id: UUID
    time: datetime
    headers: Mapping[str, str]

    def tracing(self, name: str) -> AbstractContextManager[None]:
        """Continue this event's trace in a block: for subscribers that take a list."""
        return attached(self.headers, name)


@dataclass(frozen=True, slots=True)
class Context:
    """What a subscriber or a schedule works with. `received` is None for lists and schedules."""

    session: Session
    clock: Clock
    state: Any
    received: Received[Any] | None = None


Function = Callable[[Any, Context], Awaitable[None]]
Decorator = Callable[[Function], Function]


@dataclass(frozen=True, slots=True)
class Handler:
    """One subscriber: what it hears, how it is called, and whether a dead letter holds up its key."""

    event_type: type[Event]
    function: Function
    many: bool
    in_order: bool
    decoder: msgspec.json.Decoder[Any]

    @property
    def name(self) -> str:
        return self.function.__name__


class Subscriptions:
    """The subscribers of one service: `on = Subscriptions()`, then `@on(BookingCreated)` above each function."""

    def __init__(self) -> None:
        self._by_type: dict[str, Handler] = {}

    def __call__(self, event_type: type[Event], *, many: bool = False, in_order: bool = True) -> Decorator:
        """Register a subscriber of one event type.

        `many`: it takes `list[Received[...]]` (the fast path) instead of one event.
        `in_order`: after a dead letter, later events of that key are parked until it is replayed or dropped.
        Raises ValueError at import when the service hears this type twice, or the type is not a declared one.
        """
        if event_type.type in self._by_type:
            raise ValueError(f"{event_type.type} is heard twice in one service: call both from one subscriber")
        if ALL.get(event_type.type) is not event_type:
            raise ValueError(f"{event_type.type} is not declared in shared/contracts")

        def register(function: Function) -> Function:
            decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(event_type)
            self._by_type[event_type.type] = Handler(event_type, function, many, in_order, decoder)
            return function

        return register

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """The subscribers by event type."""
        return self._by_type

    @property
    def topics(self) -> list[str]:
        """The topics to read."""
        return sorted({handler.event_type.topic.name for handler in self._by_type.values()})

    def handler(self, event_type: str) -> Handler | None:
        """Return who hears this type; None when it is declared but nobody here hears it.

        Raises Unreadable for a type that is not declared: whoever sent it expected somebody to know it.
        """
        found = self._by_type.get(event_type)
        if found is None and event_type not in ALL:
            raise Unreadable("unknown-type", "The event type is not declared in this version's contracts.")
        return found


def received(handler: Handler, envelope: Envelope) -> Received[Any]:
    """Read the event itself. Raises Unreadable when the body is not what its type declares."""
    try:
        event = handler.decoder.decode(envelope.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(
            "unreadable-body", f"The body is not a {handler.event_type.__name__}: {_fault(error)}"
        ) from None
    return Received(event, envelope.event_id, envelope.time, envelope.headers)


def _fault(error: Exception) -> str:
    """Say what is wrong with a body without any value of it: `Invalid enum value 'Amina'` would be a name in a log."""
    if not isinstance(error, msgspec.MsgspecError):
        return type(error).__name__
    words = str(error)
    kind, path = _KIND.match(words), _PATH.search(words)
    return (kind.group().strip() if kind else type(error).__name__) + (path.group() if path else "")
