"""Within .v1 an event only grows by optional fields: readers of yesterday and events of yesterday stay good."""

import copy
from typing import Any

import pytest

from shared.contracts import ALL
from tests.contracts.compatibility import SCHEMAS, breaches, recorded, shape

BEFORE: dict[str, Any] = {
    "properties": {"a": {"type": "string", "format": "uuid"}, "b": {"type": "integer"}, "c": {"type": "string"}},
    "required": ["a", "b"],
}


@pytest.mark.parametrize("name", ALL)
def test_the_recorded_shape_is_the_shape_of_the_class(name: str) -> None:
    before = recorded(name)
    assert before is not None, f"{name} is new: python -m tests.contracts.compatibility"
    assert breaches(before, shape(ALL[name])) == []
    assert before == shape(ALL[name]), f"{name} has grown: python -m tests.contracts.compatibility"


def test_a_type_that_was_said_once_is_never_taken_away() -> None:
    assert {file.stem for file in SCHEMAS.glob("*.json")} == set(ALL)


def changed(**fields: dict[str, Any] | None) -> dict[str, Any]:
    after = copy.deepcopy(BEFORE)
    for name, value in fields.items():
        if value is None:
            del after["properties"][name]
        else:
            after["properties"][name] = value
    return after


def test_an_optional_field_may_be_added() -> None:
    assert breaches(BEFORE, changed(d={"type": "string", "default": ""})) == []


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (changed(c=None), ["c is gone"]),
        (changed(b={"type": "string"}), ["b is not what it was"]),
        (changed(a={"type": "string"}), ["a is not what it was"]),
        ({**changed(d={"type": "string"}), "required": ["a", "b", "d"]}, ["d is new and required"]),
        ({**BEFORE, "required": ["a", "b", "c"]}, ["c is required now"]),
        ({**BEFORE, "required": ["a"]}, ["b may be missing now"]),
    ],
)
def test_anything_else_is_a_breach(after: dict[str, Any], said: list[str]) -> None:
    assert breaches(BEFORE, after) == said
