"""Spreads changes to the open streams of this process; a slow reader never holds up the others."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from services.gateway.live.changes import Change, Heard

QUEUE_SIZE = 32


@dataclass(eq=False)
class Subscription:
    """One open stream: whose it is, which bookings its page shows, and what it has not been told yet."""

    staff_id: UUID
    booking_ids: frozenset[UUID] = frozenset()
    queue: asyncio.Queue[Change | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_SIZE))

    def concerns(self, heard: Heard) -> bool:
        """Say whether the change is about this person's day."""
        return self.staff_id in heard.adviser_ids or heard.booking_id in self.booking_ids

    def tell(self, change: Change) -> None:
        """Queue the change. When the reader is too slow only the newest is kept: it reloads everything anyway."""
        self._put(change)
        self.booking_ids |= {change.heard.booking_id}  # its notices concern this day from now on

    def look_again(self) -> None:
        """Queue that something may have changed of which nobody knows what."""
        self._put(None)

    def _put(self, news: Change | None) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
        self.queue.put_nowait(news)


class Broadcaster:
    """The streams that are open in this process."""

    def __init__(self) -> None:
        self._open: set[Subscription] = set()

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def subscribed(self, staff_id: UUID) -> Iterator[Subscription]:
        """Open a subscription that hears everything published while the block runs."""
        subscription = Subscription(staff_id)
        self._open.add(subscription)
        try:
            yield subscription
        finally:
            self._open.discard(subscription)

    def look_again(self) -> None:
        """Tell every stream that it may have missed something."""
        for subscription in self._open:
            subscription.look_again()

    def publish(self, change: Change) -> None:
        """Tell every stream that the change concerns."""
        for subscription in self._open:
            if subscription.concerns(change.heard):
                subscription.tell(change)
