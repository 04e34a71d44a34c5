"""The project's own text, file by file: what is generated, fetched or locked is not ours and not read."""

import ast
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
FOLDERS = ("services", "shared", "deploy", "tests")
NOT_OURS = {"vendor", "node_modules", "__pycache__", ".data", ".cache"}
LOCKS = {"package-lock.json", "uv.lock", "uv-requirements.txt"}
TEXT = {".py", ".md", ".toml", ".html", ".jinja", ".j2", ".txt", ".css", ".js", ".json", ".po", ".sh", ".yml", ".yaml"}
AT_ROOT = ("README.md", "Makefile", "pyproject.toml", ".importlinter", ".ci/run")


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, and its text."""

    path: PurePosixPath
    text: str

    @property
    def is_test(self) -> bool:
        return self.path.parts[0] == "tests"

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def comments(self) -> dict[int, str]:
        """Line number → what stands behind the first # that is not inside a string."""
        import io
        import tokenize

        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


@cache
def files() -> tuple[Source, ...]:
    """Every text file of ours, read once."""
    paths = [ROOT / name for name in AT_ROOT if (ROOT / name).exists()]
    for folder in FOLDERS:
        paths += [
            path
            for path in sorted((ROOT / folder).rglob("*"))
            if path.suffix in TEXT and path.name not in LOCKS and not NOT_OURS & set(path.relative_to(ROOT).parts)
        ]
    return tuple(Source(PurePosixPath(path.relative_to(ROOT)), path.read_text("utf-8")) for path in paths)


def modules() -> tuple[Source, ...]:
    """Every Python module of ours."""
    return tuple(source for source in files() if source.path.suffix == ".py")


def services() -> tuple[str, ...]:
    """The names of the services, from their folders."""
    return tuple(sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py")))


def code_lines(source: Source) -> int:
    """Lines that are neither empty nor only a comment."""
    return sum(1 for line in source.lines if line.strip() and not re.match(r"\s*#", line))
