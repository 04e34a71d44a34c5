"""Where a benchmark stands: durable engines of its own, a database with the machinery's tables, results on file.

Ratios are taken within one run and between things measured in turn, so that a busy machine slows both alike.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from deploy.embedded import jars, ports
from deploy.embedded.engines import run_apart, running
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgres import Postgres
from shared.messaging import migrations, topics

RESULTS = Path(__file__).parents[2] / ".bench"


class Stage(NamedTuple):
    """The engines' addresses; the database is empty but for the machinery's tables."""

    url: str
    bootstrap: str


@contextmanager
def stage(*, kafka: bool = True) -> Iterator[Stage]:
    """Starts PostgreSQL, with fsync as in production, and Kafka with every declared topic; stops both at the end."""
    with tempfile.TemporaryDirectory(prefix="jobvej-bench-", dir="/tmp") as folder:
        place = Path(folder)
        place.chmod(0o755)
        server = Postgres(place / "postgres", ports.any_free())
        with running(server, place / "postgres.log", stop=2):  # type: ignore[arg-type]  # SIGINT by its number
            run_apart(_tables(server.admin_url))
            if not kafka:
                yield Stage(server.admin_url, "")
                return
            node = Kafka(place / "kafka", ports.any_free(), ports.any_free(), tuple(jars.class_path()))
            with running(node, place / "kafka.log"):
                run_apart(topics.ensure(node.bootstrap))
                yield Stage(server.admin_url, node.bootstrap)


@contextmanager
def process(*arguments: str, python: str = sys.executable) -> Iterator["subprocess.Popen[str]"]:
    """Runs a Python process for the time of the block; what it still does then is ended."""
    child = subprocess.Popen([python, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()


def said(child: "subprocess.Popen[str]") -> str:
    """The next line that the child prints. Raises RuntimeError when it ended instead."""
    assert child.stdout is not None
    line = child.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"the measured process ended with {child.wait()}")
    return line


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and most of repeated measurements."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values), "rounds": len(values)}


def keep(name: str, results: dict[str, Any]) -> None:
    """Write `.bench/<name>.json` and print it."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2), flush=True)


async def until_empty(url: str, table: str) -> None:
    """Wait until a table has no row, looking every five milliseconds."""
    connection = await asyncpg.connect(url)
    try:
        while await connection.fetchval(f"select exists (select from {table})"):
            await asyncio.sleep(0.005)
    finally:
        await connection.close()


async def _tables(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in migrations._V1:
            await connection.execute(statement)
    finally:
        await connection.close()
