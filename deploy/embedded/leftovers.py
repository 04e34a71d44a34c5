"""Clears what an earlier start left running when it was killed so hard that not even its children noticed."""

import contextlib
import signal
from typing import Any

import psutil

from deploy.embedded.place import Place, read_json

POLITE_SECONDS = 3.0


def find(place: Place) -> list[psutil.Process]:
    """The processes of the last record that still live: same id and same time of birth, so never a stranger."""
    return [process for entry in read_json(place.processes_file).get("processes", []) if (process := _living(entry))]


def clear(place: Place) -> list[str]:
    """End them: engines may put their data in order first. Return their names."""
    found = find(place)
    names = [process.name() for process in found]
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            # SIGINT is PostgreSQL's "stop now, in order"; the others know it as well.
            process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    _, alive = psutil.wait_procs(found, timeout=POLITE_SECONDS)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=POLITE_SECONDS)
    return names


def sweep() -> None:
    """End every child of this process: when a launcher ends, these are the nursery, its bookkeeper, the just born."""
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _living(entry: dict[str, Any]) -> psutil.Process | None:
    try:
        process = psutil.Process(int(entry["pid"]))
        same = process.create_time() == entry["born"] and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, KeyError, TypeError, ValueError):
        return None
    return process if same else None
