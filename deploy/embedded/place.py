"""Where one checkout keeps its platform: .data/ and what is written there for the other commands to read."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class AlreadyRunning(RuntimeError):
    """Another launcher holds this checkout."""


@dataclass(frozen=True)
class Place:
    """The directory of one platform: data of the engines, logs, secrets, and the record of what runs."""

    data: Path

    @classmethod
    def of_checkout(cls) -> "Place":
        """`.data` of this checkout, or where `JOBVEJ_HOME` says (a second platform from the same files)."""
        return cls(Path(os.environ.get("JOBVEJ_HOME") or ROOT / ".data").resolve())

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def platform_file(self) -> Path:
        """Ports and addresses: written at every start, kept afterwards so that the next start takes the same ones."""
        return self.run / "platform.json"

    @property
    def processes_file(self) -> Path:
        """What runs now, by process id and time of birth."""
        return self.run / "processes.json"

    @property
    def secrets_file(self) -> Path:
        return self.data / "secrets.json"

    def log(self, name: str) -> Path:
        """The log of one process: JSON lines; the run before it is kept beside with `.1` at the end."""
        return self.logs / f"{name}.log"

    def make(self) -> None:
        """Create the directories; only their owner may look into them (they hold demo people and keys)."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        for directory in (self.logs, self.run):
            directory.mkdir(exist_ok=True)

    def turn_over_logs(self) -> None:
        """Begin every log anew, keeping the one of the run before."""
        for path in self.logs.glob("*.log"):
            path.replace(path.with_suffix(".log.1"))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Only one launcher per place; the lock ends with its holder, however that ends. Raises AlreadyRunning."""
        with (self.run / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(str(self.data)) from None
            yield

    def is_held(self) -> bool:
        """Does a launcher run here?"""
        try:
            with self.held():
                return False
        except AlreadyRunning:
            return True
        except FileNotFoundError:
            return False


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file, or an empty one when there is no such file or it was cut off."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: Mapping[str, Any], mode: int = 0o644) -> None:
    """Replaces the file in one step: a reader sees the old or the new one, never half of it."""
    beside = path.with_suffix(".new")
    beside.touch(mode=mode)
    beside.write_text(json.dumps(content, indent=1, ensure_ascii=False))
    beside.replace(path)
