"""Every environment variable a service reads, from its settings class."""

import importlib
import inspect
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from deploy.docs.facts import services
from shared.settings import PREFIX, ServiceSettings

INTRODUCTION = """# Settings

Every process is configured by environment variables alone: `python -m services.<name> api|worker|relay|migrate`.
A missing or wrong one stops the start with a sentence that names it (exit code 2). There is no default for a secret.
With `JOBVEJ_ENVIRONMENT=production` every demo value is refused: keys whose id begins with `demo-`, test CPR numbers,
addresses without https. Lists and objects are JSON.

This page is written by `python -m deploy.docs` from the settings classes.
"""
OTHERS = """## Besides

| variable | what it says |
|---|---|
| `OTEL_EXPORTER_OTLP_ENDPOINT` | where traces are sent (OTLP over HTTP); without it they stay in the process |
"""


def page() -> str:
    """The page `docs/settings.md`."""
    parts = [INTRODUCTION, section("All services", ServiceSettings, set())]
    shared = set(ServiceSettings.model_fields)
    for service in services():
        found = settings_of(service)
        parts.append(section(f"{service}: and these", found, shared))
    return "\n".join([*parts, OTHERS])


def settings_of(service: str) -> type[ServiceSettings]:
    """The one settings class that the service declares."""
    module = importlib.import_module(f"services.{service}.settings")
    (found,) = [
        thing
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, ServiceSettings) and thing.__module__ == module.__name__
    ]
    return found


def section(title: str, settings: type[ServiceSettings], but: set[str]) -> str:
    """A table of the fields that are not in `but`."""
    lines = [f"## {title}", "", "| variable | what it says | kind | without it |", "|---|---|---|---|"]
    for name, field in settings.model_fields.items():
        if name not in but:
            said = (field.description or "").replace("|", "\\|")
            lines.append(f"| `{PREFIX}{name.upper()}` | {said} | {kind(field.annotation)} | {without(field)} |")
    if len(lines) == 4:
        lines[2:] = ["(none of its own)"]
    return "\n".join([*lines, ""])


def without(field: FieldInfo) -> str:
    """What happens when the variable is not set."""
    if field.is_required():
        return "**no start**"
    value = field.get_default(call_default_factory=True, validated_data={})
    return "–" if value in (None, "", {}, (), []) else f"`{value}`"


def kind(annotation: Any) -> str:
    """A type as an operator reads it."""
    arguments = [argument for argument in get_args(annotation) if argument is not type(None)]
    if get_origin(annotation) in (dict, list, tuple, set):
        return "JSON"
    if arguments and all(isinstance(argument, str) for argument in arguments):
        return " · ".join(arguments)
    if arguments:
        return kind(arguments[0])
    names = {"str": "text", "int": "number", "float": "number", "bool": "true · false", "SecretStr": "secret"}
    name = getattr(annotation, "__name__", str(annotation))
    return names.get(name, name)
