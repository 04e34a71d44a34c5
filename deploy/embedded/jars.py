"""Apache Kafka's jars: pinned in kafka.lock, fetched by jgo; what differs from its pin gets on no class path."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded import cache

LOCK = Path(__file__).with_name("kafka.lock")
CENTRAL = "https://repo.maven.apache.org/maven2"
AT_ONCE = 8
Progress = Callable[[int, int], None]


class JarDiffers(RuntimeError):
    """A jar is not the one that was pinned: cut off, or exchanged. Nothing is started with it."""


@dataclass(frozen=True)
class Jar:
    """One pinned jar of the class path."""

    sha256: str
    size: int
    group: str
    artifact: str
    version: str

    def path(self, repository: Path) -> Path:
        """Where Maven's layout has it."""
        name = f"{self.artifact}-{self.version}.jar"
        return repository.joinpath(*self.group.split("."), self.artifact, self.version, name)


def pinned(lock: Path = LOCK) -> list[Jar]:
    """The jars of the lock file, in its order."""
    lines = [line.split() for line in lock.read_text().splitlines() if line and not line.startswith("#")]
    return [Jar(sha256, int(size), *coordinate.split(":")) for sha256, size, coordinate in lines]


def class_path(progress: Progress = lambda done, total: None) -> list[Path]:
    """The verified jars, fetched first where missing. `progress(done, total)` in bytes. No network when all are there.

    Raises JarDiffers when what was fetched is not what was pinned. Hashes are taken once per download and lock file;
    later starts compare sizes only.
    """
    repository, jars = cache.directory() / "maven", pinned()
    with cache.only_one("kafka"):
        if not are_here():
            _fetch(jars, repository, progress)
            for jar in jars:
                _verify(jar, repository)
            _seal().touch()
    return [jar.path(repository) for jar in jars]


def are_here() -> bool:
    """Are all jars of the lock file in the cache, verified when they came and of the same size now?"""
    repository = cache.directory() / "maven"
    return _seal().exists() and all(_complete(jar, repository) for jar in pinned())


def _seal() -> Path:
    return cache.directory() / f"kafka-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}.verified"


def _complete(jar: Jar, repository: Path) -> bool:
    path = jar.path(repository)
    return path.exists() and path.stat().st_size == jar.size


def _verify(jar: Jar, repository: Path) -> None:
    path = jar.path(repository)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != jar.sha256:
        path.unlink()
        raise JarDiffers(
            f"{path.name}: SHA-256 is {found}, pinned is {jar.sha256}. It was deleted; start again to fetch it anew."
        )


def _fetch(jars: list[Jar], repository: Path, progress: Progress) -> None:
    from jgo.maven import MavenContext  # 0.3 s of imports that only the first start needs

    context = MavenContext(repo_cache=repository, remote_repos={"central": CENTRAL})
    total = sum(jar.size for jar in jars)
    done = 0

    def get(jar: Jar) -> int:
        if not _complete(jar, repository):
            jar.path(repository).unlink(missing_ok=True)
            context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        return jar.size

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for size in pool.map(get, jars):
            done += size
            progress(done, total)
