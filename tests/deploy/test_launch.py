"""The whole platform as a person starts it: it comes up, mends itself, tells the truth, and leaves nothing behind.

One platform serves all facts of this file, in their order; each start of it is dear.
"""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaProducer

from deploy.embedded import guard
from deploy.embedded.addresses import WISHES
from deploy.embedded.place import Place, read_json
from deploy.embedded.ports import HOST, is_free
from tests.deploy import foreign
from tests.deploy.traces import traces

READY_SECONDS = 150
pytestmark = pytest.mark.timeout(240)
EVERY = {
    *("postgres", "kafka", "mailbox", "sms", "identity", "gateway"),
    *(f"{service}-{kind}" for service in ("people", "booking", "notifications") for kind in ("api", "worker", "relay")),
}


class Platform:
    """A launcher in a place of its own."""

    def __init__(self, data: Path) -> None:
        self.place = Place(data)
        self.said = data.with_suffix(".out")
        self.environment = os.environ | {"JOBVEJ_HOME": str(data), "COLUMNS": "200"}
        self.launcher: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start and wait until it is up; return the seconds it took."""
        began = time.monotonic()
        command = guard.command([sys.executable, "-m", "deploy.command.main", "demo"])
        with self.said.open("ab") as output:
            launcher = subprocess.Popen(command, env=self.environment, stdout=output, stderr=output)
        self.launcher = launcher

        def up() -> bool:
            record = self.record()
            return bool(record.get("ready")) and record.get("launcher") == launcher.pid

        until(lambda: launcher.poll() is not None or up(), READY_SECONDS)
        assert launcher.poll() is None, self.said.read_text()
        return time.monotonic() - began

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `jobvej …` against it."""
        command = [sys.executable, "-m", "deploy.command.main", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, input="", timeout=120)

    def record(self) -> dict[str, object]:
        return read_json(self.place.platform_file)

    def ports(self) -> dict[str, int]:
        found = self.record()["ports"]
        assert isinstance(found, dict)
        return found

    def processes(self) -> dict[str, dict[str, object]]:
        return {entry["name"]: entry for entry in read_json(self.place.processes_file)["processes"]}

    def family(self) -> list[psutil.Process]:
        assert self.launcher is not None
        launcher = psutil.Process(self.launcher.pid)
        return [launcher, *launcher.children(recursive=True)]


def until(check: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"not so after {seconds:.0f} s"
        time.sleep(0.05)


def until_gone(processes: list[psutil.Process], seconds: float) -> None:
    end = time.monotonic() + seconds
    while left := alive(processes):
        assert time.monotonic() < end, f"after {seconds:.0f} s there were still {left}"
        time.sleep(0.05)


def alive(processes: list[psutil.Process]) -> list[str]:
    return [f"{one.name()} {one.pid}" for one in processes if _lives(one)]


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="module")
def taken() -> Iterator[socket.socket | None]:
    """Somebody else listens where the pages would like to be."""
    if not is_free(WISHES["gateway"]):
        yield None  # somebody really does
        return
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((HOST, WISHES["gateway"]))
        other.listen()
        yield other


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, taken: socket.socket | None) -> Iterator[Platform]:
    platform = Platform(tmp_path_factory.mktemp("platform") / "data")
    platform.start()
    yield platform
    if platform.launcher and platform.launcher.poll() is None:
        platform.launcher.terminate()
        platform.launcher.wait(15)


def test_every_process_is_its_own_and_says_it_is_ready(platform: Platform) -> None:
    told = json.loads(platform.command("status", "--json").stdout)
    assert told["well"], told["sentence"]
    assert {process["name"] for process in told["processes"] if process["ready"]} == EVERY
    assert len({process["pid"] for process in told["processes"]}) == len(EVERY)


def test_a_taken_port_is_passed_over_and_it_says_so(platform: Platform) -> None:
    gateway = platform.ports()["gateway"]
    assert gateway != WISHES["gateway"]
    assert f"gateway {WISHES['gateway']} → {gateway}" in platform.said.read_text()


