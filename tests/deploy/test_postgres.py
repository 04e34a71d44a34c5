"""Facts about the embedded PostgreSQL: its log tells what went wrong, and never whose data it was."""

from pathlib import Path

import asyncpg
import pytest

from deploy.embedded import ports
from deploy.embedded.engines import running
from deploy.embedded.postgres import Postgres

pytestmark = pytest.mark.anyio


async def test_the_log_of_a_fault_holds_no_values(tmp_path: Path) -> None:
    server, log = Postgres(tmp_path / "data", ports.any_free(), durable=False), tmp_path / "postgres.log"
    with running(server, log):
        connection = await asyncpg.connect(server.admin_url)
        await connection.execute("create table person (cpr text primary key)")
        await connection.execute("insert into person values ($1)", "710190-1234")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("insert into person values ($1)", "710190-1234")
        await connection.fetchval("select pg_sleep(1.1)::text || $1::text", "710190-1234")
        await connection.close()
    said = log.read_text(errors="replace")
    assert "duplicate key value" in said
    assert "pg_sleep" in said
    assert "710190" not in said
