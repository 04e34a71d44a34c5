"""The engines tests and the demo stand on: PostgreSQL 18 and Kafka 4.4, real, small, and gone with their starter."""

import os
from collections.abc import Callable

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

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
