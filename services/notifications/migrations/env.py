"""Lets Alembic bring the database of notifications to the newest shape."""

from services.notifications.tables import metadata
from shared.database import run_alembic

run_alembic(metadata)
