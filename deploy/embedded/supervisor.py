"""Keeps programs running: what ends is started again with back-off, what keeps ending is shown, all stop in order."""

import asyncio
import contextlib
import os
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import psutil
from rich.markup import escape

from deploy.embedded.last_words import last_words
from deploy.embedded.place import Place, write_json

# All stages together, in seconds; the last one has what the others left of it.
LONGEST_STOP = 9.0


class Running(Protocol):
    """A started process."""

    @property
    def pid(self) -> int:
        """Its process id."""

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""

    async def wait(self) -> int:
        """Return the exit code when it has ended."""


@dataclass(frozen=True)
class Program:
    """What to keep running: how it starts, how it is asked whether it lives, and when and how it stops."""

    name: str
    start: Callable[[], Awaitable[Running]]
    ready: Callable[[], Awaitable[bool]]
    alive: Callable[[], Awaitable[bool]] | None = None
    # Stages stop one after the other, the highest first, each within `grace` seconds.
    stage: int = 1
    grace: float = 3.0
    stop_signal: signal.Signals = signal.SIGTERM
    kill_signal: signal.Signals = signal.SIGKILL
    address: str = ""


@dataclass(frozen=True)
class Patience:
    """How long is waited before a restart (doubling), and what counts as a loop or as hanging. Times in seconds."""

    first: float = 0.25
    longest: float = 10.0
    window: float = 60.0
    loop_at: int = 5
    look_every: float = 5.0
    hangs_after: int = 3
    killed_after: int = 6
    start_within: float = 90.0


@dataclass
class Kept:
    """One program and how it has been doing."""

    program: Program
    state: str = "starting"
    running: Running | None = None
    since: float = field(default_factory=time.time)
    restarts: int = 0
    exits: deque[float] = field(default_factory=lambda: deque(maxlen=50))
    last_exit: str = ""
    silent: int = 0
    looping: bool = False

    def in_words(self) -> dict[str, Any]:
        """What other commands read."""
        pid = self.running.pid if self.running else None
        return {
            "name": self.program.name,
            "state": "crash loop" if self.looping and self.state in ("starting", "waiting") else self.state,
            "pid": pid,
            "born": _born(pid),
            "since": datetime.fromtimestamp(self.since, UTC).isoformat(timespec="seconds"),
            "restarts": self.restarts,
            "last_exit": self.last_exit,
            "address": self.program.address,
        }


