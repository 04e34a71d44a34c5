"""The house rules that one file alone can break. Each is a function: a file in, complaints out."""

import ast
import re
from collections.abc import Callable, Iterator

from tests.house.source import Source, services

Rule = Callable[[Source], Iterator[str]]
PYTHON_RULES: list[Rule] = []
TEXT_RULES: list[Rule] = []

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "managers"}
ONLY_COMMIT = "shared/database.py"
TIME_AND_CHANCE = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "uuid.uuid1", "uuid.uuid4", "uuid.uuid7", "uuid4", "uuid7", "random.random", "random.choice", "random.randint",
    "random.uniform", "random.shuffle",
}  # fmt: skip
# Where moment and chance are not the domain's: the clock itself, the life of a token between two machines, what is
# only measured, and the spread of retries.
OWN_TIME = {"shared/clock.py", "shared/identity.py", "shared/messaging/metrics.py", "shared/messaging/backoff.py"}
REASON = re.compile(r"[A-Za-zæøåÆØÅ]{2,}.*\s.*[A-Za-zæøåÆØÅ]{2,}")
SUPPRESSION = re.compile(
    r"noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[\w, -]+\])?|pragma:\s*[\w ]+?(?=#|$)|fmt:\s*\w+"
)
# Put together so that this file does not break its own rule.
REGISTRY_HOSTS = re.compile(
    "|".join(re.escape(host) for host in (
        "pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js.org", "repo1.maven" + ".org",
        "maven" + ".org", "crates" + ".io", "proxy.golang" + ".org", "docker" + ".io", "ghcr" + ".io",
    ))
)  # fmt: skip
ADDRESS = re.compile(r"""(?:src|href|action|hx-\w+|url\()\s*=?\s*["'(]?\s*((?:https?:)?//[^\s"')]+)""")
CPR = re.compile(r"(?<![\d-])([0-9]{2})(0[1-9]|1[0-2])([0-9]{2})-([0-9]{4})(?![\d-])")
ONE_MACHINE = re.compile(
    "|".join(("/wo" + "rk/", "/ro" + "ot/", "/t" + "mp/plan", r"\.\./sha" + "red", "hand" + "book"))
)
ROOMS = (
    "main", "settings", "api", "subscribers", "schedules", "commands", "use_cases", "clients", "model", "store",
    "tables", "migrations", "templates", "pages", r"\w+_pages", "live", "web", "permissions", "kernel",
)  # fmt: skip
LEFT_OPEN = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
SKIPS = {"skip", "skipif", "xfail", "importorskip", "skipTest", "skipUnless", "expectedFailure"}


def python(rule: Rule) -> Rule:
    """Note a rule about Python modules."""
    PYTHON_RULES.append(rule)
    return rule


def text(rule: Rule) -> Rule:
    """Note a rule about any text file."""
    TEXT_RULES.append(rule)
    return rule


@python
def files_are_short(source: Source) -> Iterator[str]:
    """None over 300 lines, tests 400."""
    most = 400 if source.is_test else 300
    if len(source.lines) > most:
        yield f"{len(source.lines)} lines, at most {most}"


@python
def functions_are_short(source: Source) -> Iterator[str]:
    """None over 50 lines; decorators and docstring count."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > 50:
                yield f"line {node.lineno}: {node.name} has {length} lines, at most 50"


@python
def files_are_named_after_what_they_know(source: Source) -> Iterator[str]:
    """A name that fits everything tells nothing."""
    if source.path.stem in FORBIDDEN_NAMES or FORBIDDEN_NAMES & set(source.path.parts[:-1]):
        yield "is called " + source.path.stem


@python
def modules_say_what_they_know(source: Source) -> Iterator[str]:
    """One to three lines at the top; a further paragraph may follow."""
    said = ast.get_docstring(source.tree)
    if not said:
        if source.text.strip() or not source.is_test:
            yield "has no docstring"
    elif len(said.split("\n\n")[0].splitlines()) > 3:
        yield "begins with more than three lines"


@python
def only_the_door_commits(source: Source) -> Iterator[str]:
    """One request, one event, one tick = one transaction, opened and committed in one file."""
    if source.is_test or str(source.path) == ONLY_COMMIT:
        return
    for node in ast.walk(source.tree):
        # Kafka's commit of offsets is another word: it acknowledges, and comes after the transaction.
        if isinstance(node, ast.Call) and re.search(r"(?<!kafka\.)\bcommit$", called(node)):
            yield f"line {node.lineno}: commits"


@python
def suppressions_carry_their_reason(source: Source) -> Iterator[str]:
    """`# noqa: S608 – why` and `# type: ignore[code]  # why`; a reason has at least two words."""
    for line, comment in source.comments.items():
        found = re.search(r"#\s*(noqa|type:\s*ignore|pragma:|nosec|fmt:\s*off|ruff:|mypy:)", comment)
        if not found:
            continue
        if not gives_a_reason(comment):
            yield f"line {line}: no reason for {comment}"
        if found[1] == "noqa" and not re.search(r"noqa:\s*[A-Z]+\d+", comment):
            yield f"line {line}: names no rule: {comment}"


@python
def only_the_edges_catch_everything(source: Source) -> Iterator[str]:
    """`except Exception` stands at an edge, or says on its line why not a narrower one."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and catches_all(node):
            passed_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if passed_on or gives_a_reason(source.comments.get(node.lineno, "")):
                continue
            yield f"line {node.lineno}: catches everything without its reason"


