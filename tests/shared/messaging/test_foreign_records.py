"""Whatever lies on a topic ends as an effect or as a dead letter, and what lies behind it goes on."""

import json
import secrets
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.messaging import dead_letters
from shared.messaging.replay import Replayer
from tests.shared.messaging.given import ANNA, BO, Foreign, Lying, Town, lying, running, torn, until
from tests.shared.messaging.test_consumer import reader

pytestmark = pytest.mark.anyio
# Milliseconds after the year 9999; a broker takes them on topics that keep the sender's time.
FAR = 300_000_000_000_000
FIRST_MOMENT = b"0001-01-01T00:00:00+14:00"
NESTED = b'{"stranger":' + b"[" * 5_000

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ours = st.sampled_from(["ce_specversion", "ce_type", "ce_id", "ce_time", "ce_subject", "content-type", "traceparent"])
times = st.sampled_from(
    [FIRST_MOMENT, b"9999-12-31T23:59:59.999999-14:00", b"1899-12-31T23:59:59Z", b"2300-01-01", b""]
)
values = st.one_of(st.none(), st.binary(max_size=60), times, names.map(str.encode))
added: st.SearchStrategy[list[Any]] = st.one_of(
    st.just([]), st.lists(st.tuples(st.one_of(ours, names), values), max_size=2)
)
lacking: st.SearchStrategy[set[int]] = st.one_of(st.just(set()), st.sets(st.integers(0, 6), max_size=1))
numbers = st.one_of(st.integers(), st.sampled_from([2**31, 2**40, 2**63, 2**64, 10**400, -(2**31) - 1]))
trees = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=12,
)
nested = st.builds(
    lambda before, bracket, depth: before + bracket * depth,
    st.sampled_from([b"", b'{"stranger":', b'{"note":']),
    st.sampled_from([b"[", b'{"a":']),
    st.integers(1, 4_000),
)
own_bodies = st.builds(
    lambda number, note, more: json.dumps({**more, "key_id": str(ANNA), "number": number, "note": note}).encode(),
    numbers,
    st.text(max_size=50),  # with surrogates that stand alone, and zeros
    st.dictionaries(st.text(), trees, max_size=2),
)
bodies = st.one_of(
    st.none(), st.binary(max_size=200), own_bodies, nested, trees.map(lambda one: json.dumps(one).encode())
)
keys = st.one_of(
    st.none(), st.sampled_from([str(ANNA).encode(), str(BO).encode()]), st.binary(max_size=50), st.just("long")
)
stamps = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([-1, 0, FAR]))


async def cleared(town: Town) -> None:
    async with town.database.transaction() as session:
        for table in ("effect", "inbox", "dead_letter", "parked"):
            await session.execute(text(f"delete from {table}"))


def whole(town: Town, number: int, offset: int, key: UUID = BO) -> Lying:
    return lying(town, town.Counted(key_id=key, number=number), start=offset)[0]


async def both_passed(town: Town, foreign: Lying) -> None:
    """Let a worker's consumer read a foreign record and a good one behind it; say what became of both."""
    consumer, kafka = reader(town)
    kafka.logs[kafka.parts[0]] = [foreign, whole(town, 7, 1, UUID(int=77))]
    await consumer.turn()
    assert consumer.waiting_for == {}
    assert kafka.acknowledged == {kafka.parts[0]: 2}
    assert await town.effects(UUID(int=77)) == [7]
    dead, heard = await town.dead(), await town.fetch("select event_id from inbox")
    assert [row["offset"] for row in dead] in ([], [0])
    assert dead or len(heard) == 2, "neither an effect nor a dead letter"


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(in_order=st.booleans(), stamp=stamps, key=keys, body=bodies, lacks=lacking, more=added)
async def test_any_record_ends_as_an_effect_or_a_dead_letter_and_those_behind_it_go_on(
    quiet_town: Town, in_order: bool, stamp: int, key: Any, body: bytes | None, lacks: set[int], more: list[Any]
) -> None:
    await cleared(quiet_town)
    quiet_town.on = type(quiet_town.on)()
    quiet_town.counts(in_order=in_order)
    good = Foreign(quiet_town.Counted(key_id=ANNA, number=1))
    headers = [*(one for place, one in enumerate(good.headers) if place not in lacks), *more]
    key = secrets.token_bytes(9_000) if key == "long" else key
    await both_passed(quiet_town, Lying(quiet_town.topic.name, 0, 0, key, body, headers, stamp))
    for row in await quiet_town.dead():
        async with quiet_town.database.transaction() as session:
            await dead_letters.ask_replay(session, quiet_town.clock, row["dead_letter_id"])
        assert await Replayer(quiet_town.dispatcher()).step()
        assert not await Replayer(quiet_town.dispatcher()).step()


