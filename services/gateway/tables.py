"""The shape of what the gateway remembers: who is logged in, and what live views need to resume."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Identity, LargeBinary, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

# One row per browser that is logging in or logged in. The cookie holds a random token; only its hash stands here.
visit = Table(
    "visit",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False, index=True),
    Column("actor_id", Uuid),
    Column("citizen_id", Uuid),
    Column("roles", ARRAY(Text), nullable=False),
    Column("form_token", Text, nullable=False),
    Column("data", JSONB, nullable=False),
)

# What live views have been told of, numbered; kept for a day. Ids only.
live_change = Table(
    "live_change",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("booking_id", Uuid, nullable=False),
    Column("adviser_ids", ARRAY(Uuid), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, index=True),
)
