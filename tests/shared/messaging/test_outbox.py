"""Saying an event: with the state or not at all, in commit order, and never larger than its topic takes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.clock import FixedClock
from shared.contracts import Topic
from shared.database import Session
from shared.messaging import outbox
from shared.messaging.envelope import record_bytes, unpacked
from shared.telemetry import attached
from tests.shared.messaging.given import ANNA, BO, Town, running, until

pytestmark = pytest.mark.anyio


async def rows(town: Town) -> list[Any]:
    return await town.fetch("select * from outbox order by id")


async def test_a_rolled_back_transaction_says_nothing(quiet_town: Town) -> None:
    async def changes_its_mind() -> None:
        async with quiet_town.database.transaction() as session:
            outbox.add(session, quiet_town.Counted(key_id=ANNA, number=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await changes_its_mind()
    assert await quiet_town.pending() == 0


async def test_events_of_one_transaction_keep_the_order_they_were_said_in(quiet_town: Town) -> None:
    await quiet_town.say_together(quiet_town.Counted(key_id=ANNA, number=number) for number in range(50))
    assert [row["body"] for row in await rows(quiet_town)] == [
        b'{"key_id":"%s","number":%d,"note":""}' % (str(ANNA).encode(), number) for number in range(50)
    ]


async def test_what_the_end_of_a_transaction_says_is_said_too(quiet_town: Town) -> None:
    async def afterthought(session: Session) -> None:
        outbox.add(session, quiet_town.Counted(key_id=BO, number=2))

    async with quiet_town.database.transaction() as session:
        outbox.add(session, quiet_town.Counted(key_id=ANNA, number=1))
        session.before_commit(afterthought)
    assert len(await rows(quiet_town)) == 2


async def test_time_and_id_come_from_the_doors_clock(quiet_town: Town) -> None:
    clock = FixedClock(datetime(2031, 1, 1, tzinfo=UTC))
    async with quiet_town.database.transaction() as session:
        outbox.use_clock(session, clock)
        event_id = outbox.add(session, quiet_town.Counted(key_id=ANNA, number=1))
    (row,) = await rows(quiet_town)
    assert (row["event_id"], row["time"]) == (event_id, clock.now())


async def test_the_trace_of_the_moment_goes_with_the_event(quiet_town: Town) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with attached({"traceparent": trace}, "request"):
        await quiet_town.say(quiet_town.Counted(key_id=ANNA, number=1))
    (row,) = await rows(quiet_town)
    assert trace[:35] in dict(unpacked(row["headers"]))["traceparent"].decode()


async def test_an_event_over_its_topics_limit_is_refused_and_takes_the_state_with_it(quiet_town: Town) -> None:
    large = quiet_town.Counted(key_id=ANNA, number=2, note="x" * 1_000_000)
    with pytest.raises(outbox.TooLarge, match="1000000"):
        await quiet_town.say_together([quiet_town.Counted(key_id=ANNA, number=1), large])
    assert await quiet_town.pending() == 0


async def test_an_event_just_under_the_limit_arrives(town: Town) -> None:
    town.counts()
    most = town.topic.max_message_bytes
    event = town.Counted(key_id=ANNA, number=1)
    empty = outbox.row(event, town.clock.new_id(), town.clock.now())
    spare = most - record_bytes(empty.key, empty.body, unpacked(empty.headers))
    async with running(town.relay(), town.worker()):
        await town.say(town.Counted(key_id=ANNA, number=1, note="x" * spare))
        await until(lambda: _effects(town, [1]))
    with pytest.raises(outbox.TooLarge):
        await town.say(town.Counted(key_id=ANNA, number=2, note="x" * (spare + 1)))


async def test_each_topic_has_its_own_limit(quiet_town: Town) -> None:
    narrow = quiet_town.declared("narrow", Topic(f"{quiet_town.service}.narrow", max_message_bytes=2_000))
    await quiet_town.say(narrow(key_id=ANNA, number=1, note="x" * 1_000))
    with pytest.raises(outbox.TooLarge):
        await quiet_town.say(narrow(key_id=ANNA, number=1, note="x" * 2_000))


async def _effects(town: Town, wanted: list[int]) -> bool:
    return await town.effects() == wanted
