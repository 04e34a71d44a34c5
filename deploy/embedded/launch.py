"""Starts the whole platform step by step, keeps it running, stops it in order. One launcher per checkout."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from deploy.embedded import addresses, assets, databases, demo_keys, jars, leftovers, welcome
from deploy.embedded.blueprint import SERVICES, Blueprint
from deploy.embedded.last_words import last_words
from deploy.embedded.nursery import Nursery
from deploy.embedded.place import Place, read_json, write_json
from deploy.embedded.steps import Step, Steps
from deploy.embedded.supervisor import Supervisor

MEGABYTE = 1_000_000
SAME_WISH_SECONDS = 1.0
# How everything started from here uses memory. One heap for all threads of a process: pages half used by many heaps are
# what forked ones would not share. And what was freed is given back: by default a process that once had a large piece
# keeps up to that much, in thirty connections of PostgreSQL a megabyte each.
THRIFT = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}


class StepFailed(RuntimeError):
    """A step that runs once ended badly; the message names its log."""


@dataclass
class Launch:
    """One start of the platform in one place."""

    place: Place
    steps: Steps
    supervisor: Supervisor
    blueprint: Blueprint
    # What may be done at leisure once everything is up.
    later: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)

    async def start(self) -> None:
        """All steps; independent ones side by side. Raises what a step raised."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            warm = group.create_task(self.blueprint.nursery.warm())
            group.create_task(self._pages())
            databases_ready = group.create_task(self._databases())
            topics_ready = group.create_task(self._kafka())
            group.create_task(self._outside(warm))
            group.create_task(self._migrations(warm, databases_ready))
            group.create_task(self._topics(warm, topics_ready))
        if self._planted():
            await asyncio.gather(self._services(), self._gateway())
        else:
            await self._services()
            await self._demo_data()
            await self._gateway()
        self._record(ready=True, seconds=round(time.monotonic() - began, 2))

    async def _databases(self) -> None:
        with self.steps.step("PostgreSQL 18") as step:
            self.supervisor.keep(self.blueprint.postgres_program())
            await self.supervisor.until_ready("postgres")
            server = self.blueprint.postgres
            await databases.ensure(server.admin_url, [*SERVICES, "gateway"], self.blueprint.keys)
            step.note = f"port {server.port}, a database and a user for each service"

    async def _kafka(self) -> None:
        with self.steps.step("Apache Kafka 4.4") as step:
            class_path = tuple(await asyncio.to_thread(jars.class_path, _megabytes(step)))
            step.note = ""
            node = self.blueprint.kafka(class_path)
            self.supervisor.keep(self.blueprint.kafka_program(node))
            await self.supervisor.until_ready("kafka")
            step.note = f"port {node.port}"
            self.later.append(node.archive_classes)

    async def _pages(self) -> None:
        with self.steps.step("Web assets") as step:
            await asyncio.to_thread(assets.fetch, lambda line: setattr(step, "note", line))
            step.note = ""

    async def _outside(self, warm: "asyncio.Task[None]") -> None:
        await warm
        with self.steps.step("Mail catcher, SMS gateway, identity provider"):
            programs = self.blueprint.outside()
            self.supervisor.keep(*programs)
            await self.supervisor.until_ready(*(program.name for program in programs))

    async def _migrations(self, warm: "asyncio.Task[None]", ready: "asyncio.Task[None]") -> None:
        await asyncio.gather(warm, ready)
        with self.steps.step("Migrations"):
            names = [*SERVICES, "gateway"]
            await asyncio.gather(
                *(self._once(f"{name}-migrate", f"services.{name}", "migrate", name) for name in names)
            )

    async def _topics(self, warm: "asyncio.Task[None]", ready: "asyncio.Task[None]") -> None:
        await asyncio.gather(warm, ready)
        with self.steps.step("Topics"):
            await self._once("topics", "shared.messaging", "topics", None)

    async def _once(self, name: str, module: str, argument: str, service: str | None) -> None:
        """Run something to its end. Raises StepFailed unless it ends well."""
        blueprint = self.blueprint
        environment: Mapping[str, str] = (
            blueprint.environment(service, "gateway" if service == "gateway" else f"{service}-api")
            if service
            else {**blueprint.surroundings(), "JOBVEJ_KAFKA_BOOTSTRAP": blueprint.kafka_bootstrap}
        )
        log = self.place.log(name)
        code = await (await blueprint.nursery.start(module, [argument], environment, log, name)).wait()
        if code != 0:
            raise StepFailed(f"{name} ended with exit code {code}: {escape(last_words(log))} (log: {log})")

    async def _services(self) -> None:
        programs = self.blueprint.services()
        with self.steps.step("Services") as step:
            self.supervisor.keep(*programs)
            await self.supervisor.until_ready(*(program.name for program in programs))
            step.note = f"{len(programs)} processes: {', '.join(SERVICES)}"

    async def _demo_data(self) -> None:
        with self.steps.step("Demo data") as step:
            await self._once("demo-data", "deploy.embedded.demo_data", str(self.place.data), None)
            step.note = last_words(self.place.log("demo-data"))
            write_json(self._marker, {"planted": step.note})

    @property
    def _marker(self) -> Path:
        return self.place.run / "demo-data.json"

    def _planted(self) -> bool:
        return bool(read_json(self._marker).get("planted"))

    async def _gateway(self) -> None:
        with self.steps.step("Gateway"):
            self.supervisor.keep(self.blueprint.gateway())
            await self.supervisor.until_ready("gateway")

    def _record(self, **more: Any) -> None:
        content = {
            "ports": self.blueprint.addresses.ports,
            "launcher": os.getpid(),
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "steps": self.steps.taken,
            **more,
        }
        write_json(self.place.platform_file, content)


