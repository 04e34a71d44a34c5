"""The protocol as a model: any order of saying, carrying, hearing, crashing, repeating, choking and replaying.

Real rows in a real PostgreSQL; the broker is two lists, so that every step is ours to choose and hypothesis can shrink
a failing history to its shortest form.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from aiokafka.errors import KafkaError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shared.clock import FixedClock
from shared.messaging import TryLater, dead_letters, outbox
from shared.messaging.envelope import with_identity
from shared.messaging.outbox import SHARDS
from shared.messaging.publisher import Publisher, Taken, partition_of
from shared.messaging.relay import Lane, connect
from shared.messaging.replay import RETRY_AFTER, Replayer
from tests.conftest import START
from tests.shared.messaging.given import ANNA, BO, CAI, Lying, Town, prepared

T = TypeVar("T")
PARTITIONS = 2
KEYS = st.sampled_from([ANNA, BO, CAI])


class Broker(Publisher):
    """Two partitions in memory; one of them can refuse."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self.logs: dict[int, list[Lying]] = {number: [] for number in range(PARTITIONS)}
        self.refuses: int | None = None

    async def publish(self, rows: Iterable[Any]) -> Taken:
        taken = []
        fault = None
        for shard, row_id, event_id, _topic, key, time, headers, body in rows:
            partition = partition_of(key, PARTITIONS)
            if partition == self.refuses:
                fault = KafkaError("refused")
                continue
            self.append(partition, key, body, with_identity(headers, event_id, time))
            taken.append((shard, row_id))
        return Taken(taken, fault)

    def append(self, partition: int, key: bytes | None, body: bytes | None, headers: Any) -> None:
        log = self.logs[partition]
        log.append(Lying(self._topic, partition, len(log), key, body, headers))


class Stage:
    """What lives longer than one history: the loop, the database, the town."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self.clock = FixedClock(START)
        self.town: Town = self.run(prepared(url, "", self.clock))
        self.connection = self.run(connect(url))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def close(self) -> None:
        self.run(self.connection.close())
        self.run(self.town.close())
        self._runner.close()


class Protocol(RuleBasedStateMachine):
    """Histories of one service that hears itself."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.town = self.stage.town
        self.run = self.stage.run
        self.broker = Broker(self.town.topic.name)
        self.positions = dict.fromkeys(range(PARTITIONS), 0)
        self.said: dict[Any, int] = defaultdict(int)
        self.bad: set[tuple[Any, int]] = set()
        self.busy = False
        self.town.on = type(self.town.on)()
        self.town.counts(before=self._before)
        tables = "outbox, inbox, dead_letter, parked, effect"
        self.run(self.stage.connection.execute(f"truncate {tables}"))
        self.lane = Lane("", "", list(range(SHARDS)), 64, lambda _point: None)

    def _before(self, event: Any) -> None:
        if self.busy:
            raise TryLater
        if (event.key_id, event.number) in self.bad:
            raise ValueError

    @rule(key=KEYS, count=st.integers(1, 4), poison=st.booleans())
    def say(self, key: Any, count: int, poison: bool) -> None:
        first = self.said[key]
        self.run(self.town.say_together(self.town.Counted(key_id=key, number=first + n) for n in range(count)))
        self.said[key] = first + count
        if poison:
            self.bad.add((key, first))

    @rule(key=KEYS)
    def change_ones_mind(self, key: Any) -> None:
        async def undone() -> None:
            async with self.town.database.transaction() as session:
                outbox.add(session, self.town.Counted(key_id=key, number=999))
                raise RuntimeError

        try:
            self.run(undone())
        except RuntimeError:
            return

    @rule(refuses=st.sampled_from([None, 0, 1]))
    def carry(self, refuses: int | None) -> None:
        self.broker.refuses = refuses
        try:
            self.run(self.lane.cycle(self.stage.connection, self.broker))
        except KafkaError:
            return

    @rule()
    def crash_after_sending(self) -> None:
        def die(point: str) -> None:
            if point == "sent":
                raise SystemError

        self.broker.refuses = None
        dying = Lane("", "", list(range(SHARDS)), 64, die)
        try:
            self.run(dying.cycle(self.stage.connection, self.broker))
        except SystemError:
            return

    @rule(most=st.integers(1, 8), acknowledged=st.booleans(), busy=st.booleans())
    def hear(self, most: int, acknowledged: bool, busy: bool) -> None:
        """Take a batch of both partitions; without acknowledgement (a crash) it comes again."""
        self.busy = busy
        records = [one for number, log in self.broker.logs.items() for one in log[self.positions[number] :][:most]]
        outcome = self.run(self.town.dispatcher().take(records))
        self.busy = False
        if acknowledged:
            for (_, number), offset in outcome.handled.items():
                self.positions[number] = offset

    @rule(number=st.integers(0, PARTITIONS - 1), place=st.integers(0, 50))
    def deliver_again(self, number: int, place: int) -> None:
        log = self.broker.logs[number]
        if log:
            old = log[place % len(log)]
            self.broker.append(number, old.key, old.value, old.headers)

    @rule(number=st.integers(0, PARTITIONS - 1), headers=st.sampled_from([[("x", None)], [("x", b"\xff")], []]))
    def stranger(self, number: int, headers: Any) -> None:
        self.broker.append(number, b"k", b"{", headers)

    @rule(mended=st.booleans(), busy=st.booleans())
    def replay(self, mended: bool, busy: bool) -> None:
        if mended:
            self.bad.clear()
        self.busy = busy
        self.run(self._replay())
        self.busy = False

    async def _replay(self) -> None:
        async with self.town.database.transaction() as session:
            for row in await dead_letters.page(session, resolved=False, limit=100):
                if row["type"] is not None:
                    await dead_letters.ask_replay(session, self.stage.clock, row["dead_letter_id"])
        replayer = Replayer(self.town.dispatcher())
        while await replayer.step():
            pass
        self.stage.clock.advance(RETRY_AFTER)

    @invariant()
    def every_key_is_a_beginning_of_what_was_said(self) -> None:
        for key in (ANNA, BO, CAI):
            done = self.run(self.town.effects(key))
            assert done == list(range(len(done)))
            assert len(done) <= self.said[key]

    def teardown(self) -> None:
        """In the end everything is mended: then everything said has its effect."""
        self.bad.clear()
        self.broker.refuses = None
        while self.run(self.town.pending()):
            self.run(self.lane.cycle(self.stage.connection, self.broker))
        self.hear(10_000, True, False)
        self.run(self._replay())
        self.run(self._replay())
        for key in (ANNA, BO, CAI):
            assert self.run(self.town.effects(key)) == list(range(self.said[key]))


def test_no_history_loses_doubles_or_turns_around(database_of: Callable[[str], str]) -> None:
    Protocol.stage = Stage(database_of(""))
    try:
        run_state_machine_as_test(
            Protocol,
            settings=settings(
                max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
    finally:
        Protocol.stage.close()
