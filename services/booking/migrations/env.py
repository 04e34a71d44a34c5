"""Lets Alembic bring booking's database to the newest shape."""

from services.booking.tables import metadata
from shared.database import run_alembic

run_alembic(metadata)