def _megabytes(step: Step) -> jars.Progress:
    def tell(done: int, total: int) -> None:
        step.note = f"{done / MEGABYTE:.0f} of {total / MEGABYTE:.0f} MB fetched"

    return tell


async def run(place: Place, console: Console) -> int:
    """The platform's whole life: returns the exit code when it has been told to stop, or could not start.

    Raises AlreadyRunning when another launcher holds the place.
    """
    place.make()
    for name, value in THRIFT.items():
        os.environ.setdefault(name, value)
    with place.held():
        steps = Steps(console)
        cleared = leftovers.clear(place)
        if cleared:
            steps.say(f"[yellow]![/] Cleared what an earlier start had left running: {', '.join(cleared)}")
        place.turn_over_logs()
        chosen = addresses.choose(place)
        if chosen.moved():
            steps.say(f"[yellow]![/] Ports were taken; now {', '.join(chosen.moved())}")
        blueprint = Blueprint(place, chosen, demo_keys.load(place), Nursery())
        launch = Launch(place, steps, Supervisor(place, steps.say), blueprint)
        launch._record(ready=False)
        return await _live(launch, console)


async def _live(launch: Launch, console: Console) -> int:
    told = _told_to_stop(launch.supervisor)
    code = 0
    with launch.steps.shown():
        starting = asyncio.create_task(launch.start())
        await asyncio.wait([starting, asyncio.create_task(told.wait())], return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
        try:
            await starting
        except asyncio.CancelledError:
            console.print("Stopped before everything was up.")
        except Exception as error:  # the edge of the command: whatever a step raised is told, then all is stopped
            code = 1
            for line in _in_words(error):
                console.print(f"[red]✗[/] {line}", highlight=False)
    if starting.done() and not starting.cancelled() and code == 0:
        console.print(welcome.box(launch.blueprint.addresses))
        leisure = [asyncio.create_task(work()) for work in launch.later]
        await told.wait()
        for task in leisure:
            task.cancel()
    began = time.monotonic()
    console.print("Stopping …")
    killed = await launch.supervisor.stop()
    leftovers.sweep()
    launch._record(ready=False)
    note = f" ({', '.join(killed)} had to be killed)" if killed else ""
    console.print(f"[green]✓[/] Stopped in {time.monotonic() - began:.1f} s{note}", highlight=False)
    return code


def _told_to_stop(supervisor: Supervisor) -> asyncio.Event:
    """Set by Ctrl-C, SIGTERM, or a closed terminal; asked twice, what still stops is killed."""
    told = asyncio.Event()
    first: list[float] = []

    def stop() -> None:
        first.append(time.monotonic())
        # One Ctrl-C may arrive twice: from the terminal, and passed on by `uv run`.
        if first[-1] - first[0] > SAME_WISH_SECONDS:
            supervisor.hurry()
        told.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return told


def _in_words(error: BaseException) -> list[str]:
    if isinstance(error, BaseExceptionGroup):
        return [line for inner in error.exceptions for line in _in_words(inner)]
    return [str(error) or type(error).__name__]
