"""From records to effects: inbox rows, effects, dead letters and parked events of a batch are one transaction.

Invariants: an effect is committed together with its inbox row, so it happens once; a partition's records are handled
in their order; a batch that fails is halved until the bad message stands alone, and only that one is set aside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.database import Database, Session
from shared.messaging import dead_letters, inbox, metrics, outbox, parking
from shared.messaging.dead_letters import SetAside
from shared.messaging.envelope import Record, Unreadable, opened, position_of, sanitised
from shared.messaging.faults import collided, passes, reason_of
from shared.messaging.rounds import Heard, rounds
from shared.messaging.subscriptions import Context, Handler, Received, Subscriptions, received
from shared.telemetry import attached, get_logger, tracer

COLLISION_TRIES = 5
Partition = tuple[str, int]
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record, and what is to be done with it; None: it is known and nobody here hears it."""

    record: Record
    meaning: Heard | SetAside | None

    @property
    def partition(self) -> Partition:
        return self.record.topic, self.record.partition


@dataclass
class Outcome:
    """How far each partition was handled (the next offset), and where something passing is in the way."""

    handled: dict[Partition, int] = field(default_factory=dict)
    stuck: dict[Partition, BaseException] = field(default_factory=dict)
    outage: BaseException | None = None

    def done(self, arrivals: Sequence[Arrival]) -> None:
        for one in arrivals:
            self.handled[one.partition] = one.record.offset + 1


