"""The supervisor with tiny programs: restarts with back-off, shows a crash loop and what hangs, stops in order."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deploy.embedded.engine_program import Child
from deploy.embedded.guard import command
from deploy.embedded.place import Place, read_json
from deploy.embedded.supervisor import Patience, Program, Running, Supervisor

pytestmark = pytest.mark.anyio
QUICK = Patience(first=0.02, longest=0.2, look_every=0.05, hangs_after=2, killed_after=4, start_within=1.0)
SLEEPS = "import time; time.sleep(60)"
FAILS = "import sys; print('the reason'); sys.exit(3)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def program(
    place: Place,
    name: str,
    code: str,
    *,
    ready: Callable[[], Awaitable[bool]] = yes,
    alive: Callable[[], Awaitable[bool]] | None = None,
    stage: int = 1,
    grace: float = 1.0,
) -> Program:
    async def start() -> Running:
        with place.log(name).open("ab") as log:
            arguments = command([sys.executable, "-u", "-c", code])
            return Child(await asyncio.create_subprocess_exec(*arguments, stdout=log, stderr=log))

    return Program(name, start, ready, alive, stage, grace)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "data")
    place.make()
    return place


@asynccontextmanager
async def supervised(place: Place, *programs: Program) -> AsyncIterator[tuple[Supervisor, list[str]]]:
    said: list[str] = []
    supervisor = Supervisor(place, said.append, QUICK)
    supervisor.keep(*programs)
    try:
        yield supervisor, said
    finally:
        await supervisor.stop()


async def until(check: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.01)


def state(supervisor: Supervisor, name: str) -> dict[str, object]:
    return next(entry for entry in supervisor.states() if entry["name"] == name)


async def test_what_is_killed_is_started_again(place: Place) -> None:
    async with supervised(place, program(place, "a", SLEEPS)) as (supervisor, said):
        await supervisor.until_ready("a")
        first = state(supervisor, "a")["pid"]
        os.kill(int(str(first)), signal.SIGKILL)
        await until(lambda: state(supervisor, "a")["state"] == "running" and state(supervisor, "a")["pid"] != first)
        assert state(supervisor, "a")["restarts"] == 1
        assert state(supervisor, "a")["last_exit"] == "killed by SIGKILL"
    assert "a ended" in said[0]


async def test_what_cannot_be_started_is_tried_again(place: Place) -> None:
    sleeper, tries = program(place, "a", SLEEPS), []

    async def start() -> Running:
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionRefusedError
        return await sleeper.start()

    async with supervised(place, replace(sleeper, start=start)) as (supervisor, said):
        await supervisor.until_ready("a")
        assert state(supervisor, "a")["last_exit"] == "could not be started: ConnectionRefusedError"
    assert "a ended" in said[0]


async def test_the_wait_before_a_restart_doubles(place: Place) -> None:
    async with supervised(place, program(place, "a", FAILS, ready=no)) as (_, said):
        await until(lambda: len(said) >= 4)
    waits = [line.split("again in ")[1] for line in said[:3]]
    assert waits == ["0.02 s", "0.04 s", "0.08 s"]


async def test_a_crash_loop_is_shown_with_its_last_words(place: Place) -> None:
    async with supervised(place, program(place, "a", FAILS, ready=no)) as (supervisor, said):
        await until(lambda: any("again and again" in line for line in said))
        assert state(supervisor, "a")["state"] == "crash loop"
        assert state(supervisor, "a")["last_exit"] == "exit code 3"
        recorded = read_json(place.processes_file)["processes"][0]
        assert recorded["state"] == "crash loop"
    told = next(line for line in said if "again and again" in line)
    assert "the reason" in told


async def test_a_crash_loop_does_not_disturb_the_others(place: Place) -> None:
    both = program(place, "bad", FAILS, ready=no), program(place, "good", SLEEPS)
    async with supervised(place, *both) as (supervisor, said):
        await until(lambda: any("again and again" in line for line in said))
        assert state(supervisor, "good")["restarts"] == 0
        assert state(supervisor, "good")["state"] == "running"


async def test_what_does_not_answer_is_named_then_killed_and_started_again(place: Place) -> None:
    async with supervised(place, program(place, "a", SLEEPS, alive=no)) as (supervisor, said):
        await until(lambda: int(str(state(supervisor, "a")["restarts"])) > 0)
    assert "does not answer" in said[0]
    assert "hangs" in said[1]


async def test_what_takes_its_time_to_start_is_left_in_peace(place: Place) -> None:
    async with supervised(place, program(place, "slow", SLEEPS, ready=no, alive=no)) as (supervisor, said):
        await asyncio.sleep(0.6)
        assert said == []
        assert state(supervisor, "slow")["state"] == "starting"
        await until(lambda: any("hangs" in line for line in said))


async def test_waiting_for_what_never_gets_ready_says_which(place: Place) -> None:
    async with supervised(place, program(place, "late", SLEEPS, ready=no)) as (supervisor, _):
        with pytest.raises(TimeoutError, match="late \\(starting\\)"):
            await supervisor.until_ready("late", seconds=0.2)


async def test_the_highest_stage_stops_first(place: Place) -> None:
    code = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *a: (print(time.time()), sys.exit(0)));"
    code += "print('up'); time.sleep(60)"
    programs = [program(place, f"s{stage}", code, stage=stage) for stage in (1, 3, 2)]
    async with supervised(place, *programs) as (supervisor, _):
        await supervisor.until_ready("s1", "s2", "s3")
        await until(lambda: all("up" in place.log(f"s{stage}").read_text() for stage in (1, 2, 3)))
        assert await supervisor.stop() == []
    times = {stage: float(place.log(f"s{stage}").read_text().split()[-1]) for stage in (1, 2, 3)}
    assert times[3] < times[2] < times[1]


async def test_what_ignores_the_signal_is_killed_when_its_time_is_up(place: Place) -> None:
    async with supervised(place, program(place, "deaf", DEAF, grace=0.3)) as (supervisor, _):
        await supervisor.until_ready("deaf")
        pid = int(str(state(supervisor, "deaf")["pid"]))
        await until(lambda: "deaf" in place.log("deaf").read_text())
        assert await supervisor.stop() == ["deaf"]
        assert not psutil.pid_exists(pid)


async def test_asked_twice_it_hurries(place: Place) -> None:
    async with supervised(place, program(place, "deaf", DEAF, grace=30)) as (supervisor, _):
        await supervisor.until_ready("deaf")
        await until(lambda: "deaf" in place.log("deaf").read_text())
        began = time.monotonic()
        supervisor.hurry()
        assert await supervisor.stop() == ["deaf"]
        assert time.monotonic() - began < 2


async def test_nothing_is_started_again_while_all_stop(place: Place) -> None:
    async with supervised(place, program(place, "a", FAILS, ready=no)) as (supervisor, said):
        await until(lambda: len(said) >= 2)
        await supervisor.stop()
        before = len(said)
        await asyncio.sleep(0.3)
        assert len(said) == before
        assert state(supervisor, "a")["pid"] is None
