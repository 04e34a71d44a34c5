"""What a record must carry to be an event of ours, and what is said of one that does not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.notifications import NoticeDue
from shared.messaging import envelope
from shared.messaging.envelope import Unreadable
from tests.shared.messaging.given import ANNA, Foreign, Lying

EVENT = NoticeDue(notice_id=uuid4(), citizen_id=ANNA, booking_id=uuid4())


def record(**changes: object) -> Lying:
    foreign = Foreign(EVENT, **changes)
    return Lying("t", 1, 2, foreign.key, foreign.body, foreign.headers)


def test_a_whole_event_opens() -> None:
    opened = envelope.opened(record())
    assert opened.type == "notifications.notice-due.v1"
    assert opened.time == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert opened.key == str(ANNA).encode()
    assert opened.position.partition == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": None}, "no-body"),
        ({"key": None}, "no-key"),
        ({"headers": {"ce_specversion": b"0.3"}}, "not-an-event"),
        ({"headers": {"ce_specversion": "absent"}}, "not-an-event"),
        ({"headers": {"ce_type": "absent"}}, "not-an-event"),
        ({"headers": {"ce_id": b"7"}}, "not-an-event"),
        ({"headers": {"ce_time": b"yesterday"}}, "not-an-event"),
        ({"headers": {"ce_time": b"2026-11-24T08:00:00"}}, "not-an-event"),
        ({"headers": {"stranger": None}}, "null-header"),
        ({"headers": {"stranger": b"\xff\xfe"}}, "header-not-utf8"),
        ({"headers": {"stranger": b"a\0b"}}, "header-not-text"),
    ],
)
def test_a_record_that_is_no_event_says_why(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        envelope.opened(record(**changes))
    assert caught.value.reason == reason


def test_headers_become_text_that_a_database_can_keep() -> None:
    found = envelope.sanitised([("none", None), ("bytes", b"\xff"), ("ze\0ro", b"\0")])
    assert found == {"none": "", "bytes": "�", "ze�ro": "�"}


def test_packed_headers_unpack_to_the_same() -> None:
    headers = envelope.headers_of(EVENT, b"k", {"traceparent": "00-1-2-01"})
    assert envelope.unpacked(envelope.packed(headers)) == headers


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(
    key=st.binary(max_size=100),
    body=st.binary(max_size=70_000),
    headers=st.lists(st.tuples(texts, st.binary(max_size=300)), max_size=12),
)
def test_the_size_that_is_checked_is_never_less_than_the_real_one(
    key: bytes, body: bytes, headers: Sequence[tuple[str, bytes]]
) -> None:
    ascii_names = [(name.encode("ascii", "replace").decode(), value) for name, value in headers]
    time = datetime(2026, 11, 24, 8, 0, 0, 123456, UTC)
    full = envelope.with_identity(envelope.packed(ascii_names), UUID(int=7), time)
    builder = BatchBuilder(10_000_000, 0)
    builder.append(timestamp=1_764_000_000_000, key=key, value=body, headers=full)
    assert len(builder._build()) <= envelope.record_bytes(key, body, ascii_names)
