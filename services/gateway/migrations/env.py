"""Lets Alembic bring the gateway's database to the newest shape."""

from services.gateway.tables import metadata
from shared.database import run_alembic

run_alembic(metadata)
