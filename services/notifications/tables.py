"""The shape of the memory: meetings as last heard, the ledger of notices, template versions, sending rules."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Interval,
    MetaData,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared import idempotency, tasks
from shared.messaging import tables as messaging

metadata = MetaData()
messaging.add_to(metadata)
for shared_metadata in (idempotency.metadata, tasks.metadata):
    for shared_table in shared_metadata.tables.values():
        shared_table.to_metadata(metadata)

Moment = DateTime(timezone=True)

# A projection of booking.events: the newest version heard, however the events come.
meeting = Table(
    "meeting",
    metadata,
    Column("booking_id", Uuid, primary_key=True),
    Column("citizen_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("change", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("by_citizen", Boolean, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("remind_2h", Boolean, nullable=False),
    Column("adviser_id", Uuid),
    Column("previous_starts_at", Moment),
    # When the ledger was last compared with what should be in it.
    Column("checked_at", Moment, nullable=False),
    Index("meeting_checked", "checked_at"),
    Index("meeting_starts", "starts_at"),
)

# The ledger. One row per meeting, kind, channel and version of the meeting, whatever happens how often.
notice = Table(
    "notice",
    metadata,
    Column("notice_id", Uuid, primary_key=True),
    Column("booking_id", Uuid, nullable=False),
    Column("citizen_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("occasion", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("any_hour", Boolean, nullable=False),
    Column("by_citizen", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("first_attempt_at", Moment),
    Column("next_attempt_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("last_fault", Text),
    Column("language", Text),
    Column("template_version", Integer),
    Column("provider_id", Text),
    Column("sent_at", Moment),
    Column("closed_at", Moment),
    Column("handed_over_at", Moment),
    Column("trace", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("booking_id", "kind", "channel", "occasion", name="notice_once"),
    Index("notice_citizen", "citizen_id", "created_at"),
    Index("notice_to_send", "channel", "next_attempt_at", postgresql_where=text("state = 'ready'")),
    Index("notice_waiting", "due_at", postgresql_where=text("state = 'planned'")),
    Index("notice_claimed", "claimed_at", postgresql_where=text("state = 'sending'")),
)

# The words of every version that was ever used (the files are where they are written).
template = Table(
    "template",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("source", JSONB, nullable=False),
    Column("registered_at", Moment, nullable=False),
)

# Rules are data: evaluated as of the Danish day they are asked about.
sending_rule = Table(
    "sending_rule",
    metadata,
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("source", Text, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("first_reminder", Interval, nullable=False),
    Column("second_reminder", Interval, nullable=False),
    Column("give_up_after", Interval, nullable=False),
    Column("keep_days", Integer, nullable=False),
)