@pytest.mark.parametrize("stamp", [FAR, 2**63 - 1, -1, -(2**63)])
async def test_a_time_of_writing_beyond_the_calendar_is_brought_into_it(quiet_town: Town, stamp: int) -> None:
    quiet_town.counts()
    good = whole(quiet_town, 1, 0)
    await both_passed(quiet_town, Lying(good.topic, 0, 0, good.key, good.value, good.headers, stamp))
    await cleared(quiet_town)
    await both_passed(quiet_town, Lying(good.topic, 0, 0, good.key, None, good.headers, stamp))
    (row,) = await quiet_town.dead()
    assert 1970 <= row["recorded_at"].year <= 2200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": NESTED}, "unreadable-body"),
        ({"headers": {"ce_time": FIRST_MOMENT}}, "not-an-event"),
        ({"headers": {"ce_time": b"9999-12-31T23:59:59-14:00"}}, "not-an-event"),
        ({"headers": {"ce_time": b"2200-01-01T00:00:00Z"}}, "not-an-event"),
        ({"headers": {"stran\0ger": b"1"}}, "header-not-text"),
        ({"key": secrets.token_bytes(9_000)}, "not-an-event"),
    ],
)
@pytest.mark.parametrize("in_order", [True, False])
async def test_what_neither_python_nor_postgresql_can_take_is_set_aside(
    quiet_town: Town, changes: dict[str, Any], reason: str, in_order: bool
) -> None:
    quiet_town.counts(in_order=in_order)
    (foreign,) = lying(quiet_town, Foreign(quiet_town.Counted(key_id=ANNA, number=1), **changes))
    await both_passed(quiet_town, foreign)
    (row,) = await quiet_town.dead()
    assert row["reason"] == reason


async def test_a_number_its_column_cannot_hold_is_no_passing_fault(quiet_town: Town) -> None:
    quiet_town.counts()
    await both_passed(quiet_town, whole(quiet_town, 2**40, 0))
    (row,) = await quiet_town.dead()
    assert (row["reason"], row["explanation"].split(" at ")[0]) == ("failed", "DBAPIError (SQLSTATE 22000)")


async def test_whatever_reading_a_record_raises_sets_it_aside(
    quiet_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet_town.counts()
    first = whole(quiet_town, 1, 0)
    read = type(quiet_town.dispatcher())._read

    def breaks(self: Any, record: Any) -> Any:
        if record is first:
            raise OverflowError("610190-1234")
        return read(self, record)

    monkeypatch.setattr("shared.messaging.dispatch.Dispatcher._read", breaks)
    await both_passed(quiet_town, first)
    (row,) = await quiet_town.dead()
    assert (row["reason"], "OverflowError" in row["explanation"]) == ("unreadable-record", True)
    assert "610190" not in row["explanation"]


async def test_records_from_beyond_the_calendar_stop_no_worker(town: Town) -> None:
    town.counts(in_order=False)
    event = town.Counted(key_id=ANNA, number=0)
    strange = [
        Foreign(event, timestamp=FAR, body=None),
        Foreign(event, timestamp=2**62),
        Foreign(event, body=NESTED),
        Foreign(event, headers={"ce_time": FIRST_MOMENT}),
        Foreign(event, key=secrets.token_bytes(9_000)),
        Foreign(town.Counted(key_id=ANNA, number=2**40)),
    ]
    good = [Foreign(town.Counted(key_id=BO, number=number)) for number in range(1, 8)]
    mixed = [record for pair in zip(good, strange, strict=False) for record in pair]

    async def arrived() -> bool:
        return await town.effects(BO) == list(range(1, 8))

    async with running(town.worker()):
        await town.send(*mixed, good[-1])
        await until(arrived)
    assert await town.effects(ANNA) == [0]
    assert [row["reason"] for row in await town.dead()] == [
        "no-body",
        "unreadable-body",
        "not-an-event",
        "not-an-event",
        "failed",
    ]


async def test_a_header_name_that_is_not_text_stops_no_worker(town: Town) -> None:
    town.counts()
    good = [Foreign(town.Counted(key_id=BO, number=number)) for number in (1, 2)]

    async def arrived() -> bool:
        return await town.effects() == [1, 2]

    async with running(town.worker()), AIOKafkaProducer(bootstrap_servers=town.bootstrap) as producer:
        await town.send(good[0])
        await (await producer.send_batch(torn(b"k", b"{}"), town.topic.name, partition=0))
        await town.send(good[1])
        await until(arrived)
    assert [(row["offset"], row["reason"]) for row in await town.dead()] == [(1, "unreadable-record")]
