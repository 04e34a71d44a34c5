"""An engine as a program to keep: a session of its own, output in its log, prepared anew before each start."""

import asyncio
import contextlib
import json
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from deploy.embedded import probe
from deploy.embedded.engines import Engine
from deploy.embedded.place import Place
from deploy.embedded.ports import HOST
from deploy.embedded.supervisor import Program, Running

LONGEST_LINE = 1_000_000


@dataclass
class Child:
    """A program started by exec."""

    process: asyncio.subprocess.Process
    # Kept here, or the task that writes down what it says could be collected while it works.
    writing: "asyncio.Task[None] | None" = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def wait(self) -> int:
        """The exit code, when its last words are written down; negative for a process that was killed."""
        code = await self.process.wait()
        if self.writing is not None:
            await asyncio.wait([self.writing], timeout=1)
        return code


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
    says_lines: bool = False,
) -> Program:
    """What to keep running for this engine. `says_lines`: its words are plain text and become JSON lines in the log."""

    async def start() -> Running:
        await asyncio.to_thread(engine.prepare)
        # Started from this thread, which lives as long as the launcher: the kernel watches the thread, not the process.
        with place.log(name).open("ab") as log:
            output = asyncio.subprocess.PIPE if says_lines else log
            process = await asyncio.create_subprocess_exec(
                *engine.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                limit=LONGEST_LINE,
            )
        child = Child(process)
        if process.stdout is not None:
            child.writing = asyncio.create_task(_write_down(process.stdout, place.log(name)))
        return child

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


async def _write_down(words: asyncio.StreamReader, log: Path) -> None:
    """Each line as it comes, with the moment it came."""
    with log.open("a") as file:
        while line := await _line(words):
            said = line.decode(errors="replace").rstrip()
            entry = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": said}
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()


async def _line(words: asyncio.StreamReader) -> bytes:
    try:
        return await words.readline()
    except ValueError:  # longer than LONGEST_LINE: the buffer was dropped, the next line is whole again
        return b"(a line too long to keep)"
