"""The tables that the migration makes are those that the code declares."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from shared.messaging import migrations, tables

pytestmark = pytest.mark.anyio


async def test_the_migration_makes_what_the_code_declares(database_of: Any) -> None:
    declared = MetaData()
    tables.add_to(declared)

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        migrations.create_v1(Operations(context))
        return list(compare_metadata(context, declared))

    engine = create_async_engine(database_of("").replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
