"""Starts processes, starts again what ends, kills when asked. What it started carries a mark to be found by."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MARK = "JOBVEJ_FAULTS_RUN"
AGAIN_SECONDS = 0.3


@dataclass
class Kept:
    """One process that is kept running."""

    name: str
    command: Callable[[], list[str]]
    stop_signal: signal.Signals
    process: "asyncio.subprocess.Process | None" = None
    starts: int = 0
    kills: int = 0
    lines: list[str] = field(default_factory=list)


class Keeper:
    """A small supervisor; `mark` finds every process it ever started, and their children."""

    def __init__(self, mark: str, logs: Path) -> None:
        self._mark, self._logs = mark, logs
        self._kept: dict[str, Kept] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def keep(
        self, name: str, command: Callable[[], list[str]], *, stop_signal: signal.Signals = signal.SIGTERM
    ) -> None:
        """Start a process, and start it again whenever it ends."""
        kept = self._kept[name] = Kept(name, command, stop_signal)
        self._tasks.append(asyncio.create_task(self._run(kept)))

    def names(self, *beginnings: str) -> list[str]:
        return [name for name in self._kept if name.startswith(beginnings)]

    def said(self, name: str) -> list[str]:
        """Return every line that a process of this name printed, over all its lives."""
        return self._kept[name].lines

    def starts(self, name: str) -> int:
        return self._kept[name].starts

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process of this name, if it lives just now; the server's own children go with it."""
        kept = self._kept[name]
        kept.kills += 1
        if kept.process is None or kept.process.returncode is not None:
            return
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(kept.process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.send_signal(number)
        with suppress(ProcessLookupError):
            kept.process.send_signal(number)

    async def stop(self, *names: str) -> None:
        """End processes for good, in order; those that do not end within 15 s are killed."""
        for name in names:
            kept = self._kept.pop(name)
            process, kept.process = kept.process, None
            if process is None or process.returncode is not None:
                continue
            with suppress(ProcessLookupError):
                process.send_signal(kept.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                process.kill()

    async def stop_all(self) -> None:
        self._stopping = True
        await self.stop(*reversed(list(self._kept)))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def orphans(self) -> list[str]:
        """Return the command lines of processes with our mark that still live five seconds after the stop."""
        for _ in range(50):
            found = [process for process in psutil.process_iter() if self._is_ours(process)]
            if not found:
                return []
            await asyncio.sleep(0.1)
        return [" ".join(process.cmdline()) for process in found]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return bool(process.pid != os.getpid() and process.environ().get(MARK) == self._mark)
        except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
            return False

    async def _run(self, kept: Kept) -> None:
        while kept.name in self._kept and not self._stopping:
            with (self._logs / f"{kept.name}.log").open("ab") as log:
                kept.process = await asyncio.create_subprocess_exec(
                    *kept.command(), stdout=asyncio.subprocess.PIPE, stderr=log, env={**os.environ, MARK: self._mark}
                )
            kept.starts += 1
            process = kept.process
            assert process.stdout is not None
            with suppress(ValueError):
                while (line := await process.stdout.readline()).endswith(b"\n"):
                    kept.lines.append(line.decode(errors="replace").strip())
            await process.wait()
            if not self._stopping:
                await asyncio.sleep(AGAIN_SECONDS)
