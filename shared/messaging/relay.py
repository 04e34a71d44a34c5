"""The relay: moves outbox rows to Kafka, in commit order per key, and deletes what the broker acknowledged.

Invariants: a shard is carried by one relay at a time (advisory lock of the transaction); rows of a shard leave in the
order of their ids; a row is deleted only after its acknowledgement, so a crash anywhere repeats rows and loses none.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from shared.messaging import metrics
from shared.messaging.backoff import Backoff, pause
from shared.messaging.outbox import SHARDS
from shared.messaging.publisher import Publisher
from shared.telemetry import get_logger

POLL_SECONDS = 0.02
FULL_SCAN_SECONDS = 5.0
STUCK_SECONDS = 120
STATE_SECONDS = 5
# The first part of every advisory lock of the relay; the second is the shard.
LOCK_SPACE = 7_240_002
# Ids that a watermark stays behind: a transaction may draw an id a moment before it shows up as running.
MARGIN = 1_000
# How much one cycle aims to hold in memory.
CYCLE_BYTES = 16_000_000
_LOCK = """select array(select shard from unnest($1::smallint[]) as shard where pg_try_advisory_xact_lock($2, shard)),
    pg_snapshot_xmin(now.snapshot)::text::bigint, pg_snapshot_xmax(now.snapshot)::text::bigint
    from (select pg_current_snapshot() as snapshot) as now"""
_READ = """select o.shard, o.id, o.event_id, o.topic, o.key, o.time, o.headers, o.body
    from unnest($1::smallint[], $2::bigint[]) as mine (shard, above)
    cross join lateral (
        select * from outbox where outbox.shard = mine.shard and outbox.id > mine.above order by outbox.id limit $3
    ) as o"""
_ANY = """select exists (
    select from unnest($1::smallint[], $2::bigint[]) as mine (shard, above)
    cross join lateral (select 1 from outbox where outbox.shard = mine.shard and outbox.id > mine.above limit 1) as o
)"""
_DELETE = "delete from outbox where shard = $1 and id = any($2::bigint[])"
_STATE = """select
    (select count(*) from (select 1 from outbox limit 100000) as counted),
    (select min(time) from generate_series(0, $1) as shard
        cross join lateral (select time from outbox where outbox.shard = shard.shard order by id limit 1) as oldest)"""
Step = Callable[[str], None]
log = get_logger(__name__)


class Watermark:
    """Where reading a shard may begin, so that a cycle does not walk over rows deleted long ago.

    An id below the watermark can no longer appear: the watermark is a highest id seen at some moment, and every
    transaction that was running at that moment has ended since (its id is below the oldest running one).
    """

    def __init__(self) -> None:
        self.above = 0
        self._seen = 0
        self._candidate = 0
        self._after = 0

    def saw(self, row_id: int) -> None:
        """Remember the highest id read."""
        self._seen = max(self._seen, row_id)

    def move(self, oldest_running: int, next_transaction: int) -> None:
        """Advance as far as the transactions that run now allow."""
        if self._candidate and oldest_running >= self._after:
            self.above = max(self.above, self._candidate - MARGIN)
            self._candidate = 0
        if not self._candidate and self._seen > self.above:
            self._candidate, self._after = self._seen, next_transaction


class Lane:
    """One connection, one producer and a part of the shards; lanes share nothing and may run in any process."""

    def __init__(self, database_url: str, bootstrap: str, shards: Sequence[int], rows: int, step: Step) -> None:
        self._url, self._bootstrap = database_url, bootstrap
        self._shards = list(shards)
        self._most = max(1, rows // len(self._shards))
        self._limit = min(8, self._most)
        self._marks = {shard: Watermark() for shard in shards}
        self._full_scan_at = 0.0
        self._step = step
        self.beat = time.monotonic()
        self.working = False

    async def run(self, stop: asyncio.Event) -> None:
        """Carry rows until told to stop; wait and start over when the database or the broker is away."""
        backoff = Backoff(first=0.2, most=5)
        while not stop.is_set():
            try:
                await self._carry(stop, backoff)
            except Exception as error:  # the edge: whatever broke, connection and producer are made anew
                self.working = False
                metrics.relay_faults.inc()
                log.warning("relay starts over", fault=type(error).__name__, said=str(error)[:200])
                await pause(stop, backoff.next())
                self.beat = time.monotonic()
        self.working = False

    async def _carry(self, stop: asyncio.Event, backoff: Backoff) -> None:
        connection = await connect(self._url)
        try:
            publisher = Publisher(self._bootstrap)
            await publisher.start()
            try:
                while not stop.is_set():
                    moved = await self.cycle(connection, publisher)
                    self.working, self.beat = True, time.monotonic()
                    backoff.reset()
                    if moved < self._limit:
                        await pause(stop, POLL_SECONDS)
            finally:
                await publisher.stop()
        finally:
            with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=2)

    async def cycle(self, connection: Any, publisher: Publisher) -> int:
        """Move one round of rows; return how many. Raises the broker's fault after the acknowledged rows are gone."""
        started, above = time.perf_counter(), self._above()
        # An outbox is mostly empty: then one question, and no transaction, is all a cycle costs.
        if not await connection.fetchval(_ANY, self._shards, list(above.values())):
            return 0
        async with connection.transaction():
            shards = await self._lock(connection)
            rows = await connection.fetch(_READ, shards, [above[shard] for shard in shards], self._limit)
            if not rows:
                return 0
            taken = await publisher.publish(rows)
            self._step("sent")
            await self._delete(connection, taken.rows)
            self._step("deleted")
        self._step("committed")
        metrics.relayed(rows, len(taken.rows), time.perf_counter() - started)
        self._learn(rows)
        if taken.fault is not None:
            raise taken.fault
        return len(taken.rows)

    async def _lock(self, connection: Any) -> list[int]:
        """Take the shards nobody else carries now, until the transaction ends."""
        shards, oldest_running, next_transaction = await connection.fetchrow(_LOCK, self._shards, LOCK_SPACE)
        for mark in self._marks.values():
            mark.move(oldest_running, next_transaction)
        return list(shards)

    def _above(self) -> dict[int, int]:
        """Return by shard the id to read above: its watermark, and every few seconds nothing, as a second line."""
        if time.monotonic() >= self._full_scan_at:
            self._full_scan_at = time.monotonic() + FULL_SCAN_SECONDS
            return dict.fromkeys(self._shards, 0)
        return {shard: self._marks[shard].above for shard in self._shards}

    async def _delete(self, connection: Any, rows: list[tuple[int, int]]) -> None:
        by_shard: dict[int, list[int]] = {}
        for shard, row_id in rows:
            by_shard.setdefault(shard, []).append(row_id)
        await connection.executemany(_DELETE, list(by_shard.items()))

    def _learn(self, rows: Sequence[Any]) -> None:
        """Remember the ids, and fit the next cycle's size to what the rows weigh."""
        for row in rows:
            self._marks[row[0]].saw(row[1])
        weight = sum(len(row[7]) for row in rows[:: max(1, len(rows) // 50)]) / min(len(rows), 50) + 500
        fitting = max(1, int(CYCLE_BYTES / weight / len(self._shards)))
        self._limit = min(self._limit * 2, self._most, fitting)


class Relay:
    """The relay process of one service's database. Any number of them may run: they share the shards by locks."""

    def __init__(
        self,
        service: str,
        database_url: str,
        kafka_bootstrap: str,
        *,
        lanes: int = 2,
        rows_per_cycle: int = 2_000,
        step: Step = lambda _name: None,
    ) -> None:
        """`step` is told the points where a crash matters ("sent", "deleted", "committed"): tests crash there."""
        self.service = service
        self._url = database_url
        self._lanes = [
            Lane(database_url, kafka_bootstrap, range(first, SHARDS, lanes), rows_per_cycle, step)
            for first in range(lanes)
        ]

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        async with asyncio.TaskGroup() as tasks:
            for lane in self._lanes:
                tasks.create_task(lane.run(stop))
            tasks.create_task(self._watch(stop))

    def alive(self) -> bool:
        """Say whether every lane has come round lately (being refused by a server that is down counts as round)."""
        return all(time.monotonic() - lane.beat < STUCK_SECONDS for lane in self._lanes)

    async def ready(self) -> bool:
        """Say whether every lane is moving rows, or would."""
        return all(lane.working for lane in self._lanes)

    async def _watch(self, stop: asyncio.Event) -> None:
        """Keep the outbox's age and size where Prometheus finds them."""
        while not stop.is_set():
            with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await connect(self._url)
                try:
                    while not stop.is_set():
                        pending, oldest = await connection.fetchrow(_STATE, SHARDS - 1)
                        metrics.outbox_state(pending, oldest)
                        await pause(stop, STATE_SECONDS)
                finally:
                    await connection.close(timeout=2)
            await pause(stop, STATE_SECONDS)


async def connect(url: str) -> Any:
    """Open the relay's own connection; the server frees its locks when it has gone silent in a transaction."""
    return await asyncpg.connect(
        url,
        timeout=5,
        command_timeout=30,
        server_settings={
            "application_name": "jobvej-relay",
            "idle_in_transaction_session_timeout": "60000",
            "jit": "off",
        },
    )
