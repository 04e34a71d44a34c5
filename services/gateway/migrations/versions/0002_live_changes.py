"""What live views need to resume."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table of live changes."""
    op.create_table(
        "live_change",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", sa.Uuid, nullable=False, unique=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("booking_id", sa.Uuid, nullable=False),
        sa.Column("adviser_ids", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_live_change_recorded_at", "live_change", ["recorded_at"])


def downgrade() -> None:
    """Forget what live views have been told."""
    op.drop_table("live_change")
