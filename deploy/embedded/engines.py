"""One engine for the time of a `with` block: prepared, started, waited for, stopped in order. For tests and benches."""

import asyncio
import contextlib
import signal
import subprocess
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Engine(Protocol):
    """What PostgreSQL and Kafka have in common."""

    def prepare(self) -> None:
        """Make the data directory and the settings."""

    def command(self) -> list[str]:
        """Say what to start."""

    async def ready(self) -> bool:
        """Say whether it answers."""


class NotReady(RuntimeError):
    """An engine ended, or did not answer in time; the message carries the end of its log."""


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end in a thread of its own: also where an event loop is running already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@contextmanager
def running(engine: Engine, log: Path, *, stop: signal.Signals = signal.SIGTERM, seconds: float = 60) -> Iterator[int]:
    """Yields the process id of the started and ready engine; raises NotReady with the end of its log otherwise."""
    engine.prepare()
    with log.open("ab") as output:
        process = subprocess.Popen(engine.command(), stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        run_apart(_until_ready(engine, process, log, seconds))
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(stop)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _until_ready(engine: Engine, process: "subprocess.Popen[bytes]", log: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not await engine.ready():
        if process.poll() is not None or time.monotonic() > end:
            tail = await asyncio.to_thread(log.read_text, errors="replace")
            raise NotReady(f"{type(engine).__name__}: exit code {process.poll()}; its log ends with:\n{tail[-2000:]}")
        await asyncio.sleep(0.05)
