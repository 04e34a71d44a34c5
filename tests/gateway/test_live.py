"""Live updates: heard once by every replica, told only to those they concern, resumed without a gap."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, TopicAlreadyExistsError
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sse_starlette import ServerSentEvent

from services.gateway import store
from services.gateway.live.broadcaster import QUEUE_SIZE, Broadcaster, Subscription
from services.gateway.live.changes import TOPICS, Change, Heard, read
from services.gateway.live.listener import STUCK_SECONDS, Listener
from services.gateway.live.stream import Live, Look, _ending
from services.gateway.tables import live_change
from shared.clock import FixedClock
from shared.contracts.booking import BookingCreated, BookingMoved
from shared.contracts.event import Event
from shared.contracts.notifications import NoticeDelivered
from shared.database import Database
from tests.shared.messaging.given import torn

pytestmark = pytest.mark.anyio
Stream = AsyncGenerator[ServerSentEvent, None]
METTE, OLE = uuid4(), uuid4()
AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def booked(adviser_id: UUID = METTE, booking_id: UUID | None = None) -> BookingCreated:
    return BookingCreated(
        booking_id=booking_id or uuid4(),
        citizen_id=uuid4(),
        version=1,
        topic_id="jobs",
        adviser_id=adviser_id,
        starts_at=AT,
        ends_at=AT + timedelta(minutes=45),
        form="in_person",
        said_by="citizen",
        remind_2h=False,
    )


def moved(adviser_id: UUID, previous_adviser_id: UUID) -> BookingMoved:
    facts = msgspec.structs.asdict(booked(adviser_id))
    return BookingMoved(**facts, previous_adviser_id=previous_adviser_id, previous_starts_at=AT)


def headers(event: Event) -> list[tuple[str, bytes]]:
    return [("ce_id", str(uuid4()).encode()), ("ce_type", event.type.encode())]


def record(event: Event, extra: list[tuple[str, bytes | None]] | None = None) -> ConsumerRecord:
    return a_record(msgspec.json.encode(event), [*headers(event), *(extra or [])])


def a_record(value: bytes | None, given: list[tuple[str, bytes | None]]) -> ConsumerRecord:
    return ConsumerRecord("booking.events", 0, 0, 0, 0, None, value, None, 0, 0, given)


def numbers(subscription: Subscription) -> list[int | None]:
    """Take what is queued: numbers of changes, None for a call to look again."""
    waiting = [subscription.queue.get_nowait() for _ in range(subscription.queue.qsize())]
    return [None if news is None else news.number for news in waiting]


def change(number: int, *advisers: UUID, booking_id: UUID | None = None) -> Change:
    return Change(number, Heard(uuid4(), "booking.booking-created.v1", booking_id or uuid4(), advisers))


def test_a_moved_meeting_concerns_the_old_and_the_new_adviser() -> None:
    heard = read(record(moved(METTE, OLE)))
    assert heard is not None
    assert heard.adviser_ids == (METTE, OLE)


def test_a_change_holds_nothing_about_the_citizen() -> None:
    event = booked()
    heard = read(record(event))
    assert heard is not None
    assert str(event.citizen_id) not in repr(heard)


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (None, headers(booked())),
        (b"\xff not json", headers(booked())),
        (b"{}", headers(booked())),
        (b'{"x":' + b"[" * 5_000, headers(booked())),
        (b"{}", [("ce_type", b"booking.booking-created.v1"), ("ce_id", b"not an id")]),
        (b"{}", [("ce_type", b"somebody.else.v1")]),
        (b"{}", [("ce_type", b"\xff\xfe"), ("ce_id", None)]),
        (b"{}", []),
    ],
)
def test_what_cannot_be_read_is_passed_over(value: bytes | None, given: list[tuple[str, bytes | None]]) -> None:
    assert read(a_record(value, given)) is None


@given(
    body=st.one_of(st.none(), st.binary(), st.integers(1, 3_000).map(lambda depth: b'{"a":' * depth)),
    more=st.lists(st.tuples(st.sampled_from(["ce_id", "ce_type", "x"]), st.one_of(st.none(), st.binary()))),
)
def test_no_record_makes_reading_it_fail(body: bytes | None, more: list[tuple[str, bytes | None]]) -> None:
    assert read(a_record(body, [*headers(booked()), *more])) is None


def test_a_foreign_header_does_not_hide_an_event() -> None:
    assert read(record(booked(), [("trace", None), ("odd", b"\xff")])) is not None


def test_only_those_concerned_are_told() -> None:
    broadcaster, shown = Broadcaster(), uuid4()
    with broadcaster.subscribed(METTE) as mette, broadcaster.subscribed(OLE) as ole:
        ole.booking_ids = frozenset([shown])
        broadcaster.publish(change(1, METTE))
        broadcaster.publish(change(2, booking_id=shown))
        broadcaster.publish(change(3))
        assert (numbers(mette), numbers(ole)) == ([1], [2])
    assert len(broadcaster) == 0


def test_the_notices_of_a_booking_follow_it_to_its_adviser() -> None:
    broadcaster, new = Broadcaster(), uuid4()
    with broadcaster.subscribed(METTE) as mette:
        broadcaster.publish(change(1, METTE, booking_id=new))
        broadcaster.publish(change(2, booking_id=new))
        assert mette.queue.qsize() == 2


def test_a_slow_reader_keeps_only_the_newest_and_holds_up_nobody() -> None:
    broadcaster = Broadcaster()
    with broadcaster.subscribed(METTE) as slow:
        for number in range(QUEUE_SIZE + 1):
            broadcaster.publish(change(number, METTE))
        assert numbers(slow) == [QUEUE_SIZE]


@pytest.fixture
async def database(database_of: Callable[[str], str]) -> AsyncIterator[Database]:
    opened = Database(database_of("gateway"), pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture
async def topics(kafka: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        for topic in TOPICS:
            with contextlib.suppress(TopicAlreadyExistsError):
                await admin.create_topics([NewTopic(topic, 12, 1)])
    finally:
        await admin.close()
    return kafka


@asynccontextmanager
async def a_replica(database: Database, kafka: str, clock: FixedClock) -> AsyncIterator[Live]:
    broadcaster = Broadcaster()
    listener = Listener(database, kafka, clock, broadcaster)
    running = asyncio.create_task(listener.run())
    try:
        async with asyncio.timeout(20):
            while listener.hears_since is None:
                await asyncio.sleep(0.01)
        yield Live(database, broadcaster, listener)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def say(kafka: str, *events: Event) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for event in events:
            await producer.send_and_wait(
                event.topic.name, msgspec.json.encode(event), key=event.key.bytes, headers=headers(event)
            )


async def until_recorded(database: Database, count: int) -> None:
    async with asyncio.timeout(20):
        while True:
            async with database.transaction() as session:
                if await session.scalar(select(func.count()).select_from(live_change)) == count:
                    return
            await asyncio.sleep(0.02)


async def nothing_shown() -> frozenset[UUID]:
    return frozenset()


async def opened(live: Live, staff_id: UUID, look: Look = nothing_shown, last: str | None = None) -> Stream:
    """Open a stream; when this returns it is subscribed, and nothing said from now on can be missed."""
    stream = live.changes(staff_id, look, last)
    assert (await anext(stream)).comment == "open"
    return stream


async def told(stream: Stream) -> tuple[str | None, dict[str, str]]:
    """Return (id, data) of the next change of a stream."""
    async with asyncio.timeout(20):
        event = await anext(stream)
    assert event.event == "changed"
    return event.id, json.loads(str(event.data))


async def test_every_replica_tells_of_the_same_event_under_the_same_number(
    database: Database, topics: str, clock: FixedClock
) -> None:
    event = booked()
    async with a_replica(database, topics, clock) as one, a_replica(database, topics, clock) as other:
        first, second = await opened(one, METTE), await opened(other, METTE)
        await say(topics, event)
        number, data = await told(first)
        assert (number, data) == await told(second)
    assert number is not None
    assert data == {"type": event.type, "booking_id": str(event.booking_id)}


async def test_a_notice_is_told_to_whoever_shows_its_booking(
    database: Database, topics: str, clock: FixedClock
) -> None:
    shown = uuid4()
    notice = NoticeDelivered(
        notice_id=uuid4(), citizen_id=uuid4(), booking_id=shown, kind="confirmation", channel="mail", delivered_at=AT
    )

    async def look() -> frozenset[UUID]:
        return frozenset([shown])

    async with a_replica(database, topics, clock) as live:
        stream = await opened(live, METTE, look)
        await say(topics, notice)
        assert (await told(stream))[1]["booking_id"] == str(shown)


async def test_a_browser_that_comes_back_is_told_what_it_missed(
    database: Database, topics: str, clock: FixedClock
) -> None:
    missed = booked()
    async with a_replica(database, topics, clock) as live:
        stream, other = await opened(live, METTE), await opened(live, OLE)
        await say(topics, booked())
        seen, _ = await told(stream)
        await stream.aclose()
        await say(topics, missed, booked(OLE))
        await told(other)
        await until_recorded(database, 3)
        _, data = await told(await opened(live, METTE, last=seen))
    assert data["booking_id"] == str(missed.booking_id)


@pytest.mark.parametrize("last", ["999999", "1"])
async def test_after_a_gap_nobody_can_know_the_page_is_told_to_look_again(
    last: str, database: Database, topics: str, clock: FixedClock
) -> None:
    """An unknown number, and one from before this process began to hear."""
    async with database.transaction() as session:
        await store.keep_live_changes(session, [change(0, METTE).heard.row(clock.now() - timedelta(minutes=5))])
    async with a_replica(database, topics, clock) as live:
        assert await told(await opened(live, METTE, last=last)) == (None, {})


@pytest.mark.parametrize("last", ["", "-1", "abc", "9" * 40])
async def test_a_made_up_number_is_no_error(last: str, database: Database, topics: str, clock: FixedClock) -> None:
    async with a_replica(database, topics, clock) as live:
        with live.broadcaster.subscribed(METTE) as subscription:
            assert await live._missed(subscription, last) == []


async def test_a_record_that_cannot_be_taken_apart_is_stepped_over_and_every_page_looks_again(
    database: Database, topics: str, clock: FixedClock
) -> None:
    event = booked()
    async with a_replica(database, topics, clock) as live, AIOKafkaProducer(bootstrap_servers=topics) as producer:
        streams = [await opened(live, METTE), await opened(live, OLE)]
        await (await producer.send_batch(torn(b"k", b"{}"), TOPICS[0], partition=0))
        assert [await told(stream) for stream in streams] == [(None, {}), (None, {})]
        await say(topics, event)
        _, data = await told(streams[0])
        assert live.listener.moves()
    assert data["booking_id"] == str(event.booking_id)


@pytest.mark.parametrize("fault", [KafkaConnectionError(), ValueError(), RuntimeError()])
async def test_after_any_fault_pages_look_again_and_updates_go_on(
    fault: Exception, database: Database, topics: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, getmany = booked(), AIOKafkaConsumer.getmany
    faults: list[Exception] = []

    async def fails_once(self: AIOKafkaConsumer, **how: int) -> object:
        if faults:
            raise faults.pop()
        return await getmany(self, **how)

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", fails_once)
    async with a_replica(database, topics, clock) as live:
        stream = await opened(live, METTE)
        clock.advance(timedelta(minutes=1))
        faults.append(fault)
        assert await told(stream) == (None, {})
        assert live.listener.hears_since == clock.now(), "what was said in between is not known"
        await say(topics, event)
        assert (await told(stream))[1]["booking_id"] == str(event.booking_id)


def test_a_slow_reader_that_must_look_again_is_told_so() -> None:
    broadcaster = Broadcaster()
    with broadcaster.subscribed(METTE) as slow:
        for number in range(QUEUE_SIZE):
            broadcaster.publish(change(number, METTE))
        broadcaster.look_again()
        assert numbers(slow) == [None]


async def test_the_life_of_the_listener_is_the_life_of_the_gateway(
    app: FastAPI, browser: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    live: Live = app.state.live
    assert (await browser.get("/livez")).status_code == 200
    monkeypatch.setattr(live.listener, "_turned_at", time.monotonic() - STUCK_SECONDS)
    assert (await browser.get("/livez")).status_code == 503
    live.listener._turn()
    assert (await browser.get("/livez")).status_code == 200
    assert live._hearing is not None
    live._hearing.cancel()
    await asyncio.wait([live._hearing])
    assert (await browser.get("/livez")).status_code == 503


async def test_a_listener_that_waits_for_broker_or_database_is_alive(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.live.listener.RETRY_SECONDS", 0.01)
    listener = Listener(database, "127.0.0.1:1", clock, Broadcaster())
    running = asyncio.create_task(listener.run())
    try:
        for _ in range(3):
            listener._turned_at = time.monotonic() - STUCK_SECONDS
            async with asyncio.timeout(20):
                while not listener.moves():
                    await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_stream_ends_with_the_login_that_opened_it(database: Database, clock: FixedClock) -> None:
    broadcaster = Broadcaster()
    live = Live(database, broadcaster, Listener(database, "127.0.0.1:1", clock, broadcaster))
    stream = _ending(live.changes(METTE, nothing_shown, None), timedelta(milliseconds=50))
    assert [event.comment async for event in stream] == ["open"]
    assert len(broadcaster) == 0


async def test_changes_are_forgotten_after_a_day(database: Database, clock: FixedClock) -> None:
    async with database.transaction() as session:
        await store.keep_live_changes(session, [change(0, METTE).heard.row(clock.now() - timedelta(days=2))])
        await store.forget_live_changes(session, clock.now() - timedelta(days=1))
        assert await store.live_changes_after(session, 0, METTE, [], at_most=9) == []


async def test_pages_live_without_a_broker(database: Database, clock: FixedClock) -> None:
    listener = Listener(database, "127.0.0.1:1", clock, Broadcaster())
    running = asyncio.create_task(listener.run())
    done, _ = await asyncio.wait([running], timeout=0.2)
    assert not done
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
