"""How long the whole platform takes to start, and how much memory it needs.

`first_s`: nothing but the downloads is there. `second_s`: the same data again. Both from the launcher's birth until
every /readyz says yes. `memory_mb`: the proportional set sizes of all processes together, in 10⁶ bytes, after the
second start.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from deploy.embedded import cache, class_archive, jars
from deploy.embedded.place import Place, read_json
from tests.bench.__main__ import RESULTS

READY_SECONDS, STOP_SECONDS, ARCHIVE_SECONDS = 180, 20, 120


def main() -> None:
    """Start twice, measure, write the numbers."""
    jars.class_path()
    with tempfile.TemporaryDirectory(prefix="jobvej-bench-") as directory:
        environment = _with_downloads_only(Path(directory))
        place = Place(Path(environment["JOBVEJ_HOME"]))
        first, launcher = _start(place, environment)
        archive = Path(environment["JOBVEJ_CACHE"]) / class_archive.path().name
        _wait(archive.exists, ARCHIVE_SECONDS, "the archive of Kafka's classes")
        memory_first = _memory(launcher.pid)
        _stop(launcher)
        second, launcher = _start(place, environment)
        time.sleep(3)  # until what starting needed has been given back
        memory = _memory(launcher.pid)
        steps = read_json(place.platform_file)["steps"]
        _stop(launcher)
    results: dict[str, object] = {"first_s": first, "second_s": second, "memory_mb": memory}
    results |= {"memory_first_mb": memory_first, "second_steps_s": steps}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "start.json").write_text(json.dumps(results, indent=1))
    print(json.dumps(results))


def _with_downloads_only(directory: Path) -> dict[str, str]:
    """An environment whose cache holds the jars and nothing that an earlier start has made."""
    own = directory / "cache"
    own.mkdir()
    (own / "maven").symlink_to(cache.directory() / "maven")
    for seal in cache.directory().glob("*.verified"):
        shutil.copy(seal, own)
    return os.environ | {"JOBVEJ_HOME": str(directory / "data"), "JOBVEJ_CACHE": str(own)}


def _start(place: Place, environment: dict[str, str]) -> tuple[float, "subprocess.Popen[bytes]"]:
    began = time.monotonic()
    said = place.data.with_name("launcher.out")
    with said.open("wb") as output:
        launcher = subprocess.Popen([sys.executable, "-m", "deploy.embedded"], env=environment, stdout=output)

    def ready() -> bool:
        if launcher.poll() is not None:
            raise RuntimeError(f"the launcher ended with exit code {launcher.returncode}:\n{said.read_text()}")
        record = read_json(place.platform_file)
        return bool(record.get("ready")) and record.get("launcher") == launcher.pid

    _wait(ready, READY_SECONDS, "every /readyz")
    return round(time.monotonic() - began, 2), launcher


def _stop(launcher: "subprocess.Popen[bytes]") -> None:
    launcher.send_signal(signal.SIGTERM)
    launcher.wait(STOP_SECONDS)


def _wait(done: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)


def _memory(pid: int) -> int:
    """Megabytes of the launcher and everything it started."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    total = 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:  # ended while we counted
            continue
    return round(total / 1_000_000)


if __name__ == "__main__":
    main()
