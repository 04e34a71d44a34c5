"""An engine as a program to keep: a session of its own, output in its log, prepared anew before each start."""

import asyncio
import contextlib
import signal
from dataclasses import dataclass
from functools import partial

from deploy.embedded import probe
from deploy.embedded.engines import Engine
from deploy.embedded.place import Place
from deploy.embedded.ports import HOST
from deploy.embedded.supervisor import Program, Running


@dataclass
class Child:
    """A program started by exec."""

    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def wait(self) -> int:
        """The exit code; negative for a process that was killed."""
        return await self.process.wait()


def engine_program(
    place: Place,
    name: str,
    engine: Engine,
    port: int,
    *,
    stage: int,
    grace: float,
    stop: signal.Signals,
    kill: signal.Signals = signal.SIGKILL,
) -> Program:
    """What to keep running for this engine."""

    async def start() -> Running:
        await asyncio.to_thread(engine.prepare)
        # Started from this thread, which lives as long as the launcher: the kernel watches the thread, not the process.
        with place.log(name).open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *engine.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return Child(process)

    return Program(
        name=name,
        start=start,
        ready=engine.ready,
        alive=partial(probe.accepts, port),
        stage=stage,
        grace=grace,
        stop_signal=stop,
        kill_signal=kill,
        address=f"{HOST}:{port}",
    )