@python
def nothing_is_skipped(source: Source) -> Iterator[str]:
    """A test that may not run proves nothing."""
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in SKIPS
            and dotted(node).startswith(("pytest.", "unittest.", "self."))
        ):
            yield f"line {node.lineno}: {dotted(node)}"


@python
def nothing_is_left_open(source: Source) -> Iterator[str]:
    """No stub; what is not done is an issue, not a comment."""
    for line, comment in source.comments.items():
        if LEFT_OPEN.search(comment):
            yield f"line {line}: {comment}"
    for node in ast.walk(source.tree):
        # A step back that is not offered says so by this error; everywhere else it is a stub.
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node) and not is_migration(source):
            yield f"line {node.lineno}: a stub"


@python
def time_ids_and_chance_come_from_the_clock(source: Source) -> Iterator[str]:
    """They enter as arguments, so that a test can choose them."""
    if source.path.parts[0] not in ("services", "shared") or str(source.path) in OWN_TIME:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and called(node) in TIME_AND_CHANCE:
            yield f"line {node.lineno}: {called(node)}()"


@python
def tests_read_as_facts(source: Source) -> Iterator[str]:
    """`test_a_cancelled_time_can_be_booked_again`: a sentence, or nobody learns from a failure."""
    if not source.path.name.startswith("test_"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = node.name.split("_")
            if words[0] == "test" and len(words) < 3:
                yield f"line {node.lineno}: {node.name}"


@python
def tests_are_named_after_rooms(source: Source) -> Iterator[str]:
    """`tests/<service>/test_<room>[_what].py`: who changes a room finds its tests."""
    folders = source.path.parts[:-1]
    if len(folders) != 2 or folders[1] not in services() or not source.path.name.startswith("test_"):
        return
    if not any(re.fullmatch(rf"test_{room}(_\w+)?", source.path.stem) for room in ROOMS):
        yield "is named after no room of a service"


@text
def nothing_speaks_of_one_machine(source: Source) -> Iterator[str]:
    """A path that exists on one machine, or a page that is not in the project, leads a stranger nowhere."""
    for line, words in enumerate(source.lines, 1):
        if ONE_MACHINE.search(words) and str(source.path) != ".ci/run":
            yield f"line {line}: {words.strip()[:80]}"


@text
def no_registry_is_named(source: Source) -> Iterator[str]:
    """Where packages come from is the machine's setting; the locks alone may know."""
    for line, words in enumerate(source.lines, 1):
        if REGISTRY_HOSTS.search(words):
            yield f"line {line}: names a package registry"


@text
def pages_load_nothing_from_elsewhere(source: Source) -> Iterator[str]:
    """A page of the authority tells no third party who reads it."""
    if source.path.suffix not in (".html", ".jinja", ".j2", ".css") or "templates" not in source.path.parts[:-1]:
        return
    for line, words in enumerate(source.lines, 1):
        for found in ADDRESS.finditer(words):
            yield f"line {line}: {found[1]}"


@text
def no_cpr_number_could_be_somebodys(source: Source) -> Iterator[str]:
    """Made-up people have day + 60 (61–91), a range that is never issued."""
    for line, words in enumerate(source.lines, 1):
        for found in CPR.finditer(words):
            if 1 <= int(found[1]) <= 31:
                yield f"line {line}: {found[0][:4]}…"


def gives_a_reason(comment: str) -> bool:
    """Say whether a comment has at least two words besides its suppressions."""
    return bool(REASON.search(SUPPRESSION.sub("", comment)))


def is_migration(source: Source) -> bool:
    return "migrations" in source.path.parts


def called(node: ast.Call) -> str:
    """The dotted name of what is called, as far as it is one."""
    return dotted(node.func)


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an attribute chain; the front is empty when it is not a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def catches_all(node: ast.ExceptHandler) -> bool:
    """Bare, Exception or BaseException, alone or in a tuple."""
    if node.type is None:
        return True
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(dotted(kind) in ("Exception", "BaseException") for kind in caught)
