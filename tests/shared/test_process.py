"""Facts about processes: they stop when asked, end when stuck or faulty, and say how they are."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from urllib.error import URLError

import pytest

PROGRAM = """
import asyncio, sys
from shared.process import run
from shared.settings import ServiceSettings, load

class Work:
    stuck = False
    async def run(self, stop):
        if sys.argv[1] == "faulty":
            raise RuntimeError("no way on")
        self.stuck = sys.argv[1] == "stuck"
        await stop.wait()
        print("stopped in order", flush=True)
    def alive(self):
        return not self.stuck
    async def ready(self):
        return True

run(Work(), "booking", "worker", load(ServiceSettings))
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start(how: str, port: int) -> subprocess.Popen[str]:
    environment = os.environ | {
        "JOBVEJ_ENVIRONMENT": "test",
        "JOBVEJ_DATABASE_URL": "postgresql://u:p@127.0.0.1/x",
        "JOBVEJ_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "JOBVEJ_PORT": str(port),
    }
    return subprocess.Popen([sys.executable, "-c", PROGRAM, how], env=environment, stdout=subprocess.PIPE, text=True)


def read(port: int, path: str) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
                return str(answer.read().decode())
        except URLError:
            time.sleep(0.1)
    raise AssertionError(f"{path} never answered")


def test_a_process_shows_its_health_and_stops_in_order_when_asked() -> None:
    port = free_port()
    process = start("well", port)
    try:
        assert read(port, "/livez") == "ok"
        assert read(port, "/readyz") == "ok"
        assert "python_info" in read(port, "/metrics")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "stopped in order" in said


@pytest.mark.parametrize("how", ["faulty", "stuck"])
def test_a_process_that_cannot_go_on_ends_so_that_it_is_started_again(how: str) -> None:
    process = start(how, free_port())
    try:
        assert process.wait(20) == 1
    finally:
        process.kill()
        process.communicate()


def test_an_unknown_kind_of_process_is_refused() -> None:
    program = "from shared.process import main; main('booking', {'api': print}, ['baker'])"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "python -m services.booking api" in ended.stderr
