"""The worker process of a service: it hears, it wakes by timers and schedules, it replays, and it watches itself."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

from shared.clock import Clock
from shared.contracts import TOPICS
from shared.database import Database
from shared.messaging import dead_letters, metrics, progress, retention, timers
from shared.messaging.backoff import Backoff, pause
from shared.messaging.consumer import BATCH_RECORDS, Consumer
from shared.messaging.dispatch import Dispatcher
from shared.messaging.replay import Replayer
from shared.messaging.schedules import Schedule, Ticker
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.watchdog import Watchdog
from shared.telemetry import get_logger

TIMER_SECONDS = 0.25
SCHEDULE_SECONDS = 1.0
REPLAY_SECONDS = 1.0
WATCH_SECONDS = 5.0
RETENTION_SECONDS = 3600.0
Step = Callable[[], Awaitable[bool]]
log = get_logger(__name__)


class Worker:
    """Runs all of one service that no request asks for. Any number may run: partitions and locks share the work."""

    def __init__(
        self,
        service: str,
        database: Database,
        kafka_bootstrap: str,
        clock: Clock,
        *,
        subscriptions: Subscriptions | None = None,
        schedules: Sequence[Schedule] = (),
        state: object = None,
        batch_records: int = BATCH_RECORDS,
        instance: str | None = None,
    ) -> None:
        """`state` reaches subscribers and schedules as `context.state`.

        `instance`: a name that a restarted worker has again (JOBVEJ_WORKER_ID when not given); with one, a restart
        costs no rebalance. Two workers that run at the same time must not share it.
        """
        self.service, self._database, self._clock = service, database, clock
        self._subscriptions = subscriptions or Subscriptions()
        self.dispatcher = Dispatcher(service, database, clock, self._subscriptions, state)
        self._replayer = Replayer(self.dispatcher)
        self._ticker = Ticker(database, clock, list(schedules), state)
        name = instance or os.environ.get("JOBVEJ_WORKER_ID")
        self.consumer: Consumer | None = None
        self.watchdog: Watchdog | None = None
        if self._subscriptions.handlers:
            named = f"{service}-{name}" if name else None
            self.consumer = Consumer(self.dispatcher, kafka_bootstrap, batch_records=batch_records, instance=named)
            self.watchdog = Watchdog(self.consumer)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop. Starts, and goes on, while broker or database are down."""
        steps: list[tuple[str, Step, float]] = [
            ("timers", self.fire_timers, TIMER_SECONDS),
            ("schedules", self._ticker.step, SCHEDULE_SECONDS),
            ("replay", self._replayer.step, REPLAY_SECONDS),
            ("retention", self.forget, RETENTION_SECONDS),
            ("watch", self.watch, WATCH_SECONDS),
        ]
        try:
            async with asyncio.TaskGroup() as tasks:
                if self.consumer is not None:
                    tasks.create_task(self.consumer.run(stop))
                for name, step, seconds in steps:
                    tasks.create_task(_repeat(name, step, seconds, stop))
        finally:
            await self._database.close()

    def alive(self) -> bool:
        """Say whether progress is made; False ends the process, and its supervisor starts a new one."""
        return self.watchdog is None or not self.watchdog.stuck

    async def ready(self) -> bool:
        """Say whether the database answers and the consumer group has taken this worker in."""
        joined = self.consumer is None or self.consumer.joined
        return joined and await self._database.reachable()

    async def fire_timers(self) -> bool:
        """Move due timers to the outbox; say whether more are likely."""
        async with self._database.transaction() as session:
            fired = await timers.fire(session, self._clock)
        metrics.timers_fired.inc(fired)
        return fired == timers.ROWS_PER_STEP

    async def forget(self) -> bool:
        """Delete what is over; say whether there is more of it."""
        days = max((TOPICS[name].retention_days for name in self._subscriptions.topics), default=0)
        async with self._database.transaction() as session:
            gone = await retention.forget(session, self._clock, self.service, days)
        return retention.ROWS_PER_STEP in gone.values()

    async def watch(self) -> bool:
        """Judge the consumer, and put the numbers where people and Prometheus find them."""
        if self.watchdog is not None and self.consumer is not None:
            await self.watchdog.look()
            places = self.watchdog.places
            metrics.lag.set(sum(max(0, place.end - place.position) for place in places.values() if place.position >= 0))
            metrics.lag_seconds.set(self.watchdog.behind_seconds)
            async with self._database.transaction() as session:
                await progress.write(session, self._clock, self.service, places, self.consumer.waiting_for)
        async with self._database.transaction() as session:
            dead, parked = await dead_letters.counts(session)
            metrics.timers_overdue.set(await timers.overdue(session, self._clock))
        metrics.dead_letters_open.set(dead)
        metrics.parked_events.set(parked)
        return False


async def _repeat(name: str, step: Step, seconds: float, stop: asyncio.Event) -> None:
    """Take steps until told to stop: at once after one that found work, with rising waits after a fault."""
    backoff = Backoff(first=0.5, most=10)
    while not stop.is_set():
        try:
            more = await step()
        except Exception as fault:  # the edge: a server that is away, or a bug, must not end the other steps
            log.warning("step failed", step=name, fault=type(fault).__name__, said=str(fault)[:200])
            await pause(stop, backoff.next())
            continue
        backoff.reset()
        if not more:
            await pause(stop, seconds)
