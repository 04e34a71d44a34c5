"""One database, one door: a transaction is opened and committed here and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, CursorResult, Executable, MetaData, pool, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_MIGRATION_LOCK = 7_240_001


class Session:
    """One open transaction. Use cases and stores work in it; only the door that opened it commits."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.memo: dict[str, Any] = {}
        self._before_commit: list[Callable[[Session], Awaitable[None]]] = []

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        """Run one statement; a sequence of parameters runs it for each of them."""
        return await self.connection.execute(statement, parameters)

    async def scalar(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row, or None."""
        return await self.connection.scalar(statement, parameters)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what the block did, what it left for the end of the transaction too, when it raises; then raise on."""
        kept = {name: list(value) if isinstance(value, list) else value for name, value in self.memo.items()}
        left = list(self._before_commit)
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:  # also when cancelled: what the block remembered is undone with its rows; raised on
            self.memo, self._before_commit = kept, left
            raise

    def before_commit(self, work: Callable[["Session"], Awaitable[None]]) -> None:
        """Have `work` done as the last thing before the commit, after every statement of the use case."""
        self._before_commit.append(work)

    async def finish(self) -> None:
        """Do what was left for the end of the transaction (the door calls this)."""
        for work in self._before_commit:
            await work(self)


class Database:
    """A pool of connections to one service's own database."""

    def __init__(self, url: str, *, pool_size: int = 8, name: str = "jobvej") -> None:
        self.url = url
        self.engine = create_async_engine(
            _driver(url, "asyncpg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args={
                "timeout": 5,
                "command_timeout": 30,
                "server_settings": {
                    "application_name": name,
                    "idle_in_transaction_session_timeout": "60000",
                    "jit": "off",
                },
            },
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """Open a transaction; commit it when the block ends well, roll it back when it raises."""
        async with self.engine.connect() as connection:
            session = Session(connection)
            yield session
            await session.finish()
            await connection.commit()

    async def reachable(self) -> bool:
        """Say whether the database answers now."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("select 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def migrate(url: str, script_location: str) -> None:
    """Bring the database to the newest shape; two processes that try at once wait for each other.

    `script_location` is a package path such as `services.booking:migrations`.
    """
    config = Config()
    config.set_main_option("script_location", script_location)
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    command.upgrade(config, "head")


def run_alembic(metadata: MetaData) -> None:
    """Run the migrations that Alembic asked for: the whole of every service's `migrations/env.py`."""
    asyncio.run(_migrate(context.config.attributes["url"], metadata))


async def _migrate(url: str, metadata: MetaData) -> None:
    engine = create_async_engine(_driver(url, "asyncpg"), poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"select pg_advisory_lock({_MIGRATION_LOCK})"))
            await connection.commit()
            await connection.run_sync(_run, metadata)
            await connection.commit()
    finally:
        await engine.dispose()


def _run(connection: Connection, metadata: MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def _driver(url: str, driver: str) -> str:
    return url.replace("postgresql://", f"postgresql+{driver}://", 1)
