"""Alembic: how people's database got its shape, one numbered step after another."""
