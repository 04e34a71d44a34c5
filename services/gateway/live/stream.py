"""The stream a page keeps open: `changed` when its day has changed, `pulse` now and then for what moves all the time.

Data are ids only. A browser that comes back with the last id it saw is told what it missed.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from uuid import UUID

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from services.gateway import store
from services.gateway.live.broadcaster import QUEUE_SIZE, Broadcaster, Subscription
from services.gateway.live.changes import Change
from services.gateway.live.listener import Listener
from shared.database import Database

PING_SECONDS = 15
SEND_SECONDS = 10
RECONNECT_MILLISECONDS = 2000
PULSE_SECONDS = 3.0
# Without an id: a browser that comes back then resumes from the last change it knows.
LOOK_AGAIN = ServerSentEvent(event="changed", data="{}")

# Which bookings the page shows when the stream is opened.
Look = Callable[[], Awaitable[frozenset[UUID]]]
Events = AsyncGenerator[ServerSentEvent, None]


class Live:
    """What pages need for live updates: the broadcaster, the listener behind it, and the memory to resume from."""

    def __init__(self, database: Database, broadcaster: Broadcaster, listener: Listener) -> None:
        self.database = database
        self.broadcaster = broadcaster
        self.listener = listener
        self._hearing: asyncio.Task[None] | None = None

    def alive(self) -> bool:
        """Say whether this process hears events, or at least tries to; False is cured by a new process."""
        if self._hearing is None:  # it is not serving yet, or not any more
            return True
        return not self._hearing.done() and self.listener.moves()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear events while the block runs."""
        self._hearing = hearing = asyncio.create_task(self.listener.run())
        try:
            yield
        finally:
            self._hearing = None
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    def day(self, staff_id: UUID, look: Look, last_event_id: str | None, *, lives: timedelta) -> Response:
        """Answer with the stream of one member of staff's day.

        It ends with the browser, with this process, or with the login that opened it (after `lives`).
        """
        return _response(_ending(self.changes(staff_id, look, last_event_id), lives))

    def pulse(self, *, lives: timedelta) -> Response:
        """Answer with a stream that only says "look again" every few seconds, for figures that always move."""
        return _response(_ending(_pulses(), lives))

    async def changes(self, staff_id: UUID, look: Look, last_event_id: str | None) -> Events:
        """Yield what happens to somebody's day from now on, after what they missed since `last_event_id`."""
        with self.broadcaster.subscribed(staff_id) as subscription:
            subscription.booking_ids |= await look()
            yield ServerSentEvent(comment="open", retry=RECONNECT_MILLISECONDS)
            for event in await self._missed(subscription, last_event_id):
                yield event
            while True:
                news = await subscription.queue.get()
                yield LOOK_AGAIN if news is None else _changed(news)

    async def _missed(self, subscription: Subscription, last_event_id: str | None) -> list[ServerSentEvent]:
        """Return what was said while the browser was away; one `changed` without an id when that cannot be known."""
        if not last_event_id or not last_event_id.isdecimal() or len(last_event_id) > 18:
            return []
        number = int(last_event_id)
        async with self.database.transaction() as session:
            seen_at = await store.live_change_recorded_at(session, number)
            rows = await store.live_changes_after(
                session, number, subscription.staff_id, subscription.booking_ids, at_most=QUEUE_SIZE
            )
        since = self.listener.hears_since
        heard_all = seen_at is not None and since is not None and since <= seen_at
        missed = [_changed(Change.of(row)) for row in rows]
        return missed if missed or heard_all else [LOOK_AGAIN]


def _changed(change: Change) -> ServerSentEvent:
    data = {"type": change.heard.type, "booking_id": str(change.heard.booking_id)}
    return ServerSentEvent(event="changed", id=str(change.number), data=json.dumps(data))


async def _pulses() -> Events:
    yield ServerSentEvent(comment="open", retry=RECONNECT_MILLISECONDS)
    while True:
        await asyncio.sleep(PULSE_SECONDS)
        yield ServerSentEvent(event="pulse", data="{}")


async def _ending(events: Events, lives: timedelta) -> Events:
    """Pass events on until the time is up."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + lives.total_seconds()
    async with aclosing(events):
        while True:
            try:
                async with asyncio.timeout_at(ends_at):
                    event = await anext(events)
            except (StopAsyncIteration, TimeoutError):
                return
            yield event


def _response(events: Events) -> Response:
    return EventSourceResponse(events, ping=PING_SECONDS, send_timeout=SEND_SECONDS)