class Dispatcher:
    """Hands records to the subscribers of one service."""

    def __init__(
        self, service: str, database: Database, clock: Clock, subscriptions: Subscriptions, state: object
    ) -> None:
        self.service, self.database, self.clock = service, database, clock
        self.subscriptions, self.state = subscriptions, state

    async def take(self, records: Sequence[Record]) -> Outcome:
        """Handle records; those of one partition must come in their order. Never raises for what a message does."""
        outcome = Outcome()
        await self._handle([Arrival(record, self.meaning(record)) for record in records], outcome)
        return outcome

    def meaning(self, record: Record) -> Heard | SetAside | None:
        """Say what is to be done with a record, by looking at nothing but itself. Never raises."""
        try:
            return self._read(record)
        except Exception as error:  # the edge: whatever a record does to the code that reads it, those behind it go on
            return self._unopened(record, Unreadable("unreadable-record", f"Reading it failed: {reason_of(error)[1]}"))

    def _read(self, record: Record) -> Heard | SetAside | None:
        try:
            envelope = opened(record)
        except Unreadable as fault:
            return self._unopened(record, fault)
        try:
            handler = self.subscriptions.handler(envelope.type)
            return None if handler is None else Heard(handler, envelope, received(handler, envelope))
        except Unreadable as fault:
            blocks = self._blocks(envelope.type)
            return SetAside.of(envelope, fault.reason, fault.explanation, blocks=blocks, in_inbox=False)

    async def _handle(self, arrivals: Sequence[Arrival], outcome: Outcome) -> None:
        arrivals = [one for one in arrivals if one.partition not in outcome.stuck]
        if not arrivals or outcome.outage is not None:
            return
        alone = len(arrivals) == 1
        # What a blocking dead letter holds up depends on what stands before and after it: it goes alone.
        if alone or not any(isinstance(one.meaning, SetAside) and one.meaning.blocks for one in arrivals):
            fault = await self._attempt(arrivals)
            if fault is None:
                outcome.done(arrivals)
                return
            if passes(fault) and not await self.database.reachable():
                outcome.outage = fault
                return
            if alone:
                await self._give_up(arrivals[0], fault, outcome)
                return
        middle = len(arrivals) // 2
        await self._handle(arrivals[:middle], outcome)
        await self._handle(arrivals[middle:], outcome)

    async def _attempt(self, arrivals: Sequence[Arrival]) -> BaseException | None:
        """Run one transaction; return what broke it. One that lost against another transaction is run again."""
        for _ in range(COLLISION_TRIES):
            try:
                handled = await self._transaction(arrivals)
            except Exception as error:  # the edge: a subscriber may raise anything, and no message may stop the rest
                fault: BaseException = error
                if not collided(error):
                    break
            else:
                metrics.effected(handled, self.clock.now())
                return None
        return fault

    async def _transaction(self, arrivals: Sequence[Arrival]) -> list[tuple[str, Any]]:
        async with self.database.transaction() as session:
            outbox.use_clock(session, self.clock)
            for one in arrivals:
                if isinstance(one.meaning, SetAside):
                    await self.set_aside(session, one.meaning)
            free = await self._free(session, [one.meaning for one in arrivals if isinstance(one.meaning, Heard)])
            for handler, group in rounds(free):
                await self.call(session, handler, [one.received for one in group])
        return [(one.envelope.type, one.envelope.time) for one in free]

    async def _free(self, session: Session, heard: Sequence[Heard]) -> list[Heard]:
        """Mark events as heard; return those that are new and wait for nothing, and park those that wait."""
        fresh = await inbox.mark(session, self.service, (one.envelope.event_id for one in heard))
        once: list[Heard] = []
        for one in heard:
            if one.envelope.event_id in fresh:
                fresh.discard(one.envelope.event_id)
                once.append(one)
        if len(once) < len(heard):
            metrics.duplicates.inc(len(heard) - len(once))
        keys = {one.key for one in once if one.handler.in_order}
        blocked = await dead_letters.blocked_keys(session, self.service, keys)
        if not blocked:
            return once
        waiting = [one for one in once if one.handler.in_order and one.key in blocked]
        await parking.add(session, self.clock, self.service, [one.envelope for one in waiting])
        return [one for one in once if not (one.handler.in_order and one.key in blocked)]

    async def call(self, session: Session, handler: Handler, events: Sequence[Received[Any]]) -> None:
        """Call a subscriber in this transaction: with the list, or with each event inside its own trace."""
        if handler.many:
            with tracer.start_as_current_span(handler.name, attributes={"messaging.batch.message_count": len(events)}):
                await handler.function(list(events), Context(session, self.clock, self.state))
            return
        for one in events:
            with attached(one.headers, handler.name):
                await handler.function(one.event, Context(session, self.clock, self.state, one))

    async def set_aside(self, session: Session, message: SetAside) -> UUID:
        """Write a dead letter in this transaction; return its id."""
        dead_letter_id = await dead_letters.add(session, self.clock, self.service, message)
        metrics.dead_lettered.labels(message.reason).inc()
        log.warning(
            "message set aside",
            reason=message.reason,
            explanation=message.explanation,
            event_id=str(message.event_id),
            type=message.type,
            topic=message.position.topic,
            partition=message.position.partition,
            offset=message.position.offset,
        )
        return dead_letter_id

    async def _give_up(self, arrival: Arrival, fault: BaseException, outcome: Outcome) -> None:
        """Set one message aside; when that is not possible either, or the fault passes, its partition waits."""
        if passes(fault) or not isinstance(arrival.meaning, Heard):
            outcome.stuck[arrival.partition] = fault
            return
        try:
            await self._keep(arrival.meaning, fault)
        except Exception as error:  # the edge: a message that cannot even be kept must not be lost, so it is held
            log.error("a message could not be set aside", exc_info=error)
            outcome.stuck[arrival.partition] = error
            return
        outcome.done([arrival])

    async def _keep(self, heard: Heard, fault: BaseException) -> None:
        reason, explanation = reason_of(fault)
        async with self.database.transaction() as session:
            outbox.use_clock(session, self.clock)
            if not await inbox.mark(session, self.service, [heard.envelope.event_id]):
                return
            blocks = heard.handler.in_order
            message = SetAside.of(heard.envelope, reason, explanation, blocks=blocks, in_inbox=True)
            await self.set_aside(session, message)

    def _unopened(self, record: Record, fault: Unreadable) -> SetAside:
        headers = sanitised(record.headers)
        return SetAside(
            position=position_of(record),
            key=record.key,
            body=record.value,
            headers=headers,
            reason=fault.reason,
            explanation=fault.explanation,
            blocks=self._blocks(headers.get("ce_type", "")),
            type=headers.get("ce_type"),
        )

    def _blocks(self, event_type: str) -> bool:
        """Say whether an event of this type that cannot be read holds up its key."""
        handler = self.subscriptions.handlers.get(event_type)
        return handler is not None and handler.in_order
