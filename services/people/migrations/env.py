"""Alembic's entry: the shared runner with people's tables."""

from services.people.tables import metadata
from shared.database import run_alembic

run_alembic(metadata)
