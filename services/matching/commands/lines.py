"""How the commands read and write: line by line, what is malformed refused with its place, a result whole or not."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

SHOWN = 20  # refusals printed in full; the rest are counted


class Refusals:
    """Says on stderr which lines were refused and why, and how many there were."""

    def __init__(self, path: Path) -> None:
        """Refusals of one file."""
        self._path = path
        self.count = 0

    def add(self, line: int, why: str) -> None:
        """One refused line."""
        self.count += 1
        if self.count <= SHOWN:
            print(f"{self._path}:{line}: {' '.join(why.split())[:300]}", file=sys.stderr)
        elif self.count == SHOWN + 1:
            print(f"{self._path}: further refusals are counted only", file=sys.stderr)

    def close(self, kept: int, what: str) -> None:
        """The count, where there is something to say."""
        words = f"{self._path}: {kept} {what}" + (f", {self.count} lines refused" if self.count else "")
        print(words, file=sys.stderr)


class Progress:
    """One line on stderr that grows, where somebody looks at it; a line every tenth of the way where not."""

    def __init__(self, what: str, whole: int | None = None) -> None:
        """Count `what`, up to `whole` where that is known."""
        self._what, self._whole, self._done, self._said = what, whole, 0, 0

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        every = max(1, (self._whole or 100_000) // (100 if sys.stderr.isatty() else 10))
        if self._done // every > self._said // every:
            self._said = self._done
            whole = f" of {self._whole}" if self._whole else ""
            end = "\r" if sys.stderr.isatty() else "\n"
            print(f"{self._what}: {self._done}{whole}", end=end, file=sys.stderr, flush=True)


def numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file with their numbers from 1, without line ends; a byte order mark is dropped."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            yield number, line.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf" if number == 1 else b"")


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A file that appears under its name when the block has ended well, and otherwise not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
