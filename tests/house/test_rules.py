"""Every file of the project keeps every house rule, and every rule is broken here once to show that it bites."""

from pathlib import PurePosixPath

import pytest

from tests.house.rules import PYTHON_RULES, TEXT_RULES, Rule
from tests.house.source import Source, files, modules

RULES = PYTHON_RULES + TEXT_RULES
LONG = "\n".join(["    x = 1"] * 50)

# rule → a file that breaks it. Put together where the text itself would break a rule here.
BREAKS: dict[str, list[tuple[str, str]]] = {
    "files_are_short": [("services/a/model.py", "x = 1\n" * 301), ("tests/a/test_model.py", "x = 1\n" * 401)],
    "functions_are_short": [
        ("services/a/model.py", f"def f() -> None:\n{LONG}\n"),
        ("shared/a.py", f"class A:\n  async def f(self) -> None:\n{LONG}\n"),
    ],
    "files_are_named_after_what_they_know": [
        ("services/a/utils.py", ""),
        ("services/a/helpers/time.py", ""),
        ("shared/base.py", ""),
    ],
    "modules_say_what_they_know": [
        ("shared/a.py", "import os\n"),
        ("shared/a.py", '"""1\n2\n3\n4"""\n'),
    ],
    "only_the_door_commits": [
        ("services/a/use_cases.py", "async def f(s):\n    await s.connection.commit()\n"),
        ("shared/messaging/worker.py", "commit()\n"),
        ("services/a/store.py", "connection.commit()\n"),
    ],
    "suppressions_carry_their_reason": [
        ("shared/a.py", "import os  # noqa: F401\n"),
        ("shared/a.py", "import os  # noqa – it is needed by others\n"),
        ("shared/a.py", "x = f()  # type: ignore[misc]\n"),
        ("shared/a.py", "x = f()  # pragma: no cover\n"),
    ],
    "only_the_edges_catch_everything": [
        ("services/a/api.py", "try:\n    f()\nexcept Exception:\n    pass\n"),
        ("services/a/api.py", "try:\n    f()\nexcept:\n    pass\n"),
        ("services/a/api.py", "try:\n    f()\nexcept Exception as e:\n    raise KeyError from e\n"),
        ("services/a/api.py", "try:\n    f()\nexcept (OSError, Exception) as e:  # noqa: BLE001\n    pass\n"),
    ],
    "nothing_is_skipped": [
        ("tests/a/test_b.py", "import pytest\n@pytest.mark.skip\ndef test_x(): ...\n"),
        ("tests/a/test_b.py", "import pytest\npytest.importorskip('docker')\n"),
        ("tests/a/test_b.py", "import pytest\n@pytest.mark.xfail(strict=True)\ndef test_x(): ...\n"),
    ],
    "nothing_is_left_open": [
        ("services/a/model.py", "x = 1  # TO" + "DO: the rest\n"),
        ("services/a/model.py", "def f():\n    raise NotImplementedError\n"),
    ],
    "time_ids_and_chance_come_from_the_clock": [
        ("services/a/model.py", "from datetime import UTC, datetime\nx = datetime.now(UTC)\n"),
        ("services/a/use_cases.py", "import uuid\nx = uuid.uuid4()\n"),
        ("shared/tasks.py", "import random\nx = random.choice([1])\n"),
    ],
    "tests_read_as_facts": [("tests/a/test_model.py", "def test_booking(): ...\n")],
    "tests_are_named_after_rooms": [("tests/people/test_things.py", ""), ("tests/booking/test_modelling.py", "")],
    "nothing_speaks_of_one_machine": [
        ("Makefile", "x:\n\tcp /ro" + "ot/x .\n"),
        ("README.md", "see the hand" + "book\n"),
    ],
    "no_registry_is_named": [("deploy/images/Dockerfile.txt", "RUN pip install -i https://pypi" + ".org/simple\n")],
    "pages_load_nothing_from_elsewhere": [
        ("services/gateway/templates/a.html", '<script src="https://cdn.example.dk/x.js"></script>\n'),
        ("services/gateway/templates/a.html", '<link rel="stylesheet" href="//fonts.example.dk/x.css">\n'),
    ],
    "no_cpr_number_could_be_somebodys": [("tests/a/test_b.py", "x = '0102" + "90-1234'\n")],
}
KEEPS: dict[str, tuple[str, str]] = {
    "nothing_is_left_open": (
        "services/a/migrations/versions/1.py",
        "def downgrade():\n    raise NotImplementedError('no')\n",
    ),
    "suppressions_carry_their_reason": ("shared/a.py", "x = f()  # type: ignore[misc]  # the library has no types\n"),
    "only_the_edges_catch_everything": (
        "shared/a.py",
        "try:\n    f()\nexcept Exception:  # the edge: logged with its id\n    pass\n",
    ),
    "tests_are_named_after_rooms": ("tests/people/test_model_import.py", ""),
    "only_the_door_commits": ("shared/database.py", "commit()\n"),
    "no_cpr_number_could_be_somebodys": ("tests/a/test_b.py", "x = '610290-1234'\n"),
    "pages_load_nothing_from_elsewhere": ("services/gateway/templates/a.html", '<a href="/mine">Mine møder</a>\n'),
}


def source(path: str, text: str) -> Source:
    return Source(PurePosixPath(path), text)


def name(rule: Rule) -> str:
    return rule.__name__


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=name)
def test_every_module_keeps(rule: Rule) -> None:
    assert [f"{module.path}: {complaint}" for module in modules() for complaint in rule(module)] == []


@pytest.mark.parametrize("rule", TEXT_RULES, ids=name)
def test_every_text_keeps(rule: Rule) -> None:
    assert [f"{file.path}: {complaint}" for file in files() for complaint in rule(file)] == []


@pytest.mark.parametrize("rule", RULES, ids=name)
def test_a_file_that_breaks_it_is_caught(rule: Rule) -> None:
    for path, text in BREAKS[name(rule)]:
        assert list(rule(source(path, text))) != [], text


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.__name__ in KEEPS], ids=name)
def test_a_file_that_keeps_it_is_left_alone(rule: Rule) -> None:
    assert list(rule(source(*KEEPS[name(rule)]))) == []


def test_most_files_and_functions_are_far_below_the_limits() -> None:
    """House style § 3: half of the files have at most 70 lines, 19 of 20 at most 200; tests have their own limit."""
    lengths = sorted(len(module.lines) for module in modules() if not module.is_test)
    assert lengths[len(lengths) // 2] <= 110
    assert lengths[len(lengths) * 95 // 100] <= 260
