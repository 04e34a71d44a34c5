"""The shape of booking's memory. What no two meetings may share is guarded here: see `slot_claim`."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import BIGINT, JSON, TSTZRANGE

from shared import idempotency, tasks
from shared.messaging import tables as messaging

metadata = MetaData()
for shared_metadata in (idempotency.metadata, tasks.metadata):
    for shared_table in shared_metadata.tables.values():
        shared_table.to_metadata(metadata)
messaging.add_to(metadata)

Moment = DateTime(timezone=True)

# Rules of law and limits: dated rows (`model/rules.py`).
rule = Table(
    "rule",
    metadata,
    Column("key", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("value", Integer, nullable=False),
    Column("source", Text, nullable=False),
)
topic = Table(
    "topic",
    metadata,
    Column("topic_id", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("name_da", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("forms", ARRAY(Text), nullable=False),
    Column("bring_da", Text, nullable=False),
    Column("bring_en", Text, nullable=False),
    Column("contact_groups", ARRAY(Text), nullable=False),
    Column("self_bookable", Boolean, nullable=False),
    Column("sort_order", Integer, nullable=False),
)
# Where each form of meeting takes place.
place = Table(
    "place",
    metadata,
    Column("form", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("place_da", Text, nullable=False),
    Column("place_en", Text, nullable=False),
)
closing_day = Table(
    "closing_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", Text, nullable=False),
)
yearly_closing = Table(
    "yearly_closing",
    metadata,
    Column("month", Integer, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("name", Text, nullable=False),
)
# Whatever can be claimed for a time has a number of its own, across kinds: the constraint needs an integer.
resource = Table(
    "resource",
    metadata,
    Column("resource_no", BIGINT, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("resource_id", Uuid, nullable=False),
)
citizen = Table(
    "citizen",
    metadata,
    Column("citizen_id", Uuid, primary_key=True),
    Column("citizen_no", BIGINT, nullable=False, unique=True),
    Column("contact_group", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("deregistered_on", Date),
    Column("version", Integer, nullable=False),
)
adviser = Table(
    "adviser",
    metadata,
    Column("adviser_id", Uuid, primary_key=True),
    Column("adviser_no", BIGINT, nullable=False, unique=True),
    Column("team_id", Uuid, nullable=False),
    Column("bookable", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
# A whole week in one row (`model/week.py`): 200 advisers are 200 rows. As plain `json` it is read without conversion.
weekly_hours = Table(
    "weekly_hours",
    metadata,
    Column("adviser_no", BIGINT, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("week", JSON, nullable=False),
)
absence = Table(
    "absence",
    metadata,
    Column("absence_id", Uuid, primary_key=True),
    Column("adviser_no", BIGINT, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("said_by", Uuid),
    Column("said_at", Moment, nullable=False),
)
exemption = Table(
    "exemption",
    metadata,
    Column("exemption_id", Uuid, primary_key=True),
    Column("citizen_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("decided_by", Uuid, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)
hold = Table(
    "hold",
    metadata,
    Column("hold_id", Uuid, primary_key=True),
    Column("citizen_no", BIGINT, nullable=False),
    Column("adviser_no", BIGINT, nullable=False),
    Column("topic_id", Text, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("form", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
booking = Table(
    "booking",
    metadata,
    Column("booking_id", Uuid, primary_key=True),
    Column("citizen_no", BIGINT, nullable=False),
    Column("adviser_no", BIGINT, nullable=False),
    Column("topic_id", Text, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("form", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("remind_2h", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("said_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)
# What was said about a meeting, by whom and when: one row per version, never changed.
booking_history = Table(
    "booking_history",
    metadata,
    Column("booking_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("what", Text, nullable=False),
    Column("adviser_no", BIGINT, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("form", Text, nullable=False),
    Column("reason", Text),
    Column("said_by", Text, nullable=False),
    Column("actor_id", Uuid),
    Column("said_at", Moment, nullable=False),
)
# Who has what, when. The exclusion constraint (migration 0001) makes an overlap impossible, whoever writes.
slot_claim = Table(
    "slot_claim",
    metadata,
    Column("claim_no", BIGINT, Identity(always=True), primary_key=True),
    Column("resource_no", BIGINT, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    Column("state", Text, nullable=False),
    Column("citizen_no", BIGINT, nullable=False),
    Column("hold_id", Uuid),
    Column("booking_id", Uuid),
    Column("held_until", Moment),
)
# The evidence of which free times were offered to whom and when (VEJ 10190, 2.12: "Dokumentation for manglende tider").
offered_times = Table(
    "offered_times",
    metadata,
    Column("offer_no", BIGINT, Identity(always=True), primary_key=True),
    Column("citizen_id", Uuid, nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("topic_id", Text, nullable=False),
    Column("adviser_id", Uuid),
    Column("form", Text),
    Column("part_of_day", Text),
    Column("from_at", Moment, nullable=False),
    Column("until_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("first_at", Moment),
    Column("said_by", Text, nullable=False),
)
