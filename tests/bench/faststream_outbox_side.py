"""The library that the relay is compared with, in its ordered mode (one worker, one process), at its best sizes.

Runs in an environment of its own (`tests/bench/relay.py` makes it): its pins differ from ours, so this file imports
nothing of this project. Prints "ready", waits for a line, inserts the rows, and prints rows per second.
"""

import asyncio
import json
import logging
import sys
import time
from uuid import UUID

import uvloop
from faststream.kafka import KafkaBroker, KafkaResponse
from faststream_outbox import OutboxBroker, make_outbox_table
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine


async def main(url: str, bootstrap: str, topic: str, count: int, body: str) -> None:
    logging.disable(logging.CRITICAL)
    metadata = MetaData()
    table = make_outbox_table(metadata, table_name="theirs")
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"), pool_size=10)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    theirs = OutboxBroker(engine, outbox_table=table)
    kafka = KafkaBroker(bootstrap, acks="all", enable_idempotence=True)

    async def relay(body: dict[str, object]) -> KafkaResponse:
        return KafkaResponse(body, key=str(body["citizen_id"]).encode())

    fetching = theirs.subscriber(
        "booking", max_workers=1, fetch_batch_size=500, min_fetch_interval=0.02, terminal_flush_batch_size=100
    )
    kafka.publisher(topic)(fetching(relay))
    await kafka.connect()
    await theirs.start()
    bodies = [json.loads(body) | {"citizen_id": str(UUID(int=number % 1_000))} for number in range(count)]
    print("ready", flush=True)
    async with engine.begin() as connection:
        await theirs.publish_batch(*bodies, queue="booking", session=connection)
    began = time.perf_counter()
    async with engine.connect() as connection:
        while (await connection.execute(text("select exists (select from theirs)"))).scalar():
            await connection.rollback()
            await asyncio.sleep(0.01)
    print(count / (time.perf_counter() - began), flush=True)
    await theirs.stop()
    await kafka.stop()
    await engine.dispose()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]))
