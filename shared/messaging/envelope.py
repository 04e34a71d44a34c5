"""CloudEvents 1.0 in Kafka's binary mode: attributes are headers `ce_*`, the body is the event's JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Protocol
from uuid import UUID

import msgspec

from shared.contracts import Event

CONTENT_TYPE = "application/json"
Headers = list[tuple[str, bytes]]
_encoder = msgspec.json.Encoder()
_pack = msgspec.msgpack.Encoder()
_unpack = msgspec.msgpack.Decoder(Headers)
# Bytes that Kafka adds to a record that is alone in its batch: 61 for the batch, at most 21 for the record,
# and at most 5 for the lengths of each header.
_BATCH_BYTES = 61 + 21
_HEADER_BYTES = 5
# A time outside these years is no time of ours, and at the ends of the calendar neither Python nor PostgreSQL can
# convert it. A key is one of ours at 36 bytes; an index of PostgreSQL takes at most 2 704.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_LATEST_MS = int(LATEST.timestamp()) * 1000
KEY_BYTES = 1_000
# ce_id and ce_time are added by the relay: names, 36 characters of id, at most 32 of time, lengths.
_RELAY_HEADER_BYTES = len("ce_idce_time") + 36 + 32 + 2 * _HEADER_BYTES


class Unreadable(Exception):
    """A record that is not an event of ours; `reason` is a code, the text explains it without repeating the content."""

    def __init__(self, reason: str, explanation: str) -> None:
        self.reason, self.explanation = reason, explanation
        super().__init__(explanation)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record lies on its topic, and when the broker says it was written."""

    topic: str
    partition: int
    offset: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of an event before its body is read."""

    event_id: UUID
    type: str
    time: datetime
    key: bytes
    headers: Mapping[str, str]
    body: bytes
    position: Position


class Record(Protocol):
    """What aiokafka hands over for one record."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def body_of(event: Event) -> bytes:
    """Return the event's JSON."""
    return _encoder.encode(event)


def key_of(event: Event) -> bytes:
    """Return the key as text: 36 characters, so that any Kafka tool can show and search it."""
    return str(event.key).encode()


@cache
def _fixed_headers(event_type: type[Event]) -> Headers:
    service = event_type.type.partition(".")[0]
    return [
        ("ce_specversion", b"1.0"),
        ("ce_type", event_type.type.encode()),
        ("ce_source", f"urn:jobvej:{service}".encode()),
        ("content-type", CONTENT_TYPE.encode()),
    ]


def headers_of(event: Event, key: bytes, trace: Mapping[str, str]) -> Headers:
    """Return every header but `ce_id` and `ce_time`, which the relay takes from the row."""
    found = [*_fixed_headers(type(event)), ("ce_subject", key)]
    found.extend((name, value.encode()) for name, value in trace.items())
    return found


def packed(headers: Headers) -> bytes:
    """Return the headers as the bytes that the outbox keeps."""
    return _pack.encode(headers)


def unpacked(packed_headers: bytes) -> Headers:
    """Return the headers that `packed` made bytes of."""
    return _unpack.decode(packed_headers)


def with_identity(packed_headers: bytes, event_id: UUID, time: datetime) -> Headers:
    """Return the complete headers of an outbox row, as they go to Kafka."""
    headers: Headers = _unpack.decode(packed_headers)
    headers.append(("ce_id", str(event_id).encode()))
    headers.append(("ce_time", time.isoformat().encode()))
    return headers


def record_bytes(key: bytes, body: bytes, headers: Headers) -> int:
    """Return the most bytes that this record can take on its topic, uncompressed and alone in its batch."""
    of_headers = sum(len(name) + len(value) + _HEADER_BYTES for name, value in headers)
    return _BATCH_BYTES + len(key) + len(body) + of_headers + _RELAY_HEADER_BYTES


def position_of(record: Record) -> Position:
    """Return where a record lies. Its time is whatever its sender wrote: it is brought into 1970–2200."""
    recorded_at = datetime.fromtimestamp(min(max(record.timestamp, 0), _LATEST_MS) / 1000, UTC)
    return Position(record.topic, record.partition, record.offset, recorded_at)


def opened(record: Record) -> Envelope:
    """Read a record's envelope. Raises Unreadable with the reason; the body is not looked into."""
    headers = _readable(record.headers)
    if record.value is None:
        raise Unreadable("no-body", "The record has no body.")
    if record.key is None:
        raise Unreadable("no-key", "The record has no key.")
    return envelope(headers, record.key, record.value, position_of(record))


def envelope(headers: Mapping[str, str], key: bytes, body: bytes, position: Position) -> Envelope:
    """Make an envelope of readable headers. Raises Unreadable when a CloudEvents attribute is missing or wrong."""
    if len(key) > KEY_BYTES:
        raise Unreadable("not-an-event", f"The key is longer than {KEY_BYTES} bytes.")
    if headers.get("ce_specversion") != "1.0":
        raise Unreadable("not-an-event", "The header ce_specversion is not 1.0.")
    event_type = headers.get("ce_type")
    if not event_type:
        raise Unreadable("not-an-event", "The header ce_type is missing.")
    return Envelope(
        event_id=_uuid(headers.get("ce_id", "")),
        type=event_type,
        time=_time(headers.get("ce_time", "")),
        key=key,
        headers=headers,
        body=body,
        position=position,
    )


def sanitised(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """Return headers as text that PostgreSQL can keep: null becomes empty, and what is not UTF-8 a mark."""
    return {
        name.replace("\0", "�"): (value or b"").decode("utf-8", "replace").replace("\0", "�") for name, value in headers
    }


def _readable(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    found = {}
    for name, value in headers:
        if value is None:
            raise Unreadable("null-header", f"The header {name[:100]!r} has no value.")
        try:
            words = value.decode()
        except UnicodeDecodeError:
            raise Unreadable("header-not-utf8", f"The header {name[:100]!r} is not UTF-8.") from None
        if "\0" in words or "\0" in name:
            raise Unreadable("header-not-text", f"The header {name[:100]!r} holds a zero byte.")
        found[name] = words
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Unreadable("not-an-event", "The header ce_id is not a UUID.") from None


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("not-an-event", "The header ce_time is not a time.") from None
    if found.tzinfo is None:
        raise Unreadable("not-an-event", "The header ce_time has no offset from UTC.")
    if not EARLIEST <= found < LATEST:
        raise Unreadable("not-an-event", f"The header ce_time is not between {EARLIEST.year} and {LATEST.year}.")
    return found
