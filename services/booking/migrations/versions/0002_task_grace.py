"""The time people have for a task about a meeting that is near: no task is overdue when it is made."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the rule, in force since the others are."""
    op.execute(
        "insert into rule (key, valid_from, valid_to, value, source)"
        " values ('task.grace_minutes', '2024-01-01', null, 60, 'Kommunens regel')"
    )


def downgrade() -> None:
    """Take the rule away."""
    op.execute("delete from rule where key = 'task.grace_minutes'")
