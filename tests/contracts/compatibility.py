"""What may change in an event within its version: optional fields may be added, nothing else.

The shapes that readers rely on are kept in `schemas/`; `python -m tests.contracts.compatibility` records a new
type or an allowed addition there, and refuses anything else.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from shared.contracts import ALL, Event

SCHEMAS = Path(__file__).parent / "schemas"
Shape = dict[str, Any]


def shape(event: type[Event]) -> Shape:
    """The JSON schema of an event's own object, without its sentences: those may always be improved."""
    (root,), definitions = msgspec.json.schema_components([event], ref_template="{name}")
    found: Shape = definitions[root["$ref"]]
    found.pop("description", None)
    return found


def recorded(type_name: str) -> Shape | None:
    """The shape readers rely on, None for a type that was never recorded."""
    file = SCHEMAS / f"{type_name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def breaches(before: Shape, after: Shape) -> list[str]:
    """What a reader or a stored event of `before` would trip over, one sentence each."""
    old, new = before["properties"], after["properties"]
    required = set(after.get("required", ()))
    return [
        *(f"{name} is gone" for name in old if name not in new),
        *(f"{name} is not what it was" for name in old if name in new and kind(old[name]) != kind(new[name])),
        *(f"{name} is new and required" for name in new if name not in old and name in required),
        *(f"{name} is required now" for name in old if name in required - set(before.get("required", ()))),
        *(f"{name} may be missing now" for name in before.get("required", ()) if name in new and name not in required),
    ]


def kind(field: Shape) -> Shape:
    """A field's type, without its default: that belongs to the reader."""
    return {key: value for key, value in field.items() if key not in ("default", "description")}


def main() -> int:
    """Record what is new; exit code 1 when something broke."""
    broken = 0
    for name, event in ALL.items():
        before, after = recorded(name), shape(event)
        problems = breaches(before, after) if before else []
        for problem in problems:
            print(f"{name}: {problem}: make a new class and type instead", file=sys.stderr)
        broken += bool(problems)
        if not problems and before != after:
            (SCHEMAS / f"{name}.json").write_text(json.dumps(after, indent=2) + "\n")
            print(f"{name}: recorded")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
