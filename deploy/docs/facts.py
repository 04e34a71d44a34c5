"""What the code says about itself: read from its text, so that no service has to be started or configured."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from shared.contracts import ALL, MODULES, Event

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"


@dataclass(frozen=True)
class Effect:
    """What a service does when it hears an event; `source` is the file, from the root."""

    service: str
    does: str
    source: str


@dataclass
class Story:
    """One event: who says it in which steps, and what happens then."""

    event: type[Event]
    said_in: list[Effect] = field(default_factory=list)
    then: list[Effect] = field(default_factory=list)

    @property
    def publisher(self) -> str:
        return self.event.type.split(".", 1)[0]

    @property
    def when(self) -> str:
        """The first sentence of the declaration, on one line."""
        return " ".join((self.event.__doc__ or "").split("\n\n")[0].split())


def services() -> list[str]:
    """The services that run, in the order of their contracts; the gateway last: it is the door to the others.

    What has no settings yet is a kernel and a command, no process: neither the map nor the settings page shows it.
    """
    publishers = [module.__name__.rsplit(".", 1)[1] for module in MODULES]
    names = sorted(path.parent.name for path in SERVICES.glob("*/settings.py"))
    return sorted(names, key=lambda name: publishers.index(name) if name in publishers else len(publishers))


@cache
def stories() -> tuple[Story, ...]:
    """Every declared event with who says and hears it, in the order of declaration; read once per process."""
    found = {event.__name__: Story(event) for event in ALL.values()}
    for service in services():
        for path in sorted((SERVICES / service).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            source = str(path.relative_to(ROOT))
            rooms = path.relative_to(SERVICES / service).parts
            if rooms[0] in ("subscribers.py", "subscribers"):
                for name, does in heard(tree):
                    found[name].then.append(Effect(service, does, source))
            elif rooms[0] == "live":
                for name in sorted(named(tree) & found.keys()):
                    found[name].then.append(Effect(service, "show it live", source))
            elif rooms[0] not in ("migrations", "store", "store.py", "tables.py"):
                for name, does in made(tree, set(found)):
                    step = words(path.stem) if rooms[0] == "use_cases" and path.stem != "__init__" else does
                    found[name].said_in.append(Effect(service, step, source))
    return tuple(found.values())


def heard(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each `@on(Event)`: the event's name, and the function's name as words."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "on":
                yield last_name(decorator.args[0]), words(node.name)


def made(tree: ast.Module, events: set[str]) -> Iterator[tuple[str, str]]:
    """Each place where an event is made: the event's name, and the enclosing function's name as words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and last_name(call.func) in events:
                    yield last_name(call.func), words(node.name)


def named(tree: ast.Module) -> set[str]:
    """Every name and attribute that occurs."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def asked() -> list[tuple[str, str]]:
    """Who asks whom by HTTP, from the settings: a service with `people_url` asks people."""
    known = services()
    pairs = []
    for service in known:
        text = (SERVICES / service / "settings.py").read_text("utf-8")
        pairs += [(service, other) for other in known if other != service and f"{other}_url" in text]
    return pairs


def last_name(node: ast.expr) -> str:
    """`booking.BookingCreated` and `BookingCreated` are the same event."""
    return getattr(node, "attr", getattr(node, "id", ""))


def words(name: str) -> str:
    """A function's name as one reads it aloud."""
    return name.strip("_").replace("_", " ")
