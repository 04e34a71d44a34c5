"""From records to effects: once each, in order, and one bad message stops nobody."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.database import Database
from shared.errors import Kind, Refused
from shared.messaging import Context, Received, Subscriptions, TryLater, outbox
from shared.messaging.dead_letters import BODY_BYTES
from shared.messaging.envelope import Envelope, Position, Unreadable
from shared.messaging.faults import passes
from shared.messaging.rounds import Heard, rounds
from shared.telemetry import carrier
from tests.shared.messaging.given import ANNA, BO, Foreign, Lying, Town, lying

pytestmark = pytest.mark.anyio
PLACE = ("", 0)


def counted(town: Town, numbers: Any, key: Any = ANNA) -> list[Any]:
    return [town.Counted(key_id=key, number=number) for number in numbers]


def fails_on(*numbers: int, error: Exception | None = None) -> Callable[[Any], None]:
    def before(event: Any) -> None:
        if event.number in numbers:
            raise error or ValueError("CPR 610190-1234 is in this text")

    return before


async def test_a_batch_is_one_transaction(quiet_town: Town) -> None:
    quiet_town.counts(many=True)
    outcome = await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, range(100))))
    assert outcome.handled == {(quiet_town.topic.name, 0): 100}
    rows = await quiet_town.fetch("select distinct xmin::text from effect union select distinct xmin::text from inbox")
    assert len(rows) == 1


async def test_a_delivery_that_comes_again_has_no_second_effect(quiet_town: Town) -> None:
    quiet_town.counts()
    records = lying(quiet_town, *counted(quiet_town, range(5)))
    for _ in range(3):
        await quiet_town.dispatcher().take(records)
    assert await quiet_town.effects() == list(range(5))


@pytest.mark.parametrize("many", [True, False])
async def test_an_id_that_stands_twice_in_one_batch_counts_once(quiet_town: Town, many: bool) -> None:
    quiet_town.counts(many=many)
    first, second = lying(quiet_town, *counted(quiet_town, [1, 2]))
    again = Lying(first.topic, 0, 2, first.key, first.value, first.headers)
    await quiet_town.dispatcher().take([first, second, again])
    assert await quiet_town.effects() == [1, 2]


@pytest.mark.parametrize("many", [True, False])
async def test_poison_in_the_middle_is_set_aside_alone(quiet_town: Town, many: bool) -> None:
    quiet_town.counts(many=many, in_order=False, before=fails_on(7, 23))
    outcome = await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, range(40))))
    assert await quiet_town.effects() == [number for number in range(40) if number not in (7, 23)]
    assert outcome.handled == {(quiet_town.topic.name, 0): 40}
    assert [(row["offset"], row["reason"]) for row in await quiet_town.dead()] == [(7, "failed"), (23, "failed")]


async def test_the_reason_names_the_place_and_never_the_content(quiet_town: Town) -> None:
    quiet_town.counts(before=fails_on(1))
    await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [1])))
    (row,) = await quiet_town.dead()
    assert row["explanation"].startswith("ValueError at ")
    assert "test_dispatch.py" in row["explanation"]
    assert "610190" not in row["explanation"]
    assert (row["attempts"], row["state"], row["blocks"], row["in_inbox"]) == (1, "open", True, True)


async def test_a_refusal_is_a_dead_letter_with_its_slug(quiet_town: Town) -> None:
    quiet_town.counts(before=fails_on(1, error=Refused("nej")))
    await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [1])))
    (row,) = await quiet_town.dead()
    assert (row["reason"], row["explanation"]) == ("refused", "Refused: refused")


async def test_a_broken_statement_is_named_by_its_sqlstate(quiet_town: Town) -> None:
    async def broken(event: Any, context: Context) -> None:
        await context.session.execute(text("select 1/0"))

    quiet_town.on(quiet_town.Counted)(broken)
    await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [1])))
    (row,) = await quiet_town.dead()
    assert "SQLSTATE 22012" in row["explanation"]


async def test_after_a_dead_letter_the_key_waits_and_others_go_on(quiet_town: Town) -> None:
    quiet_town.counts(before=fails_on(1))
    mixed = [*counted(quiet_town, [1, 2]), *counted(quiet_town, [10], BO), *counted(quiet_town, [3])]
    await quiet_town.dispatcher().take(lying(quiet_town, *mixed))
    await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [4]), start=4))
    assert await quiet_town.effects() == [10]
    parked = await quiet_town.fetch('select "offset" from parked order by id')
    assert [row["offset"] for row in parked] == [1, 3, 4]


async def test_without_order_the_key_goes_on(quiet_town: Town) -> None:
    quiet_town.counts(in_order=False, before=fails_on(1))
    await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [1, 2, 3])))
    assert await quiet_town.effects() == [2, 3]
    assert await quiet_town.fetch("select 1 from parked") == []


async def test_an_ordered_event_that_cannot_be_read_holds_up_only_what_comes_after_it(quiet_town: Town) -> None:
    quiet_town.counts()
    broken = Foreign(quiet_town.Counted(key_id=ANNA, number=2), body=b"{")
    await quiet_town.dispatcher().take(
        lying(quiet_town, *counted(quiet_town, [1]), broken, *counted(quiet_town, [3]), *counted(quiet_town, [9], BO))
    )
    assert await quiet_town.effects() == [1, 9]
    assert [row["reason"] for row in await quiet_town.dead()] == ["unreadable-body"]
    assert len(await quiet_town.fetch("select 1 from parked")) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": b"\xff\xfe\0"}, "unreadable-body"),
        ({"body": b'{"key_id":"x","number":1}'}, "unreadable-body"),
        ({"body": None}, "no-body"),
        ({"key": None}, "no-key"),
        ({"headers": {"ce_type": b"nobody.knows-this.v9"}}, "unknown-type"),
        ({"headers": {"ce_type": b"nobody.kno\0ws-this.v9"}}, "header-not-text"),
        ({"headers": {"stranger": None}}, "null-header"),
        ({"headers": {"stranger": b"\xff"}}, "header-not-utf8"),
        ({"headers": {"ce_specversion": "absent"}}, "not-an-event"),
        ({"headers": {"ce_specversion": "absent"}, "body": b"x" * 900_000}, "not-an-event"),
    ],
)
async def test_a_foreign_record_is_set_aside_with_its_reason(
    quiet_town: Town, changes: dict[str, Any], reason: str
) -> None:
    quiet_town.counts(in_order=False)
    foreign = Foreign(quiet_town.Counted(key_id=BO, number=2), **changes)
    records = lying(quiet_town, *counted(quiet_town, [1]), foreign, *counted(quiet_town, [3]))
    for _ in range(2):
        await quiet_town.dispatcher().take(records)
    assert await quiet_town.effects() == [1, 3]
    (row,) = await quiet_town.dead()
    assert (row["reason"], row["partition"], row["offset"], row["attempts"]) == (reason, 0, 1, 2)
    assert row["body_bytes"] == len(foreign.body or b"")
    assert len(row["body"] or b"") == min(BODY_BYTES, row["body_bytes"])


async def test_a_declared_type_that_nobody_here_hears_is_passed_over(quiet_town: Town) -> None:
    quiet_town.counts()
    outcome = await quiet_town.dispatcher().take(lying(quiet_town, quiet_town.Crossed(key_id=ANNA, number=1)))
    assert outcome.handled == {(quiet_town.topic.name, 0): 1}
    assert await quiet_town.dead() == []
    assert await quiet_town.fetch("select 1 from inbox") == []


@pytest.mark.parametrize(
    "passing",
    [TryLater(), ConnectionResetError(), TimeoutError(), type("Busy", (Refused,), {"kind": Kind.UNAVAILABLE})()],
)
async def test_something_passing_holds_its_partition_and_no_other(quiet_town: Town, passing: Exception) -> None:
    quiet_town.counts(before=fails_on(2, error=passing))
    here = lying(quiet_town, *counted(quiet_town, [1, 2, 3]))
    there = lying(quiet_town, *counted(quiet_town, [10, 11], BO), partition=1)
    outcome = await quiet_town.dispatcher().take([*here, *there])
    assert await quiet_town.effects() == [1, 10, 11]
    assert outcome.handled == {(quiet_town.topic.name, 0): 1, (quiet_town.topic.name, 1): 2}
    assert list(outcome.stuck) == [(quiet_town.topic.name, 0)]
    assert await quiet_town.dead() == []


async def test_a_database_that_is_away_stops_the_batch_where_it_is(quiet_town: Town) -> None:
    quiet_town.counts()
    quiet_town.database = Database("postgresql://nobody:x@127.0.0.1:1/nothing")
    outcome = await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, range(8))))
    assert outcome.outage is not None
    assert outcome.handled == {}


async def test_a_lost_collision_is_run_again(quiet_town: Town) -> None:
    tries = []

    async def collides(event: Any, context: Context) -> None:
        tries.append(event.number)
        if len(tries) < 3:
            await context.session.execute(text("do $$ begin raise exception using errcode = '40P01'; end $$"))

    quiet_town.on(quiet_town.Counted)(collides)
    outcome = await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [1])))
    assert tries == [1, 1, 1]
    assert not outcome.stuck


async def test_one_that_always_collides_waits_and_is_not_set_aside(quiet_town: Town) -> None:
    async def collides(event: Any, context: Context) -> None:
        await context.session.execute(text("do $$ begin raise exception using errcode = '40001'; end $$"))

    quiet_town.on(quiet_town.Counted)(collides)
    outcome = await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [1])))
    assert outcome.stuck
    assert await quiet_town.dead() == []


async def test_a_message_that_cannot_even_be_kept_is_held(quiet_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet_town.counts(before=fails_on(1))

    async def full(*_: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("shared.messaging.dead_letters.add", full)
    outcome = await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [1])))
    assert isinstance(outcome.stuck[quiet_town.topic.name, 0], RuntimeError)
    assert await quiet_town.fetch("select 1 from inbox") == []


async def test_an_unreadable_one_that_cannot_be_kept_is_held(quiet_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("shared.messaging.dead_letters.add", full)
    outcome = await quiet_town.dispatcher().take(lying(quiet_town, Foreign(*counted(quiet_town, [1]), body=None)))
    assert outcome.stuck


async def test_a_failing_event_that_another_worker_finished_is_let_go(quiet_town: Town) -> None:
    async def finished_elsewhere(event: Any) -> None:
        await quiet_town.fetch("insert into inbox (consumer, event_id) select $1, $2", quiet_town.service, event_id)
        raise ValueError

    record = lying(quiet_town, *counted(quiet_town, [1]))[0]
    event_id = dict(record.headers)["ce_id"].decode()  # type: ignore[union-attr]  # this header has a value
    quiet_town.on(quiet_town.Counted)(_late(finished_elsewhere))
    outcome = await quiet_town.dispatcher().take([record])
    assert outcome.handled
    assert await quiet_town.dead() == []


def _late(work: Any) -> Any:
    async def handler(event: Any, context: Context) -> None:
        # Its own inbox row is undone first, as when another worker was faster.
        await context.session.execute(text("delete from inbox"))
        await context.session.execute(text("rollback"))
        await work(event)

    return handler


async def test_what_a_subscriber_says_goes_out_with_its_effect(quiet_town: Town) -> None:
    async def forward(event: Any, context: Context) -> None:
        outbox.add(context.session, quiet_town.Crossed(key_id=event.key_id, number=event.number + 1))
        assert context.received is not None
        assert context.received.event is event

    quiet_town.on(quiet_town.Counted)(forward)
    await quiet_town.dispatcher().take(lying(quiet_town, *counted(quiet_town, [1])))
    assert await quiet_town.pending() == 1


async def test_the_trace_reaches_one_and_many(quiet_town: Town) -> None:
    seen = []

    async def one(event: Any, context: Context) -> None:
        seen.append(carrier()["traceparent"][3:35])

    async def many(events: list[Received[Any]], context: Context) -> None:
        with events[0].tracing("effect"):
            seen.append(carrier()["traceparent"][3:35])

    quiet_town.on(quiet_town.Counted)(one)
    quiet_town.on(quiet_town.Crossed, many=True)(many)
    trace = {"traceparent": b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    events = [quiet_town.Counted(key_id=ANNA, number=1), quiet_town.Crossed(key_id=ANNA, number=2)]
    await quiet_town.dispatcher().take(lying(quiet_town, *[Foreign(event, headers=trace) for event in events]))
    assert seen == ["4bf92f3577b34da6a3ce929d0e0e4736"] * 2


async def test_one_service_hears_a_type_once(quiet_town: Town) -> None:
    quiet_town.counts()
    with pytest.raises(ValueError, match="twice"):
        quiet_town.counts()


async def test_only_declared_types_can_be_heard(quiet_town: Town) -> None:
    quiet_town.forget()
    with pytest.raises(ValueError, match="not declared"):
        quiet_town.counts()


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["x", "y", "z"])), max_size=40))
def test_rounds_never_turn_a_key_around(heard: list[tuple[str, str]]) -> None:
    made = []
    for place, (key, event_type) in enumerate(heard):
        position = Position("t", 0, place, None)  # type: ignore[arg-type]  # the time plays no part
        envelope = Envelope(uuid4(), event_type, None, key.encode(), {}, b"", position)  # type: ignore[arg-type]  # nor here
        made.append(Heard(event_type, envelope, place))  # type: ignore[arg-type]  # any value stands for handler and event
    called = [one for _, group in rounds(made) for one in group]
    assert sorted(one.envelope.position.offset for one in called) == list(range(len(heard)))
    for key in "ABC":
        own = [one.envelope.position.offset for one in called if one.envelope.key == key.encode()]
        assert own == sorted(own)
    assert all(one.envelope.type == handler for handler, group in rounds(made) for one in group)  # type: ignore[comparison-overlap]  # as above
    assert len(rounds([one for one in made if one.envelope.type == "x"])) <= 1


async def test_subscriptions_know_their_topics(quiet_town: Town) -> None:
    assert Subscriptions().topics == []
    quiet_town.counts()
    assert quiet_town.on.topics == [quiet_town.topic.name]
    with pytest.raises(Unreadable):
        quiet_town.on.handler("nobody.says-this.v1")


class Away:
    """A database that cannot be reached."""

    def transaction(self) -> Any:
        raise ConnectionRefusedError

    async def reachable(self) -> bool:
        return False


async def test_the_first_fault_of_a_database_that_is_away_ends_the_batch(quiet_town: Town) -> None:
    quiet_town.counts()
    dispatcher = quiet_town.dispatcher()
    dispatcher.database = Away()  # type: ignore[assignment]  # stands for one that is down
    outcome = await dispatcher.take(lying(quiet_town, *counted(quiet_town, range(8))))
    assert isinstance(outcome.outage, ConnectionRefusedError)
    assert outcome.handled == {}


async def test_what_passes_and_what_stays() -> None:
    lost = DBAPIError("select 1", {}, Exception("gone"), connection_invalidated=True)
    assert passes(lost)
    assert not passes(DBAPIError("select 1", {}, Exception("wrong")))
    assert not passes(Refused())
    assert not passes(ValueError())
