"""The golden examples: one per event type, as it lies in Kafka. They are kept for ever and never edited."""

import ast
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
import pytest

from shared.contracts import ALL, TOPICS
from shared.contracts.people import CitizenChanged
from tests.contracts.words import about_a_person

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> bytes:
    return (EXAMPLES / f"{name}.json").read_bytes()


def test_every_event_has_an_example_and_every_example_an_event() -> None:
    assert {file.stem for file in EXAMPLES.glob("*.json")} == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_an_example_is_read_and_written_without_loss(name: str) -> None:
    event = msgspec.json.decode(example(name), type=ALL[name])
    assert json.loads(msgspec.json.encode(event)) == json.loads(example(name))
    assert isinstance(event.key, UUID)


@pytest.mark.parametrize("name", ALL)
def test_a_field_from_the_future_is_passed_over(name: str) -> None:
    later = json.loads(example(name)) | {"field_of_a_later_release": {"any": ["thing"]}}
    assert msgspec.json.decode(json.dumps(later), type=ALL[name]) == msgspec.json.decode(example(name), type=ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_an_event_without_one_of_its_facts_is_not_read(name: str) -> None:
    whole = json.loads(example(name))
    for field in msgspec.structs.fields(ALL[name]):
        if field.required:
            rest = {key: value for key, value in whole.items() if key != field.name}
            with pytest.raises(msgspec.ValidationError, match=field.name):
                msgspec.json.decode(json.dumps(rest), type=ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_an_instant_without_a_zone_is_not_read(name: str) -> None:
    for field, annotation in get_type_hints(ALL[name]).items():
        if annotation is datetime:
            naive = json.loads(example(name)) | {field: "2026-12-01T09:00:00"}
            with pytest.raises(msgspec.ValidationError, match=field):
                msgspec.json.decode(json.dumps(naive), type=ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_an_event_is_a_frozen_fact_named_by_its_publisher(name: str) -> None:
    event = ALL[name]
    publisher = event.__module__.rsplit(".", 1)[1]
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in event.__name__).lstrip("-")
    assert name == f"{publisher}.{words}.v1"
    assert event.topic.name == f"{publisher}.events"
    assert event.key_field in event.__struct_fields__
    assert event.__struct_config__.frozen
    assert event.__doc__ is not None
    assert event.__doc__.startswith("Said ")


@pytest.mark.parametrize("name", ALL)
def test_an_event_carries_ids_times_and_codes_and_nothing_about_a_person(name: str) -> None:
    allowed = (UUID, datetime, date, int, bool, str)
    hints = get_type_hints(ALL[name])
    for field in ALL[name].__struct_fields__:
        assert about_a_person(field) is None, f"{name}.{field}"
        assert hints[field] in allowed or getattr(hints[field], "__args__", None), f"{name}.{field}"


@pytest.mark.parametrize(
    "field", ["name", "citizen_name", "cpr", "cpr_number", "email", "phone", "mobile", "note_text"]
)
def test_a_field_that_says_who_somebody_is_would_be_caught(field: str) -> None:
    assert about_a_person(field) is not None


def test_no_event_is_declared_beside_the_list() -> None:
    declared = {
        node.name
        for file in (Path(__file__).parents[2] / "shared" / "contracts").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef) and any(getattr(parent, "id", "") == "Event" for parent in node.bases)
    }
    assert declared == {event.__name__ for event in ALL.values()}


def test_topics_are_one_per_publisher_and_wide_enough_to_scale() -> None:
    assert set(TOPICS) == {event.topic.name for event in ALL.values()}
    assert all(topic.partitions >= 6 and topic.retention_days >= 7 for topic in TOPICS.values())


def test_events_cannot_be_changed_after_the_fact() -> None:
    event: Any = msgspec.json.decode(example("people.citizen-changed.v1"), type=CitizenChanged)
    with pytest.raises(AttributeError):
        event.version = 7
