"""A child ends when its starter ends, with the kernel's help and without."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

STARTER = """
import subprocess, sys, time
from deploy.embedded import guard
{before}
child = subprocess.Popen(guard.command([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]))
print(child.pid, flush=True)
time.sleep(60)
"""
# The same as on a system whose kernel does not tell: the guard stays and looks for itself.
WITHOUT_PRCTL = """
import pathlib
own = pathlib.Path({copy!r})
own.write_text(pathlib.Path(guard.__file__).read_text().replace('sys.platform != "linux"', "True"))
guard.__file__ = str(own)
"""


def gone(pids: list[int], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("kernel", ["tells", "does not tell"])
def test_the_child_of_a_killed_starter_ends_within_five_seconds(kernel: str, tmp_path: Path) -> None:
    before = "" if kernel == "tells" else WITHOUT_PRCTL.format(copy=str(tmp_path / "guard.py"))
    code = STARTER.format(before=before)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        said = {starter.stdout.readline().strip(), starter.stdout.readline().strip()}
        assert "up" in said
        child = int((said - {"up"}).pop())
        family = [child, *(one.pid for one in psutil.Process(child).children(recursive=True))]
        assert len(family) == (1 if kernel == "tells" else 2)
        os.kill(starter.pid, signal.SIGKILL)
        starter.wait(5)
        assert gone(family, 5)


def test_a_child_born_after_its_starter_died_ends_at_once() -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    guard = [sys.executable, "deploy/embedded/guard.py", str(int(signal.SIGTERM)), dead.stdout.strip(), "-"]
    done = subprocess.run([*guard, sys.executable, "-c", "import time; time.sleep(30)"], timeout=10)
    assert done.returncode == -signal.SIGTERM
