"""The engines tests and the demo stand on: PostgreSQL 18 and Kafka 4.4, real, small, and gone with their starter."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.embedded.engines import running
from deploy.embedded.ports import any_free
from deploy.embedded.postgres import Postgres

pytestmark = pytest.mark.anyio


async def test_postgres_is_version_18_and_asks_for_the_password(postgres: str) -> None:
    connection = await asyncpg.connect(postgres)
    assert (await connection.fetchval("show server_version")).startswith("18.")
    await connection.close()
    wrong = postgres.replace(postgres.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


async def test_a_fresh_database_belongs_to_the_service_and_starts_empty(
    database_of: Callable[[str], str],
) -> None:
    first = await asyncpg.connect(database_of(""))
    await first.execute("create table kept (n int)")
    second = await asyncpg.connect(database_of(""))
    assert await second.fetchval("select count(*) from pg_tables where schemaname = 'public'") == 0
    assert not await second.fetchval("select rolsuper from pg_roles where rolname = current_user")
    await first.close()
    await second.close()


async def test_a_server_killed_at_work_is_followed_by_one_that_kept_everything(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "data", any_free())
    log = tmp_path / "log"
    with running(server, log) as pid:
        connection = await asyncpg.connect(server.admin_url)
        await connection.execute("create table kept as select 1 as n")
        asleep = asyncio.create_task(connection.fetchval("select pg_sleep(120)"))
        await asyncio.sleep(0.2)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await asleep
    with running(server, log, stop=signal.SIGINT):
        connection = await asyncpg.connect(server.admin_url)
        assert await connection.fetchval("select n from kept") == 1
        await connection.close()


async def test_a_number_that_another_program_has_now_keeps_no_server_from_starting(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "data", any_free(), durable=False)
    server.prepare()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    with running(server, tmp_path / "log", stop=signal.SIGINT):
        assert await server.ready()


async def test_what_is_sent_to_kafka_is_read_from_it(kafka: str) -> None:
    topic = f"t-{os.getpid()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all") as producer:
        await producer.send_and_wait(topic, b"hej")
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=topic
    ) as consumer:
        assert (await consumer.getone()).value == b"hej"
