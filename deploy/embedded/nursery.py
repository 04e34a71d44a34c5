"""Python processes forked from one that has imported the big libraries already: eleven of them in seconds, not minutes.

Every child is a session of its own (Ctrl-C in the terminal reaches the launcher only) and ends when its parent ends.
"""

import asyncio
import gc
import json
import multiprocessing
import os
import runpy
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from deploy.embedded import guard

# What most services import, and takes long: loaded once, shared by all through copy-on-write.
PRELOAD = [
    "deploy.embedded.early",
    *("aiokafka", "alembic.command", "asyncpg", "babel.numbers", "fastapi", "httpx2", "jinja2.ext", "joserfc.jwt"),
    *("msgspec", "opentelemetry.sdk.trace", "prometheus_client", "pydantic_settings", "structlog", "truststore"),
    *("cryptography.hazmat.backends.openssl.backend", "sqlalchemy.dialects.postgresql.asyncpg"),
    *("sqlalchemy.ext.asyncio", "uvicorn.lifespan.on", "uvicorn.loops.uvloop", "uvicorn.protocols.http.auto"),
    # What those import at their first use.
    *("anyio._backends._asyncio", "encodings.idna", "fastapi.telemetry._runtime", "httpcore2._async.connection_pool"),
    *("httpcore2._async.http11", "httpcore2._backends.anyio", "httpcore2._backends.auto"),
    *("uvicorn.protocols.websockets.auto", "shared.http", "shared.messaging", "shared.process", "shared.database"),
    *("shared.tasks", "shared.idempotency", "deploy.embedded.warm"),
]
POLL_SECONDS = 1.0


class Forked:
    """A process of the nursery, as its starter sees it."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """The exit code; -9 for a process ended by signal 9, 255 when the nursery itself was killed."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        return int(self._process.exitcode or 0)


class Nursery:
    """Forks processes. The first birth waits until the libraries are imported, so ask for `warm` early."""

    def __init__(self, preload: Sequence[str] = PRELOAD) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        # Else every child would import the launcher's main module, with all it needs to draw on a terminal.
        main = sys.modules["__main__"]
        main.__spec__ = None
        main.__dict__.pop("__file__", None)

    async def warm(self) -> None:
        """Returns when the libraries are imported."""
        process = self._context.Process(target=_nothing)
        await asyncio.to_thread(process.start)
        await Forked(process).wait()

    async def start(
        self, module: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path, name: str
    ) -> Forked:
        """`python -m module arguments…` with exactly this environment, its output appended to `log`."""
        process = self._context.Process(
            target=_live, args=(module, list(arguments), dict(environment), str(log), name), name=name
        )
        await asyncio.to_thread(process.start)
        return Forked(process)


def _nothing() -> None:
    """Proof that the nursery is ready."""


def _live(module: str, arguments: list[str], environment: dict[str, str], log: str, name: str) -> None:
    os.setsid()
    gc.enable()  # it rests in the nursery (see early.py)
    _let_go_of_the_nursery()
    # Everything here survives being killed; a polite end could take longer than a dead launcher's port may stay taken.
    if not guard.die_with_parent(os.getppid(), signal.SIGKILL):
        threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    guard.call_myself(name)
    os.environ.clear()
    os.environ.update(environment)
    with open(log, "ab", buffering=0) as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except Exception as error:  # the last edge of a process: what ends it belongs in its log
        line = {"level": "error", "event": "process ended by a fault", "error": repr(error), "at": time.time()}
        print(json.dumps(line | {"exception": traceback.format_exc()}), file=sys.stderr, flush=True)
        os._exit(1)


def _let_go_of_the_nursery() -> None:
    """Close the pipe that tells the nursery whether its user lives: a child that held it open would keep it running."""
    kept = getattr(forkserver._forkserver, "_forkserver_alive_fd", None)
    if kept is not None:
        os.close(kept)


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)
