"""The tables of the machinery, in every service's own database. Their columns say what is promised to be kept."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _moment(name: str, *, empty: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=empty)


# What was said and is not yet on its topic. `id` rises in commit order per key (see outbox.py); no row is ever updated.
outbox = Table(
    "outbox",
    metadata,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    _moment("time"),
    Column("headers", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What was heard: a row here and its effect are one transaction.
inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("handled_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

# What could not be handled. `blocks`: later events of its key are parked until this row is replayed or dropped.
dead_letter = Table(
    "dead_letter",
    metadata,
    Column("dead_letter_id", Uuid, primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    _moment("recorded_at"),
    Column("key", LargeBinary),
    Column("event_id", Uuid),
    Column("type", Text),
    _moment("time", empty=True),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary),
    Column("body_bytes", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("blocks", Boolean, nullable=False),
    Column("in_inbox", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    _moment("first_seen"),
    _moment("last_seen"),
    _moment("retry_at", empty=True),
    _moment("resolved_at", empty=True),
    Column("resolved_by", Uuid),
    Column("resolution", Text),
    Index("dead_letter_position", "consumer", "topic", "partition", "offset", "recorded_at", unique=True),
    Index("dead_letter_open", "topic", "key", postgresql_where=text("resolved_at is null")),
)

# What waits behind a dead letter of the same key; `id` is the order in which it will be handled.
parked = Table(
    "parked",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    _moment("recorded_at"),
    Column("key", LargeBinary, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    _moment("time"),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _moment("parked_at"),
    Index("parked_by_key", "topic", "key", "id"),
)

# What will be said later. One row per `timer_key`; moving a row to the outbox deletes it here.
timer = Table(
    "timer",
    metadata,
    Column("timer_key", Text, primary_key=True),
    _moment("due_at"),
    Column("shard", SmallInteger, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("headers", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("timer_due", "due_at"),
)

# When each schedule runs next: its row's lock keeps two workers from running one tick twice.
schedule = Table(
    "schedule",
    metadata,
    Column("name", Text, primary_key=True),
    _moment("next_at"),
    _moment("done_at", empty=True),
)

# How far each partition has been handled: written by the worker that owns it, read by /ops/state.
progress = Table(
    "progress",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("end_offset", BigInteger, nullable=False),
    Column("waiting_for", Text),
    _moment("seen_at"),
)


def add_to(other: MetaData) -> None:
    """Make these tables part of a service's own metadata, so that its migrations are compared with the whole."""
    for table in metadata.sorted_tables:
        table.to_metadata(other)
