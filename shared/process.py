"""How a process of a service lives: started by kind, told to stop by a signal, seen through its health pages."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import uvicorn
from fastapi import FastAPI

from shared.http import ReadyCheck, health_router
from shared.settings import ServiceSettings
from shared.telemetry import configure, get_logger

GRACE_SECONDS = 5
log = get_logger(__name__)


class Runnable(Protocol):
    """What a worker or a relay is to this module: it runs until told to stop, and says how it is."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; raise when going on makes no sense (whoever started us starts us again)."""

    def alive(self) -> bool:
        """Say whether progress is being made (the answer of /livez)."""

    async def ready(self) -> bool:
        """Say whether everything it needs answers (the answer of /readyz)."""


def main(service: str, kinds: Mapping[str, Callable[[], None]], arguments: Sequence[str] | None = None) -> None:
    """Start the kind of process named on the command line: `python -m services.booking worker`.

    Raises SystemExit(2) when the kind is unknown.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1 or given[0] not in kinds:
        print(f"usage: python -m services.{service} {'|'.join(kinds)}", file=sys.stderr)
        raise SystemExit(2)
    kinds[given[0]]()


def serve(app: FastAPI, service: str, settings: ServiceSettings) -> None:
    """Serve an API until a signal says stop."""
    configure(service, "api", settings.log_level)
    uvicorn.Server(_config(app, settings)).run()


def run(runnable: Runnable, service: str, kind: str, settings: ServiceSettings) -> None:
    """Run a worker or a relay, with its health pages, until a signal says stop.

    Raises SystemExit(1) when it ended by itself, so that its supervisor starts it again.
    """
    configure(service, kind, settings.log_level)
    with asyncio.Runner(loop_factory=_loop) as runner:
        ended_well = runner.run(_run(runnable, [runnable.ready], settings))
    if not ended_well:
        raise SystemExit(1)


async def _run(runnable: Runnable, ready: Sequence[ReadyCheck], settings: ServiceSettings) -> bool:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_router(ready, runnable.alive))
    server = _WithoutSignals(_config(app, settings))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pages = asyncio.create_task(server.serve())
    work = asyncio.create_task(runnable.run(stop))
    watch = asyncio.create_task(_until_stuck(runnable, stop))
    await asyncio.wait([work, watch, pages], return_when=asyncio.FIRST_COMPLETED)
    asked_to_stop = stop.is_set()
    stop.set()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(asyncio.gather(work, return_exceptions=True)), GRACE_SECONDS)
    failure = work.exception() if work.done() and not work.cancelled() else None
    if failure is not None:
        log.error("process ended by a fault", exc_info=failure)
    server.should_exit = True
    watch.cancel()
    work.cancel()
    await asyncio.gather(pages, watch, work, return_exceptions=True)
    return asked_to_stop and failure is None


async def _until_stuck(runnable: Runnable, stop: asyncio.Event) -> None:
    """Return when the runnable says it makes no progress any more: a stuck consumer is cured by a new process."""
    while runnable.alive():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 5)
            return
    log.error("process is stuck and ends itself")


class _WithoutSignals(uvicorn.Server):
    """Serves health pages and leaves the signals to the process they are about."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who is believed is a setting of the gateway
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
    )


def _loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()
