"""The time a moved meeting had before, while the citizen may still believe in it; idempotency keys of commands."""

from alembic import op
from alembic.operations import Operations

from shared import idempotency

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add both; what is in the ledger stays as it is."""
    op.execute("alter table meeting add column previous_starts_at timestamptz")
    idempotency.create_v1(Operations(op.get_context()))


def downgrade() -> None:
    """Refuse: a ledger of what people were told is not thrown away by a command."""
    raise NotImplementedError("the ledger is evidence; restore a backup instead")
