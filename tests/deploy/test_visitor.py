"""What `jobvej check` sees of a page is what a person sees: words, labels, buttons."""

import pytest

from deploy.command.markup import Markup
from deploy.command.post import calendar_of
from deploy.command.visitor import StoryBroken, Visitor

PAGE = """
<html><head><title>t</title><style>h1 { color: red }</style></head><body>
<h1>Hvornår <b>passer</b> det?</h1><a href="/videre"><svg><use href="#x"></use></svg>Gå videre</a>
<div hx-sse:connect="/dag/live?dato=2026-11-24"></div>
<form method="get" action="/tid"><label for="who">Hvem?</label>
<select id="who" name="raadgiver"><option value="">Lige meget</option><option value="7">Mette Krogh</option></select>
<button>Vis tider</button></form>
<form method="post" action="/tid"><input type="hidden" name="token" value="t1">
<input type="radio" id="a" name="time" value="9"><label for="a">kl. 9</label>
<input type="radio" id="b" name="time" value="10" checked><label for="b">kl. 10</label>
<input type="checkbox" name="news" value="1"><label for="n">Besked</label><textarea id="n" name="note">Hej</textarea>
<button name="how" value="now">Næste</button></form></body></html>
"""


@pytest.fixture
def visitor() -> Visitor:
    visitor = Visitor("http://127.0.0.1:1/tid")
    visitor.page = Markup(PAGE)
    return visitor


def test_a_page_is_read_as_a_person_reads_it() -> None:
    page = Markup(PAGE)
    assert page.heading == "Hvornår passer det?"
    assert page.links == [("Gå videre", "/videre")]
    assert page.streams == ["/dag/live?dato=2026-11-24"]
    assert "color: red" not in page.text


def test_what_is_not_touched_is_sent_as_it_stands() -> None:
    form = Markup(PAGE).forms[1]
    assert form.defaults() == [("token", "t1"), ("time", "10"), ("note", "Hej")]
    button = form.button("Næste")
    assert button is not None
    assert (button.name, button.value) == ("how", "now")


def test_fields_are_found_by_label_words_and_options(visitor: Visitor) -> None:
    first, second = visitor.page.forms
    assert visitor._field(first, "Hvem?", "Mette").value == "7"
    assert visitor._field(second, "time", "kl. 9").value == "9"
    assert visitor._field(second, "Besked", "Goddag").name == "note"


@pytest.mark.parametrize("step", ["follow", "press", "expect"])
def test_what_is_not_there_breaks_the_story_with_a_sentence(visitor: Visitor, step: str) -> None:
    with pytest.raises(StoryBroken, match="Findes ikke"):
        getattr(visitor, step)("Findes ikke")


def test_a_mail_without_an_invitation_breaks_the_story() -> None:
    with pytest.raises(StoryBroken, match="no calendar invitation"):
        calendar_of({"subject": "Din tid", "calendar": ""})


def test_a_folded_invitation_is_read() -> None:
    calendar = "METHOD:REQUEST\r\nUID:1234@nor\r\n dby.example\r\nSEQUENCE:2\r\nDTSTART;TZID=Europe/Copenhagen:2026"
    found = calendar_of({"subject": "Din tid", "calendar": calendar})
    assert (found["METHOD"], found["UID"], found["SEQUENCE"]) == ("REQUEST", "1234@nordby.example", "2")
