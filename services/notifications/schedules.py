"""When notifications is woken: the sender all the time, the sweeper several times a minute, forgetting once a day."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from services.notifications.clients.outcomes import Passing
from services.notifications.model.notice import Channel
from services.notifications.store.sending import Claim
from services.notifications.use_cases import send_notices
from services.notifications.use_cases.deliver import MOST_SECONDS, Delivery
from services.notifications.use_cases.prepare import prepare
from services.notifications.use_cases.send_notices import Outcome
from services.notifications.use_cases.sweep import forget_old, free_stuck, sweep
from shared.clock import Clock
from shared.database import Database, Session
from shared.errors import Refused
from shared.messaging import Context, Schedule, outbox
from shared.messaging.backoff import Backoff, pause
from shared.telemetry import attached, get_logger

BATCH = 16
IDLE_SECONDS = 0.25
RECORD_ATTEMPTS = 6
log = get_logger(__name__)


async def free(context: Context) -> None:
    """Let notices go whose timer was lost or whose sender died; in a transaction that no bad meeting can undo."""
    found = await free_stuck(context.session, context.clock)
    if any(found.values()):
        log.info("freed", **found)


async def heal(context: Context) -> None:
    """Compare what should have been told with what was, and repair the difference."""
    found = await sweep(context.session, context.clock)
    if any(found.values()):
        log.info("healed", **found)


async def forget(context: Context) -> None:
    """Delete what has been kept long enough."""
    await forget_old(context.session, context.clock)


SCHEDULES = [
    Schedule("free", timedelta(seconds=10), free),
    Schedule("heal", timedelta(seconds=10), heal),
    Schedule("forget", timedelta(days=1), forget),
]


class Sender:
    """Sends what is ready, batch after batch. Any number may run: each notice is claimed by one of them.

    A door of its own, since sending needs two transactions with a provider between them: claim, send, record.
    """

    def __init__(self, database: Database, clock: Clock, delivery: Delivery, *, batch: int = BATCH) -> None:
        self._database, self._clock, self._delivery, self._batch = database, clock, delivery, batch
        self._moved = dict.fromkeys(Channel, time.monotonic())

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop. Each channel has a loop of its own: a provider that hangs holds up only its own."""
        try:
            await self._prepare(stop)
            async with asyncio.TaskGroup() as loops:
                for channel in Channel:
                    loops.create_task(self._run(channel, stop))
        finally:
            await self._delivery.close()
            await self._database.close()

    def alive(self) -> bool:
        """Say whether every channel finished a batch within the longest time that one may take."""
        return time.monotonic() - min(self._moved.values()) < 3 * MOST_SECONDS

    async def step(self, channel: Channel) -> bool:
        """Claim and send one batch; say whether more is likely to wait."""
        async with self._transaction() as session:
            claims, hopeless = await send_notices.claim_notices(session, self._clock, channel, self._batch)
        for booking_id in set(hopeless):
            async with self._transaction() as session:
                await send_notices.settle(session, self._clock, booking_id)
        if claims:
            await asyncio.gather(*(self._one(claim) for claim in claims))
            await self._delivery.rest(channel)
        return len(claims) + len(hopeless) >= self._batch

    async def _run(self, channel: Channel, stop: asyncio.Event) -> None:
        backoff = Backoff(first=0.5, most=10)
        while not stop.is_set():
            try:
                more = await self.step(channel)
            except Exception as fault:  # the edge of this loop: a database that is away must not end the sending
                log.warning("sending paused", channel=channel, fault=type(fault).__name__)
                more = False
                await pause(stop, backoff.next())
            else:
                backoff.reset()
            self._moved[channel] = time.monotonic()
            if not more:
                await pause(stop, IDLE_SECONDS)

    async def _one(self, claim: Claim) -> None:
        try:
            outcome = await self._delivery.deliver(claim, self._clock)
        except Exception as fault:  # the edge: one notice that cannot be written must not keep the others from going
            log.error("notice failed", notice=claim.notice.notice_id, exc_info=fault)
            outcome = Passing(f"fault-{type(fault).__name__}")
        with attached(claim.trace, f"record {claim.notice.kind}"):  # what is said of it belongs to who asked for it
            await self._record(claim, outcome)

    async def _record(self, claim: Claim, outcome: Outcome) -> None:
        """Record the outcome, with patience: a yes that is not recorded is a second copy for somebody."""
        backoff = Backoff(first=0.2, most=5)
        for attempt in range(1, RECORD_ATTEMPTS + 1):
            try:
                async with self._transaction() as session:
                    await send_notices.record(session, self._clock, claim, outcome)
                return
            except Exception as fault:  # the edge: after the last attempt the claim grows old, and the sweeper frees it
                log.warning("outcome not recorded", attempt=attempt, fault=type(fault).__name__)
                await asyncio.sleep(backoff.next())

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Session]:
        async with self._database.transaction() as session:
            outbox.use_clock(session, self._clock)
            yield session

    async def _prepare(self, stop: asyncio.Event) -> None:
        """Register the template versions before the first message. Raises TemplateChanged."""
        backoff = Backoff(first=0.5, most=10)
        while not stop.is_set():
            try:
                async with self._transaction() as session:
                    await prepare(session, self._clock, self._delivery.wording)
                return
            except Refused:
                raise
            except Exception as fault:  # the edge: the database may start later than we do
                log.warning("not prepared yet", fault=type(fault).__name__)
                self._moved = dict.fromkeys(Channel, time.monotonic())
                await pause(stop, backoff.next())
