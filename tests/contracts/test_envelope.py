"""Every event travels as a CloudEvent 1.0 in Kafka's binary mode, so that a reader in any language can take it.

Checked against the text of the specification (CloudEvents 1.0.2 § 3.1, Kafka protocol binding 1.0.2 § 3.2), not
against our own reader.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from shared.contracts import ALL, Event
from shared.messaging import envelope

EXAMPLES = Path(__file__).parent / "examples"
EVENT_ID = UUID("0191f4c0-7777-7abc-8def-001122334455")
SAID_AT = datetime(2026, 11, 24, 8, 0, 0, 250_000, tzinfo=UTC)
TRACE = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
# RFC 3339, as § 3.1 asks of `time`.
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ATTRIBUTE = re.compile(r"[a-z0-9]{1,20}")
KNOWN = {"id", "source", "specversion", "type", "subject", "time"}


@dataclass
class Lying:
    """A record as it lies on its topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    partition: int = 0
    offset: int = 7
    timestamp: int = 1_764_000_000_000


def example(name: str) -> Event:
    return msgspec.json.decode((EXAMPLES / f"{name}.json").read_bytes(), type=ALL[name])


def sent(event: Event) -> Lying:
    """The record that the relay makes of an outbox row."""
    key = envelope.key_of(event)
    packed = envelope.packed(envelope.headers_of(event, key, TRACE))
    headers = envelope.with_identity(packed, EVENT_ID, SAID_AT)
    return Lying(event.topic.name, key, envelope.body_of(event), [*headers])


def attributes(record: Lying) -> dict[str, str]:
    """The CloudEvents attributes, without Kafka's prefix."""
    return {
        name.removeprefix("ce_"): (value or b"").decode() for name, value in record.headers if name.startswith("ce_")
    }


@pytest.mark.parametrize("name", ALL)
def test_the_required_attributes_are_there_and_well_formed(name: str) -> None:
    said = attributes(sent(example(name)))
    assert said["specversion"] == "1.0"
    assert UUID(said["id"]) == EVENT_ID
    assert said["type"] == name
    assert re.fullmatch(r"urn:jobvej:[a-z]+", said["source"])
    assert said["source"].endswith(":" + name.split(".")[0])
    assert TIMESTAMP.fullmatch(said["time"])
    assert datetime.fromisoformat(said["time"]) == SAID_AT


@pytest.mark.parametrize("name", ALL)
def test_attributes_have_names_that_the_specification_allows_and_occur_once(name: str) -> None:
    record = sent(example(name))
    names = [header for header, _ in record.headers]
    assert len(names) == len(set(names))
    assert all(ATTRIBUTE.fullmatch(attribute) for attribute in attributes(record))
    assert set(attributes(record)) <= KNOWN


@pytest.mark.parametrize("name", ALL)
def test_the_body_is_the_event_and_nothing_else(name: str) -> None:
    record = sent(example(name))
    assert dict(record.headers)["content-type"] == b"application/json"
    assert msgspec.json.decode(record.value or b"") == msgspec.json.decode((EXAMPLES / f"{name}.json").read_bytes())


@pytest.mark.parametrize("name", ALL)
def test_the_key_is_the_id_whose_order_matters(name: str) -> None:
    record = sent(example(name))
    assert record.key == str(example(name).key).encode()
    assert attributes(record)["subject"].encode() == record.key


@pytest.mark.parametrize("name", ALL)
def test_the_trace_of_the_request_goes_along(name: str) -> None:
    assert dict(sent(example(name)).headers)["traceparent"] == TRACE["traceparent"].encode()


@pytest.mark.parametrize("name", ALL)
def test_what_was_sent_is_read_back(name: str) -> None:
    record = sent(example(name))
    opened = envelope.opened(record)
    assert (opened.event_id, opened.type, opened.time) == (EVENT_ID, name, SAID_AT)
    assert msgspec.json.decode(opened.body, type=ALL[name]) == example(name)


@pytest.mark.parametrize("name", ALL)
def test_no_event_comes_near_its_topics_limit(name: str) -> None:
    record = sent(example(name))
    headers = [(header, value or b"") for header, value in record.headers]
    size = envelope.record_bytes(record.key or b"", record.value or b"", headers)
    assert size < ALL[name].topic.max_message_bytes / 100


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b"not-a-uuid"),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-11-24T08:00:00"),
        ("ce_type", b""),
        ("ce_type", b"\xff\xfe"),
        ("ce_source", None),
    ],
)
def test_an_envelope_that_breaks_the_specification_is_not_read(header: str, value: bytes | None) -> None:
    record = sent(example("booking.booking-created.v1"))
    headers = [(name, value if name == header else kept) for name, kept in record.headers]
    with pytest.raises(envelope.Unreadable):
        envelope.opened(Lying(record.topic, record.key, record.value, headers))
