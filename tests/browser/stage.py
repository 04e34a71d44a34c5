"""The whole platform as a person starts it, in a place of its own, for tests that look at it through a browser."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded import addresses
from deploy.embedded.addresses import Addresses
from deploy.embedded.place import Place, read_json

READY_SECONDS = 180
STOP_SECONDS = 20


@contextmanager
def running(data: Path) -> Iterator[Addresses]:
    """The platform is up with its demo people while the block runs. Raises RuntimeError with its words if it fails."""
    said = data.with_suffix(".out")
    environment = os.environ | {"JOBVEJ_HOME": str(data), "COLUMNS": "200"}
    with said.open("wb") as output:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "deploy.embedded"], env=environment, stdout=output, stderr=output
        )
    try:
        place = Place(data)
        _until_up(launcher, place, said)
        yield addresses.of_last_start(place)
    finally:
        launcher.send_signal(signal.SIGTERM)
        try:
            launcher.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            launcher.kill()
            launcher.wait()


def _until_up(launcher: "subprocess.Popen[bytes]", place: Place, said: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while True:
        record = read_json(place.platform_file)
        if record.get("ready") and record.get("launcher") == launcher.pid:
            return
        if launcher.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the platform did not come up:\n{said.read_text()[-4000:]}")
        time.sleep(0.1)
