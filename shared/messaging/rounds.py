"""How a batch is cut for subscribers that take lists: as few calls as possible, and never one key out of order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.messaging.envelope import Envelope
from shared.messaging.subscriptions import Handler, Received


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that somebody here hears, with its envelope and its subscriber."""

    handler: Handler
    envelope: Envelope
    received: Received[Any]

    @property
    def key(self) -> tuple[str, bytes]:
        """Whose order matters: the key on its topic."""
        return self.envelope.position.topic, self.envelope.key


def rounds(heard: Iterable[Heard]) -> list[tuple[Handler, Sequence[Heard]]]:
    """Group events by subscriber, so that calling the groups in turn keeps every key's order.

    An event joins the round its key is in when that round is its own subscriber's, else the next round.
    """
    last: dict[tuple[str, bytes], tuple[int, str]] = {}
    groups: dict[tuple[int, str], list[Heard]] = {}
    for one in heard:
        event_type = one.envelope.type
        number, previous = last.get(one.key, (0, event_type))
        place = (number if previous == event_type else number + 1, event_type)
        last[one.key] = place
        groups.setdefault(place, []).append(one)
    return [(groups[place][0].handler, groups[place]) for place in sorted(groups, key=lambda place: place[0])]
