"""The first shape: citizens, the CPR vault, the access log, staff, code lists, imports, and the messaging tables."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql as pg

from shared import idempotency
from shared.messaging import migrations as messaging

revision = "0001"
down_revision = None


def upgrade() -> None:
    shared = Operations(op.get_context())
    messaging.create_v1(shared)
    idempotency.create_v1(shared)
    _citizens()
    _access_log()
    _staff()
    _code_lists()
    _imports()


def _citizens() -> None:
    op.create_table(
        "citizen",
        sa.Column("citizen_id", sa.Uuid, primary_key=True),
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("deregistered_on", sa.Date),
        sa.Column("contact_group", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("mobile", sa.Text),
        sa.Column("digital_post", sa.Text, nullable=False),
        sa.Column("protected_until", sa.Date),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("deregistered_on >= registered_on", name="citizen_leaves_after_coming"),
        sa.CheckConstraint("digital_post in ('registered', 'exempt', 'unknown')", name="citizen_digital_post"),
    )
    # Words of names are found by their beginning, in any order.
    op.execute("create index citizen_name on citizen using gin (to_tsvector('simple', name))")
    op.create_table(
        "cpr_number",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column(
            "citizen_id",
            sa.Uuid,
            sa.ForeignKey("citizen.citizen_id", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True)),
    )
    op.execute("create unique index cpr_number_current on cpr_number (citizen_id) where replaced_at is null")
    op.create_index("cpr_number_key", "cpr_number", ["key_id"])


def _access_log() -> None:
    op.create_table(
        "access_log",
        sa.Column("entry_id", sa.Uuid, primary_key=True),
        sa.Column("citizen_id", sa.Uuid, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("service", sa.Text, nullable=False),
        sa.CheckConstraint("purpose <> ''", name="access_log_says_why"),
    )
    op.create_index("access_log_of_citizen", "access_log", ["citizen_id", "entry_id"])
    op.create_index("access_log_at", "access_log", ["at"])


def _staff() -> None:
    op.create_table(
        "team",
        sa.Column("team_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.Uuid, primary_key=True),
        sa.Column("login", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("team_id", sa.Uuid, sa.ForeignKey("team.team_id"), nullable=False),
        sa.Column("roles", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _code_lists() -> None:
    op.create_table(
        "contact_group",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.Date, primary_key=True),
        sa.Column("valid_to", sa.Date),
        sa.Column("target_group", sa.Text, nullable=False),
        sa.Column("name_da", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name="contact_group_ends_after_start"),
    )
    op.create_table(
        "rule",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("valid_from", sa.Date, primary_key=True),
        sa.Column("valid_to", sa.Date),
        sa.Column("value", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name="rule_ends_after_start"),
    )


def _imports() -> None:
    op.create_table(
        "import_file",
        sa.Column("import_id", sa.Uuid, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("encoding", sa.Text, nullable=False),
        sa.Column("separator", sa.Text, nullable=False),
        sa.Column("ignored_columns", pg.ARRAY(sa.Text), nullable=False),
    )
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Uuid, sa.ForeignKey("import_file.import_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("problems", pg.JSONB, nullable=False),
        sa.Column("key_id", sa.Text),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("citizen_id", sa.Uuid),
    )
    op.execute("create index import_row_key on import_row (key_id) where sealed is not null")