def test_a_service_enters_its_own_database_and_no_other(platform: Platform) -> None:
    secrets = read_json(platform.place.secrets_file)
    port = platform.ports()["postgres"]

    async def enter(database: str) -> str:
        password = secrets["passwords"]["people"]
        connection = await asyncpg.connect(f"postgresql://jobvej_people:{password}@{HOST}:{port}/{database}")
        try:
            return str(await connection.fetchval("select rolsuper or rolcreatedb from pg_roles where rolname = user"))
        finally:
            await connection.close()

    assert asyncio.run(enter("jobvej_people")) == "False"
    for other in ("jobvej_booking", "postgres"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            asyncio.run(enter(other))


def test_the_main_story_works(platform: Platform) -> None:
    done = platform.command("check")
    assert done.returncode == 0, done.stdout
    assert "The main story works" in done.stdout


def test_no_log_of_any_process_tells_about_whom_the_story_was(platform: Platform) -> None:
    assert traces("Amina Yusuf skrev fra 610190-1234") == {"Amina Yusuf", "610190-1234"}, "it would be seen"
    logs = sorted((platform.place.data / "logs").iterdir())
    assert {log.name.partition(".")[0] for log in logs} >= set(EVERY)
    assert {log.name: found for log in logs if (found := traces(log.read_text()))} == {}


def test_a_message_nobody_can_read_is_listed_shown_and_dropped(platform: Platform) -> None:
    async def say() -> None:
        broker = f"{HOST}:{platform.ports()['kafka']}"
        async with AIOKafkaProducer(bootstrap_servers=broker, acks="all") as producer:
            await producer.send_and_wait("people.events", b"no event at all, about 0101901234")

    asyncio.run(say())
    found: list[tuple[str, str]] = []

    def listed() -> bool:
        found[:] = re.findall(r"^([0-9a-f-]{36})\s+(\w+)", platform.command("dead", "list").stdout, re.MULTILINE)
        return bool(found)

    until(listed, 40)
    for letter, _service in found:
        shown = platform.command("dead", "show", letter)
        assert "people.events" in shown.stdout
        assert "0101901234" not in shown.stdout
        assert platform.command("dead", "drop", letter, "--reason", "sent by a test").returncode == 0
    assert "No dead letters" in platform.command("dead", "list").stdout
    assert "sent by a test" not in platform.command("dead", "list").stdout


def test_what_was_refused_is_handled_when_its_cause_is_gone_and_so_is_what_waited_behind_it(platform: Platform) -> None:
    async def give_a_rule() -> None:
        password = read_json(platform.place.secrets_file)["passwords"]["notifications"]
        server = f"{HOST}:{platform.ports()['postgres']}"
        connection = await asyncpg.connect(
            f"postgresql://jobvej_notifications:{password}@{server}/jobvej_notifications"
        )
        copied = "opens, closes, first_reminder, second_reminder, give_up_after, keep_days from sending_rule limit 1"
        await connection.execute(f"insert into sending_rule select '2010-01-01', '2019-12-31', 'test', {copied}")
        await connection.close()

    citizen, first, second = uuid4(), uuid4(), uuid4()
    said = [foreign.meeting_long_ago(first, citizen, 1), foreign.meeting_long_ago(second, citizen, 1)]
    asyncio.run(foreign.say(f"{HOST}:{platform.ports()['kafka']}", *said))
    waiting = re.compile(
        r"^([0-9a-f-]{36}) +notifications +booking\.booking-created\.v1 +refused .* 1 *$", re.MULTILINE
    )
    found: list[str] = []

    def listed() -> bool:
        found[:] = waiting.findall(platform.command("dead", "list").stdout)
        return bool(found)

    until(listed, 40)
    assert str(citizen) in platform.command("dead", "show", found[0][:13]).stdout
    asyncio.run(give_a_rule())
    assert platform.command("dead", "replay", found[0]).returncode == 0
    until(lambda: "No dead letters" in platform.command("dead", "list").stdout, 40)
    assert "replayed" in platform.command("dead", "list", "--resolved").stdout
    assert json.loads(platform.command("status", "--json").stdout)["well"]


def test_a_killed_process_is_started_again(platform: Platform) -> None:
    before = platform.processes()["booking-worker"]
    os.kill(int(str(before["pid"])), signal.SIGKILL)

    def back() -> bool:
        now = platform.processes()["booking-worker"]
        return now["state"] == "running" and now["pid"] != before["pid"]

    until(back, 30)
    assert platform.processes()["booking-worker"]["restarts"] == 1


def test_when_the_process_that_all_are_forked_from_is_killed_everything_comes_back(platform: Platform) -> None:
    before = {name: process["pid"] for name, process in platform.processes().items()}
    (parent,) = {one.parent() for one in platform.family() if one.pid == before["booking-api"]}
    assert parent is not None
    parent.kill()

    def back() -> bool:
        now = platform.processes()
        return (
            all(now[name]["state"] == "running" for name in now) and now["booking-api"]["pid"] != before["booking-api"]
        )

    until(back, 60)
    assert platform.processes()["kafka"]["pid"] == before["kafka"]


def test_a_second_launcher_in_the_same_place_is_refused(platform: Platform) -> None:
    done = platform.command("demo")
    assert done.returncode == 1
    assert "runs here already" in done.stdout


def test_logs_are_lines_of_json(platform: Platform) -> None:
    lines = platform.place.log("people-api").read_text().splitlines()
    assert lines
    assert all("event" in json.loads(line) for line in lines)


def test_a_killed_launcher_takes_everything_with_it_within_five_seconds(platform: Platform) -> None:
    family = platform.family()
    assert len(family) > len(EVERY)
    os.kill(family[0].pid, signal.SIGKILL)
    assert platform.launcher is not None
    platform.launcher.wait(5)
    until_gone(family, 5)


def test_the_next_start_finds_what_was_there(platform: Platform) -> None:
    planted = platform.place.run / "demo-data.json"
    before = planted.stat().st_mtime_ns
    platform.start()
    assert planted.stat().st_mtime_ns == before
    told = json.loads(platform.command("status", "--json").stdout)
    assert told["well"], told["sentence"]


def test_it_stops_in_order_within_ten_seconds_and_leaves_nothing(platform: Platform) -> None:
    family = platform.family()
    began = time.monotonic()
    assert platform.launcher is not None
    platform.launcher.terminate()
    assert platform.launcher.wait(15) == 0
    assert time.monotonic() - began < 10
    until_gone(family, 1)
    assert "database system is shut down" in platform.place.log("postgres").read_text()
    assert all(is_free(port) for name, port in platform.ports().items())
    assert platform.command("status").returncode == 1


def test_the_doctor_finds_nothing_in_the_way(platform: Platform) -> None:
    done = platform.command("doctor")
    assert done.returncode == 0, done.stdout
    assert "Nothing stands in the way" in done.stdout


def test_reset_forgets_everything_and_asks_before(platform: Platform) -> None:
    asked = platform.command("reset")
    assert asked.returncode == 1
    assert platform.place.secrets_file.exists()
    assert platform.command("reset", "--yes").returncode == 0
    assert not platform.place.data.exists()
