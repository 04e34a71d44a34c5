"""What the project as a whole promises: commands, groups of dependencies, one page per service, licence."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.house.source import ROOT, Source, files, modules, services

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text())
TARGETS = ("demo", "test", "test-fast", "test-faults", "test-containers", "lint", "bench")
# What a distribution brings along as part of its own interface.
COMES_WITH = {"starlette": "fastapi", "typing-extensions": "pydantic", "anyio": "fastapi"}
PAGE_LINES = 90
SAYS = ("owns", "asked", "told", "not its job")


def distribution(requirement: str) -> str:
    """`sqlalchemy[asyncio]==2.1.9` → `sqlalchemy`."""
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def declared_for(service: str) -> set[str]:
    """What an image of this service has: the project's own dependencies and the service's group."""
    group = PROJECT["dependency-groups"].get(service, [])
    return {distribution(line) for line in [*PROJECT["project"]["dependencies"], *group]}


def imported(source: Source) -> set[str]:
    """The top-level names a module imports, wherever in it."""
    names = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - {"services", "shared", "deploy", "tests"}


def undeclared(sources: list[Source], declared: set[str]) -> list[str]:
    """The imports that no declared distribution provides."""
    providers = packages_distributions()
    complaints = []
    for source in sources:
        for name in imported(source):
            provided_by = {distribution(found) for found in providers.get(name, [name])}
            if not provided_by & declared and not {COMES_WITH.get(found) for found in provided_by} & declared:
                complaints.append(f"{source.path}: {name}")
    return complaints


def under(*folders: str) -> list[Source]:
    return [module for module in modules() if str(module.path).startswith(folders)]


def makefile_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_commands_exist() -> None:
    assert set(TARGETS) <= makefile_targets()


def test_every_command_the_readme_names_exists() -> None:
    named = set(re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert named - makefile_targets() == set()
    assert {"demo", "test"} <= named


def test_every_path_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text()
    linked = [path.split("#")[0] for path in re.findall(r"\]\((?!https?:|#)([^)]+)\)", text)]
    linked += re.findall(r'src="([^"]+)"', text)
    quoted = re.findall(r"`((?:services|shared|deploy|tests|docs)/[\w./-]*)`", text)
    assert [path for path in linked + quoted if not (ROOT / path).exists()] == []


def test_each_page_links_only_to_what_exists() -> None:
    pages = [file for file in files() if file.path.suffix == ".md"]
    missing = [
        f"{page.path}: {path}"
        for page in pages
        for path in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.text)
        if not (ROOT / page.path.parent / path).exists()
    ]
    assert missing == []


def test_the_readme_shows_the_map_and_how_it_looks() -> None:
    text = (ROOT / "README.md").read_text()
    assert "](docs/map.svg)" in text
    shown = re.findall(r"<img[^>]*>|!\[[^\]]*\]\([^)]+\)", text)
    assert any("docs/screenshots/" in image for image in shown)
    assert all('alt="' in image or not image.startswith(("<img", "![]")) for image in shown)


def test_ci_runs_the_readmes_test_command_and_then_the_containers() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert re.findall(r"^timeout .* make (\S+)$", script, re.MULTILINE) == ["test", "test-containers"]
    assert "set -euo pipefail" in script


@pytest.mark.parametrize("service", services())
def test_every_service_has_its_group_of_dependencies_in_the_one_lock(service: str) -> None:
    (own,) = [package for package in LOCK["package"] if package["name"] == "jobvej"]
    assert service in PROJECT["dependency-groups"]
    assert service in own["dev-dependencies"]


@pytest.mark.parametrize("service", services())
def test_a_service_imports_only_what_its_own_group_brings(service: str) -> None:
    assert undeclared(under(f"services/{service}/"), declared_for(service)) == []


def test_shared_imports_only_what_every_process_has() -> None:
    declared = {distribution(line) for line in PROJECT["project"]["dependencies"]}
    assert undeclared(under("shared/"), declared) == []


def test_an_import_of_another_groups_library_is_caught() -> None:
    planted = Source(PurePosixPath("services/people/api.py"), "import holidays\n")
    assert undeclared([planted], declared_for("people")) == ["services/people/api.py: holidays"]


@pytest.mark.parametrize("service", services())
def test_every_service_has_one_page_that_explains_it(service: str) -> None:
    page = (ROOT / "services" / service / "README.md").read_text()
    first = page.splitlines()[0]
    assert first.startswith(f"# {service} – "), first
    assert len(page.splitlines()) <= PAGE_LINES
    assert [word for word in SAYS if word not in page.lower()] == []


def test_one_interpreter_is_enough_for_everyone() -> None:
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert PROJECT["tool"]["mypy"]["strict"]
    assert PROJECT["tool"]["ruff"]["target-version"] == "py311"


def test_the_licence_is_the_one_the_project_names() -> None:
    assert PROJECT["project"]["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").read_text().startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")


def test_what_is_brought_along_is_pinned_by_hash() -> None:
    lines = (ROOT / "deploy" / "uv-requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith(("#", " "))]
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert sum("--hash=sha256:" in line for line in lines) > 0
