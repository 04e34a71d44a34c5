"""Handling again what was set aside, and then what waited behind it, one event and one transaction at a time.

Invariant: one worker replays at a time (advisory lock of the transaction), and an event is replayed only when nothing
earlier of its key is left, so a key's order holds through dead letters too.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import RowMapping, exists, or_, select, text, update

from shared.database import Session
from shared.messaging import dead_letters, inbox, metrics, outbox, parking
from shared.messaging.dead_letters import SetAside
from shared.messaging.dispatch import Dispatcher
from shared.messaging.envelope import Envelope, Position, Unreadable, envelope
from shared.messaging.faults import passes, reason_of
from shared.messaging.subscriptions import received
from shared.messaging.tables import dead_letter, parked

RETRY_AFTER = timedelta(seconds=30)
LOCK_SPACE = 7_240_003
_lock = text("select pg_try_advisory_xact_lock(:space, 0)")
_earlier = dead_letter.alias("earlier")


class Replayer:
    """Performs the replays that people asked for, and lets parked events go when nothing holds them any more."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._service, self._clock = dispatcher.service, dispatcher.clock

    async def step(self) -> bool:
        """Handle one event; say whether there was one. Raises only what the database raises."""
        dead: RowMapping | None = None
        waiting: RowMapping | None = None
        try:
            async with self._dispatcher.database.transaction() as session:
                outbox.use_clock(session, self._clock)
                if not await session.scalar(_lock, {"space": LOCK_SPACE}):
                    return False
                dead = await self._next_dead(session)
                if dead is not None:
                    await self._replay(session, dead)
                    return True
                waiting = await parking.first_free(session, self._service)
                if waiting is not None:
                    await self._release(session, waiting)
                    return True
                return False
        except Exception as fault:  # the edge: what a subscriber raises is kept with the message, whatever it is
            if waiting is not None:
                await self._failed_release(waiting, fault)
            elif dead is not None:
                await self._failed_replay(dead, fault)
            else:
                raise
            return True

    async def _next_dead(self, session: Session) -> RowMapping | None:
        """Return the dead letter to replay now: asked for, its time come, and nothing earlier of its key left."""
        columns = dead_letter.c
        parked_before = exists().where(
            parked.c.consumer == columns.consumer,
            parked.c.topic == columns.topic,
            parked.c.key == columns.key,
            parked.c.partition == columns.partition,
            parked.c.offset < columns.offset,
        )
        dead_before = exists().where(
            _earlier.c.consumer == columns.consumer,
            _earlier.c.topic == columns.topic,
            _earlier.c.key == columns.key,
            _earlier.c.partition == columns.partition,
            _earlier.c.offset < columns.offset,
            _earlier.c.blocks,
            _earlier.c.resolved_at.is_(None),
        )
        statement = (
            select(dead_letter)
            .where(
                columns.consumer == self._service,
                columns.resolved_at.is_(None),
                columns.state == "replay",
                columns.retry_at <= self._clock.now(),
                or_(~columns.blocks, ~(parked_before | dead_before)),
            )
            .order_by(columns.retry_at, columns.dead_letter_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        return (await session.execute(statement)).mappings().first()

    async def _replay(self, session: Session, row: RowMapping) -> None:
        if row["key"] is None or row["body"] is None:
            raise Unreadable("not-an-event", "The record has no key or no body.")
        found = envelope(row["headers"], row["key"], row["body"], _position(row))
        handler = self._dispatcher.subscriptions.handler(found.type)
        resolution = "handled"
        if handler is None:
            resolution = "nobody hears it any more"
        elif not row["in_inbox"] and not await inbox.mark(session, self._service, [found.event_id]):
            resolution = "was handled before"
        else:
            await self._dispatcher.call(session, handler, [received(handler, found)])
        await dead_letters.resolve(session, self._clock, row["dead_letter_id"], "replayed", resolution)

    async def _release(self, session: Session, row: RowMapping) -> None:
        found = _parked_envelope(row)
        handler = self._dispatcher.subscriptions.handler(found.type)
        if handler is not None:
            await self._dispatcher.call(session, handler, [received(handler, found)])
        await parking.remove(session, row["id"])
        metrics.effects.labels(found.type).inc()

    async def _failed_replay(self, row: RowMapping, fault: Exception) -> None:
        """Keep why it failed again."""
        async with self._dispatcher.database.transaction() as session:
            await self._wait(session, row["dead_letter_id"], fault, row["attempts"] + 1)

    async def _failed_release(self, row: RowMapping, fault: Exception) -> None:
        """Make a parked event that fails the dead letter its key now waits for."""
        reason, explanation = reason_of(fault)
        message = SetAside.of(_parked_envelope(row), reason, explanation, blocks=True, in_inbox=True)
        async with self._dispatcher.database.transaction() as session:
            dead_letter_id = await self._dispatcher.set_aside(session, message)
            await parking.remove(session, row["id"])
            await self._wait(session, dead_letter_id, fault, 1)

    async def _wait(self, session: Session, dead_letter_id: UUID, fault: Exception, attempts: int) -> None:
        """Let a dead letter wait: after a passing fault for its next try, else for a person."""
        reason, explanation = reason_of(fault)
        now, passing = self._clock.now(), passes(fault)
        await session.execute(
            update(dead_letter)
            .where(dead_letter.c.dead_letter_id == dead_letter_id)
            .values(
                state="replay" if passing else "open",
                retry_at=now + RETRY_AFTER if passing else None,
                reason=reason,
                explanation=explanation,
                attempts=attempts,
                last_seen=now,
            )
        )


def _position(row: RowMapping) -> Position:
    return Position(row["topic"], row["partition"], row["offset"], row["recorded_at"])


def _parked_envelope(row: RowMapping) -> Envelope:
    return Envelope(
        event_id=row["event_id"],
        type=row["type"],
        time=row["time"],
        key=row["key"],
        headers=row["headers"],
        body=row["body"],
        position=_position(row),
    )
