"""Where downloads are kept between starts and between checkouts: one directory of the user, one writer at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def directory() -> Path:
    """`$JOBVEJ_CACHE`, else `$XDG_CACHE_HOME/jobvej`, else `~/.cache/jobvej`; created when missing."""
    chosen = os.environ.get("JOBVEJ_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    path = Path(chosen) if chosen else home / "jobvej"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Two checkouts that start at the same moment fetch once: the second waits and then finds it there."""
    with (directory() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
