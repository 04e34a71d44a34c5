"""What the code writes about itself is fresh, says what the code says, and can be read by everyone."""

import ast
import xml.etree.ElementTree as ElementTree

import pytest

from deploy.docs import events, facts, generated, map_picture, settings
from deploy.docs.__main__ import main
from shared.contracts import ALL, booking
from tests.house.source import ROOT

SVG = "{http://www.w3.org/2000/svg}"
SUBSCRIBERS = """
@on(BookingCreated)
async def schedule_reminders(event, context): ...

@on(booking.BookingMoved, many=True, in_order=False)
async def plan_again(events, context): ...

@elsewhere(BookingCancelled)
async def not_a_subscriber(): ...
"""
USE_CASE = """
async def book_meeting(session):
    outbox.add(session, BookingCreated(booking_id=1))
"""


def test_every_generated_document_is_fresh() -> None:
    stale = [path.name for path, wanted in generated.documents().items() if path.read_text("utf-8") != wanted]
    assert stale == [], "make docs"


def test_a_stale_document_is_caught(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    monkeypatch.setattr(events, "table", lambda: "| another | table | altogether |")
    assert main(["--check"]) == 1
    assert "README.md is stale" in capsys.readouterr().err


def test_markers_that_are_gone_are_noticed() -> None:
    with pytest.raises(ValueError, match="occur 0 times"):
        generated.between("no markers", "events", "x")


def test_a_subscriber_is_read_as_a_sentence() -> None:
    assert list(facts.heard(ast.parse(SUBSCRIBERS))) == [
        ("BookingCreated", "schedule reminders"),
        ("BookingMoved", "plan again"),
    ]


def test_who_says_an_event_is_found_where_it_is_made() -> None:
    assert list(facts.made(ast.parse(USE_CASE), {"BookingCreated"})) == [("BookingCreated", "book meeting")]


def test_every_event_is_said_by_its_publisher_and_by_nobody_else() -> None:
    told = {story.event.__name__: {effect.service for effect in story.said_in} for story in facts.stories()}
    assert told == {event.__name__: {name.split(".")[0]} for name, event in ALL.items()}


def test_the_table_has_a_line_for_every_event() -> None:
    lines = events.table().splitlines()[2:]
    assert len(lines) == len(ALL)
    assert all(line.count("|") - line.count("\\|") == 4 for line in lines)


def test_a_booking_is_heard_by_notifications_and_shown_live() -> None:
    (story,) = [found for found in facts.stories() if found.event is booking.BookingCreated]
    assert {"notifications", "gateway"} <= {effect.service for effect in story.then}


def test_the_map_shows_every_service_and_speaks_to_those_who_do_not_see_it() -> None:
    picture = ElementTree.fromstring(map_picture.picture())  # noqa: S314 – our own picture
    written = " ".join(element.text or "" for element in picture.iter(f"{SVG}text"))
    assert [name for name in facts.services() if name not in written] == []
    assert picture.get("role") == "img"
    ids = str(picture.get("aria-labelledby")).split()
    described = [element for element in picture if element.get("id") in ids and element.text]
    assert len(described) == 2


def test_every_setting_says_what_it_is_for() -> None:
    unsaid = [
        f"{service}: {name}"
        for service in facts.services()
        for name, field in settings.settings_of(service).model_fields.items()
        if not field.description
    ]
    assert unsaid == []


def test_no_secret_has_a_default() -> None:
    words = ("key", "password", "secret", "token")
    given = [
        f"{service}: {name}"
        for service in facts.services()
        for name, field in settings.settings_of(service).model_fields.items()
        if any(word in name for word in words) and not field.is_required() and field.default not in (None, "")
    ]
    assert given == []


def test_the_documents_name_only_files_that_exist() -> None:
    sources = {effect.source for story in facts.stories() for effect in [*story.said_in, *story.then]}
    assert [source for source in sources if not (ROOT / source).exists()] == []
