"""One run: two small services on real engines, under load, with processes, servers and connections killed at random."""

import asyncio
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from deploy.embedded import guard, jars, ports
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from shared.messaging import migrations, topics
from tests.faults.contracts import NO_OVERLAP, POST, POST_TABLES, SHOP, SHOP_TABLES
from tests.faults.counting import Count, Fact, count
from tests.faults.keeper import Keeper
from tests.faults.proxy import Proxy

ROOT = Path(__file__).parents[2]
SETTLE_SECONDS = 90
PROCESSES = {
    "writer": 2,
    "shop-relay": 2,
    "post-relay": 1,
    "shop-worker": 1,
    "post-worker": 2,
    "repeater": 1,
}


class ProxiedKafka(Kafka):
    """A node that tells its clients the proxy's port instead of its own."""

    via: int = 0

    def prepare(self) -> None:
        super().prepare()
        file = self.data / "server.properties"
        own = f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}"
        file.write_text(file.read_text().replace(own, f"advertised.listeners=PLAINTEXT://127.0.0.1:{type(self).via}"))


@dataclass
class Storm:
    """The stage, the people on it, and what befalls them."""

    folder: Path
    seed: int
    control: str = ""
    processes: dict[str, int] = field(default_factory=lambda: dict(PROCESSES))
    events: Counter[str] = field(default_factory=Counter)
    repeated: int = 0

    async def run(self, rounds: int, *, calm_seconds: float = 3) -> Count:
        """Start, let it work, let `rounds` misfortunes happen, let it settle, stop, count."""
        self.chance = random.Random(self.seed)
        self.keeper = Keeper(uuid4().hex, self.folder)
        await self._engines()
        try:
            for name, number in self.processes.items():
                for place in range(number):
                    self.keeper.keep(f"{name}-{place}", self._program(name, place))
            await self._until(lambda: self._has("effect", self.post, 50), 90)
            await asyncio.sleep(calm_seconds)
            for _ in range(rounds):
                await self._misfortune()
                await asyncio.sleep(self.chance.uniform(0.2, 2.5))
            return await self._settle()
        finally:
            await self.keeper.stop_all()
            await self.proxy.stop()

    async def _settle(self) -> Count:
        self.repeated = sum(int(words[1]) for words in self._said("repeater"))
        await self.keeper.stop(*self.keeper.names("repeater"))
        facts: list[Fact] = [(UUID(words[1]), int(words[2])) for words in self._said("writer")]
        await self.keeper.stop(*self.keeper.names("writer"))
        with suppress(TimeoutError):
            await self._until(self._at_rest, SETTLE_SECONDS)
        running = self.keeper.names(*self.processes)
        await self.keeper.stop(*reversed(running))
        counted = await count(self.shop, self.post, facts, 0)
        await self.keeper.stop_all()
        orphans = await self.keeper.orphans()
        return Count(**{**counted.__dict__, "orphans": len(orphans)})

    def _said(self, kind: str) -> list[list[str]]:
        """Return the words of every whole line that tells what was done (the last may be cut by a kill)."""
        lines = [line.split() for name in self.keeper.names(kind) for line in self.keeper.said(name)]
        return [words for words in lines if words[:1] in (["sold"], ["repeated"])]

    async def _engines(self) -> None:
        self.server = Postgres(self.folder / "postgres", ports.any_free(), durable=False)
        await asyncio.to_thread(self.server.prepare)
        self.keeper.keep("postgres", self.server.command, stop_signal=signal.SIGINT)
        ProxiedKafka.via = ports.any_free()
        self.node = ProxiedKafka(
            self.folder / "kafka", ports.any_free(), ports.any_free(), tuple(await asyncio.to_thread(jars.class_path))
        )
        self.proxy = Proxy(ProxiedKafka.via, self.node.port)
        await self.proxy.start()
        await asyncio.to_thread(self.node.prepare)
        self.keeper.keep("kafka", self.node.command)
        self.bootstrap = f"127.0.0.1:{ProxiedKafka.via}"
        await self._until(self.server.ready, 60)
        own = [] if self.control == "no-constraint" else [NO_OVERLAP]
        self.shop = await self._database("shop", [*SHOP_TABLES, *own])
        self.post = await self._database("post", POST_TABLES)
        await topics.ensure(self.bootstrap, [SHOP, POST])

    async def _database(self, name: str, tables: list[str]) -> str:
        await self._execute(self.server.admin_url, f"create database {name}")
        url = f"{self.server.admin_url.rpartition('/')[0]}/{name}"
        await self._execute(url, *migrations._V1, *tables)
        return url

    async def _execute(self, url: str, *statements: str) -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def _program(self, name: str, place: int) -> Callable[[], list[str]]:
        def command() -> list[str]:
            values = [self.shop, self.post, self.bootstrap, str(self.chance.randrange(10**9)), self.control or "-"]
            program = [sys.executable, "-m", "tests.faults.program", name, *values]
            return guard.command(program, on_death=signal.SIGKILL)

        return command

    async def _misfortune(self) -> None:
        """Let one thing happen, drawn by weight."""
        happenings: list[tuple[int, str, Callable[[], Awaitable[None]]]] = [
            (8, "relay killed", lambda: self._kill("shop-relay", "post-relay")),
            (8, "worker killed", lambda: self._kill("post-worker", "shop-worker")),
            (4, "API killed", lambda: self._kill("writer")),
            (3, "process told to stop", self._politely),
            (4, "database connections reset", self._terminate),
            (4, "broker connections reset", self._cut),
            (2, "Kafka killed", lambda: self._kill("kafka")),
            (2, "PostgreSQL killed", lambda: self._kill("postgres")),
        ]
        weights = [weight for weight, _, _ in happenings]
        _, name, happens = self.chance.choices(happenings, weights)[0]
        self.events[name] += 1
        await happens()

    async def _kill(self, *kinds: str) -> None:
        names = self.keeper.names(*kinds)
        if names:
            self.keeper.kill(self.chance.choice(names))

    async def _politely(self) -> None:
        self.keeper.kill(self.chance.choice(self.keeper.names("shop-", "post-")), signal.SIGTERM)

    async def _terminate(self) -> None:
        database = self.chance.choice(["shop", "post"])
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._execute(
                self.server.admin_url,
                f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'",
            )

    async def _cut(self) -> None:
        self.proxy.cut()

    async def _has(self, table: str, url: str, wanted: int) -> bool:
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(url, timeout=3)
            try:
                return bool(await connection.fetchval(f"select count(*) >= $1 from {table}", wanted))
            finally:
                await connection.close()
        return False

    async def _at_rest(self) -> bool:
        """Nothing waits in an outbox, and what was said came back as often as it was said (or more)."""
        try:
            shop, post = await asyncpg.connect(self.shop, timeout=3), await asyncpg.connect(self.post, timeout=3)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        try:
            waiting = await shop.fetchval("select count(*) from outbox") + await post.fetchval(
                "select count(*) from outbox"
            )
            said = await shop.fetchval("select count(*) from (select distinct * from said) as s")
            back = await shop.fetchval("select count(*) from (select distinct customer_id, number from came_back) as b")
            return bool(waiting == 0 and back >= said)
        finally:
            await shop.close()
            await post.close()

    async def _until(self, condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not await condition():
            if time.monotonic() > end:
                raise TimeoutError("it did not come about")
            await asyncio.sleep(0.2)
