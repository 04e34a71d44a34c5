"""The whole platform, started by its own launcher in a directory of its own; all of it can be killed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from deploy.embedded import addresses, databases, demo_keys, guard
from deploy.embedded.addresses import Addresses
from deploy.embedded.place import Place, read_json
from shared.identity import TokenIssuer

READY_SECONDS = 240
GONE_SECONDS = 5


class Platform:
    """One launcher and what it started."""

    def __init__(self, data: Path, chance: random.Random) -> None:
        self.place, self._chance = Place(data), chance
        self._launcher: subprocess.Popen[bytes] | None = None
        self._log = data.with_name("launcher.log")

    @property
    def addresses(self) -> Addresses:
        return addresses.of_last_start(self.place)

    @property
    def issuer(self) -> TokenIssuer:
        """Signs as the gateway does."""
        return TokenIssuer(demo_keys.load(self.place).private("gateway"), "gateway")

    def url(self, service: str) -> str:
        return databases.url_of(service, demo_keys.load(self.place), self.addresses.port("postgres"))

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.addresses.port('kafka')}"

    async def start(self) -> None:
        """Start the launcher and wait until every /readyz says yes. Raises TimeoutError."""
        self._launcher = self._launch()
        end = time.monotonic() + READY_SECONDS
        while not self._ready(self._launcher):
            if time.monotonic() > end:
                raise TimeoutError(f"the platform was not ready in time:\n{self._log.read_text()[-3000:]}")
            await asyncio.sleep(0.1)

    def _launch(self) -> "subprocess.Popen[bytes]":
        environment = os.environ | {"JOBVEJ_HOME": str(self.place.data)}
        with self._log.open("ab") as log:
            # Guarded: a test that is killed itself leaves no platform behind. In a group of its own: no signal to the
            # test's group is one to the platform.
            program = guard.command([sys.executable, "-m", "deploy.embedded"])
            return subprocess.Popen(program, env=environment, stdout=log, stderr=log, start_new_session=True)

    def _ready(self, launcher: "subprocess.Popen[bytes]") -> bool:
        if launcher.poll() is not None:
            raise RuntimeError(f"the launcher ended:\n{self._log.read_text()[-3000:]}")
        record = read_json(self.place.platform_file)
        return bool(record.get("ready")) and record.get("launcher") == launcher.pid

    async def stop(self) -> list[str]:
        """Stop in order; return which of its processes still live five seconds after it has ended."""
        if self._launcher is None or self._launcher.poll() is not None:
            return []
        family = self._family()
        self._launcher.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self._launcher.wait, 30)
        except subprocess.TimeoutExpired:
            self._launcher.kill()
        return await _left(family)

    async def kill_launcher(self) -> list[str]:
        """Kill the launcher itself; return which of its processes still live five seconds later."""
        assert self._launcher is not None
        family = self._family()
        self._launcher.kill()
        await asyncio.to_thread(self._launcher.wait)
        return await _left(family)

    def kill(self, *names: str) -> str:
        """Kill one process among those whose names begin so; return its name."""
        named = [one for one in self._processes() if one["name"].startswith(names)]
        running = [(one["name"], process) for one in named if (process := _same(one)) is not None]
        if not running:
            return "nobody"
        name, process = self._chance.choice(running)
        with suppress(psutil.NoSuchProcess):
            process.kill()
        return str(name)

    async def reset_connections(self, service: str) -> None:
        """Cut every connection to a service's database, as its own user may."""
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(self.url(service), timeout=3)
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            await connection.close()

    def _processes(self) -> list[dict[str, Any]]:
        return list(read_json(self.place.processes_file).get("processes", []))

    def _family(self) -> list[psutil.Process]:
        assert self._launcher is not None
        return list(psutil.Process(self._launcher.pid).children(recursive=True))


def _same(entry: dict[str, Any]) -> psutil.Process | None:
    """Return the living process of a record: numbers are used again, so its time of birth must be the same."""
    with suppress(psutil.NoSuchProcess, KeyError, TypeError):
        process = psutil.Process(entry["pid"])
        return process if entry["pid"] and process.create_time() == entry["born"] else None
    return None


async def _left(family: list[psutil.Process]) -> list[str]:
    end = time.monotonic() + GONE_SECONDS
    while time.monotonic() < end and any(_lives(process) for process in family):
        await asyncio.sleep(0.1)
    return [_name(process) for process in family if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _name(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):
        return f"{process.name()}: {' '.join(process.cmdline())[-120:]}"
    return "ended just now"
