"""Work that time asks for, e.g. a sweeper: one tick = one transaction, on one worker, however many run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from shared.clock import Clock
from shared.database import Database
from shared.messaging import metrics, outbox
from shared.messaging.subscriptions import Context
from shared.messaging.tables import schedule
from shared.telemetry import get_logger, tracer

RETRY_AFTER = timedelta(seconds=10)
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Run `run` every so often. It must find out itself what is to be done: a tick that was missed is not made up."""

    name: str
    every: timedelta
    run: Callable[[Context], Awaitable[None]]


class Ticker:
    """Runs the schedules of one service when their time has come."""

    def __init__(self, database: Database, clock: Clock, schedules: list[Schedule], state: object) -> None:
        names = [one.name for one in schedules]
        if len(set(names)) < len(names):
            raise ValueError(f"two schedules have one name: {sorted(names)}")
        self._database, self._clock, self._state = database, clock, state
        self._schedules = schedules

    async def step(self) -> bool:
        """Run each schedule whose time has come, once; say whether any ran. Raises only what the database raises."""
        ran = False
        for one in self._schedules:
            ran = await self._tick(one) or ran
        return ran

    async def _tick(self, one: Schedule) -> bool:
        began = False
        try:
            async with self._database.transaction() as session:
                outbox.use_clock(session, self._clock)
                now = self._clock.now()
                await session.execute(insert(schedule).values(name=one.name, next_at=now).on_conflict_do_nothing())
                mine = select(schedule.c.next_at).where(schedule.c.name == one.name).with_for_update(skip_locked=True)
                next_at = await session.scalar(mine)
                if next_at is None or next_at > now:
                    return False
                began = True
                with tracer.start_as_current_span(f"schedule {one.name}"):
                    await one.run(Context(session, self._clock, self._state))
                values = {"next_at": now + one.every, "done_at": now}
                await session.execute(update(schedule).where(schedule.c.name == one.name).values(values))
                return True
        except Exception as fault:  # the edge: one schedule that fails must not keep the others from running
            if not began:
                raise
            metrics.schedule_failures.labels(one.name).inc()
            log.error("schedule failed", schedule=one.name, exc_info=fault)
        await self._put_off(one)
        return True

    async def _put_off(self, one: Schedule) -> None:
        """Try a failed tick again soon, but not at once."""
        again = self._clock.now() + min(RETRY_AFTER, one.every)
        row = insert(schedule).values(name=one.name, next_at=again)
        async with self._database.transaction() as session:
            # The failed tick has taken a new schedule's row with it.
            await session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"next_at": again}))