class Supervisor:
    """Starts, watches, restarts and stops programs; writes how they are to the place's record."""

    def __init__(self, place: Place, say: Callable[[str], None], patience: Patience | None = None) -> None:
        self._place, self._say = place, say
        self._patience = patience or Patience()
        self._kept: dict[str, Kept] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()

    def keep(self, *programs: Program) -> None:
        """Begin to keep these programs running."""
        for program in programs:
            kept = self._kept[program.name] = Kept(program)
            self._tasks.append(asyncio.create_task(self._keep(kept), name=program.name))
            if program.alive is not None:
                self._tasks.append(asyncio.create_task(self._watch(kept), name=f"{program.name} watch"))

    async def until_ready(self, *names: str, seconds: float = 120) -> None:
        """Returns when all say they are ready; raises TimeoutError naming those that are not."""
        end = time.monotonic() + seconds
        while late := [name for name in names if self._kept[name].state != "running"]:
            if time.monotonic() > end:
                told = ", ".join(f"{name} ({self._kept[name].state})" for name in late)
                raise TimeoutError(f"not ready after {seconds:.0f} s: {told}; see {self._place.logs}")
            await asyncio.sleep(0.02)

    def states(self) -> list[dict[str, Any]]:
        """How every program is, in the order they were started."""
        return [kept.in_words() for kept in self._kept.values()]

    async def _keep(self, kept: Kept) -> None:
        while not self._stopping.is_set():
            try:
                kept.running = await kept.program.start()
            except Exception as fault:  # the edge: what cannot be started now is tried again, like what ends at once
                await self._after_exit(kept, f"could not be started: {type(fault).__name__}")
                continue
            if self._stopping.is_set():
                _send(kept, signal.SIGKILL)
            kept.since, kept.silent = time.time(), 0
            self._set(kept, "starting")
            asking = asyncio.create_task(self._ask_until_ready(kept))
            code = await kept.running.wait()
            asking.cancel()
            kept.running = None
            if not self._stopping.is_set():
                await self._after_exit(kept, _exit_words(code))
        self._set(kept, "stopped")

    async def _ask_until_ready(self, kept: Kept) -> None:
        while not await kept.program.ready():
            await asyncio.sleep(0.05)
        if kept.state == "starting":
            self._set(kept, "running")

    async def _after_exit(self, kept: Kept, how: str) -> None:
        now, patience = time.time(), self._patience
        kept.exits.append(now)
        kept.restarts += 1
        recent = sum(1 for moment in kept.exits if moment > now - patience.window)
        delay = min(patience.first * 2 ** (recent - 1), patience.longest)
        kept.last_exit = how
        kept.looping = recent >= patience.loop_at
        self._set(kept, "waiting")
        if kept.looping:
            words = escape(last_words(self._place.log(kept.program.name)))
            self._say(
                f"[red]✗ {kept.program.name} ends again and again[/] ({recent} times in {patience.window:.0f} s, "
                f"{kept.last_exit}); next try in {delay:.1f} s. Its last words: {words}"
            )
        else:
            self._say(f"[yellow]! {kept.program.name} ended[/] ({kept.last_exit}); started again in {delay:.2f} s")
        await asyncio.sleep(delay)

    async def _watch(self, kept: Kept) -> None:
        """What hangs is seen: asked every few seconds, named after three silences, killed and restarted after six."""
        while not self._stopping.is_set():
            await asyncio.sleep(self._patience.look_every)
            if kept.running is None or kept.program.alive is None or self._may_still_be_starting(kept):
                continue
            if await kept.program.alive():
                kept.silent = 0
                if kept.state == "hangs":
                    self._set(kept, "running")
                continue
            kept.silent += 1
            if kept.silent == self._patience.hangs_after:
                self._set(kept, "hangs")
                self._say(f"[yellow]! {kept.program.name} does not answer[/]; it is given a little more time")
            if kept.silent >= self._patience.killed_after:
                self._say(f"[red]✗ {kept.program.name} hangs[/] and is killed")
                kept.running.send(signal.SIGKILL)

    def _may_still_be_starting(self, kept: Kept) -> bool:
        return kept.state == "starting" and time.time() - kept.since < self._patience.start_within

    def hurry(self) -> None:
        """The person has asked twice: whatever is still stopping is killed."""
        self._hurry.set()

    async def stop(self) -> list[str]:
        """Stop everything, the highest stage first; return the names of those that had to be killed."""
        self._stopping.set()
        killed: list[str] = []
        end = time.monotonic() + LONGEST_STOP
        for stage in sorted({kept.program.stage for kept in self._kept.values()}, reverse=True):
            members = [kept for kept in self._kept.values() if kept.program.stage == stage and kept.running]
            killed += await self._stop_stage(members, end)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._write()
        return killed

    async def _stop_stage(self, members: list[Kept], end: float) -> list[str]:
        for kept in members:
            self._set(kept, "stopping")
            _send(kept, kept.program.stop_signal)
        grace = max((kept.program.grace for kept in members), default=0)
        await self._until_ended(members, min(grace, end - time.monotonic()))
        killed = [kept for kept in members if kept.running]
        for kept in killed:
            _send(kept, kept.program.kill_signal)
        await self._until_ended(killed, 0.5)
        return [kept.program.name for kept in killed]

    async def _until_ended(self, members: list[Kept], seconds: float) -> None:
        end = time.monotonic() + seconds
        while any(kept.running for kept in members) and time.monotonic() < end and not self._hurry.is_set():
            await asyncio.sleep(0.02)

    def _set(self, kept: Kept, state: str) -> None:
        kept.state = state
        self._write()

    def _write(self) -> None:
        launcher = {"pid": os.getpid(), "born": _born(os.getpid())}
        write_json(self._place.processes_file, {"launcher": launcher, "processes": self.states()})


def _send(kept: Kept, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if kept.running:
            kept.running.send(number)


def _born(pid: int | None) -> float | None:
    """A process id is only unique together with its time of birth."""
    try:
        return float(psutil.Process(pid).create_time()) if pid else None
    except psutil.NoSuchProcess:
        return None


def _exit_words(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
