"""Login sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the table of visits."""
    op.create_table(
        "visit",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("citizen_id", sa.Uuid),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("form_token", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
    )
    op.create_index("ix_visit_ends_at", "visit", ["ends_at"])


def downgrade() -> None:
    """Forget every login."""
    op.drop_table("visit")
