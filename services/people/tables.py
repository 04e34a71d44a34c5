"""The shape of people's memory. A CPR number is found by `digest` and lies in `sealed`; it is in no other column."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

citizen = Table(
    "citizen",
    metadata,
    Column("citizen_id", Uuid, primary_key=True),
    Column("registered_on", Date, nullable=False),
    Column("deregistered_on", Date),
    Column("contact_group", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("mobile", Text),
    Column("digital_post", Text, nullable=False),
    Column("protected_until", Date),
    Column("version", Integer, nullable=False),
)
# A person can get a new number (domain § 5.1): the earlier ones stay, with `replaced_at`, and still find the person.
cpr_number = Table(
    "cpr_number",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("citizen_id", Uuid, ForeignKey(citizen.c.citizen_id, deferrable=True, initially="DEFERRED"), nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("replaced_at", DateTime(timezone=True)),
)
access_log = Table(
    "access_log",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("citizen_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("look", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("actor_id", Uuid),
    Column("service", Text, nullable=False),
)
team = Table(
    "team",
    metadata,
    Column("team_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)
staff = Table(
    "staff",
    metadata,
    Column("staff_id", Uuid, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("team_id", Uuid, ForeignKey(team.c.team_id), nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
contact_group = Table(
    "contact_group",
    metadata,
    Column("code", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("target_group", Text, nullable=False),
    Column("name_da", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("source", Text, nullable=False),
)
rule = Table(
    "rule",
    metadata,
    Column("name", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("value", Integer, nullable=False),
    Column("unit", Text, nullable=False),
    Column("source", Text, nullable=False),
)
import_file = Table(
    "import_file",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", Uuid),
    Column("purpose", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("separator", Text, nullable=False),
    Column("ignored_columns", ARRAY(Text), nullable=False),
)
# What a row says lies sealed in `sealed` until the row is settled, then it is emptied.
import_row = Table(
    "import_row",
    metadata,
    Column(
        "import_id",
        Uuid,
        ForeignKey(import_file.c.import_id, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("line", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("problems", JSONB, nullable=False),
    Column("key_id", Text),
    Column("sealed", LargeBinary),
    Column("citizen_id", Uuid),
)
