"""The import rules hold, and each of them is broken here once, in a copy of the tree, and seen caught."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, services

NEEDS = ("services", "shared", "deploy")
# contract → modules that break it, each with what it must not import
BREAKS: dict[str, list[tuple[str, str]]] = {
    "neighbours": [("services.people.use_cases", "services.booking.model")],
    "rooms": [
        ("services.booking.model", "services.booking.store"),
        ("services.people.store", "services.people.use_cases"),
        ("services.notifications.settings", "services.notifications.model"),
    ],
    "gateway": [("services.gateway.store", "services.gateway.pages")],
    "machinery": [("shared.errors", "shared.http")],
    "model": [("services.people.model", "sqlalchemy"), ("services.booking.model", "shared.messaging")],
    "kernel": [("services.matching.kernel", "sqlalchemy")],
    "contracts": [("shared.contracts.people", "pydantic"), ("shared.contracts.booking", "shared.clock")],
    "shared": [("shared.clock", "services.booking.model")],
    "deploy": [("services.booking.main", "deploy.docs")],
    "sql": [("services.booking.use_cases", "sqlalchemy")],
    "http": [("services.notifications.use_cases", "fastapi")],
    "broker": [("services.notifications.subscribers", "aiokafka")],
}


def contracts() -> dict[str, str]:
    """Each contract's id and its name, from .importlinter."""
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter")
    return {
        section.rsplit(":", 1)[1]: rules[section]["name"]
        for section in rules.sections()
        if section.startswith("importlinter:contract:")
    }


def lint(folder: Path) -> str:
    """What import-linter says about the tree in `folder`."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return found.stdout + found.stderr


def copy_of_the_tree(to: Path) -> Path:
    """The Python modules and the rules, nothing else."""
    for name in NEEDS:
        for path in (ROOT / name).rglob("*.py"):
            target = to / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    shutil.copy(ROOT / ".importlinter", to)
    return to


def plant(tree: Path, room: str, imported: str) -> None:
    """Have a module, or the package of that name, import what it must not."""
    path = tree.joinpath(*room.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    file.write_text(file.read_text() + f"\nimport {imported}\n")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report on a tree in which every contract is broken."""
    tree = copy_of_the_tree(tmp_path_factory.mktemp("broken"))
    for breaks in BREAKS.values():
        for room, imported in breaks:
            plant(tree, room, imported)
    return lint(tree)


def test_every_contract_is_kept() -> None:
    said = lint(ROOT)
    assert "0 broken" in said, said


def test_every_contract_is_broken_once_here() -> None:
    assert set(BREAKS) == set(contracts())


@pytest.mark.parametrize("contract", BREAKS)
def test_a_line_that_breaks_it_is_caught(contract: str, broken: str) -> None:
    heading = contracts()[contract]
    assert re.search(rf"{re.escape(heading)}\s+BROKEN", broken), broken
    section = broken.split("Broken contracts")[1].split(f"\n{heading}\n")[1]
    for room, imported in BREAKS[contract]:
        assert re.search(rf"{re.escape(room)}[\w.]* -> {re.escape(imported)}", section), section


def test_a_room_that_no_service_has_is_caught(tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    (tree / "services" / "booking" / "extras.py").write_text("")
    (tree / "services" / "gateway" / "domain.py").write_text("")
    (tree / "shared" / "toolbox.py").write_text("")
    said = lint(tree)
    for room in ("services.booking.extras", "services.gateway.domain", "shared.toolbox"):
        assert room in said, said


def test_every_service_is_under_the_rules() -> None:
    rules = (ROOT / ".importlinter").read_text()
    assert [name for name in services() if f"services.{name}\n" not in rules] == []
