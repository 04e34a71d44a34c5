"""The words: every template in both languages, every day of a year, the longest values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from services.notifications.model.gsm7 import LIMIT, septets, shortened, to_gsm7
from services.notifications.model.notice import Kind
from services.notifications.model.wording import LANGUAGES, Authority, Facts, Template, Wording, Words, spoken
from services.notifications.store.templates import wording
from tests.notifications.given import AUTHORITY
from tests.notifications.lix import lix

# As long as settings allow: see services/notifications/settings.py.
LONGEST = Authority("M" * 28, "+45 70 10 20 3", AUTHORITY.link)
# Every fifth day: each weekday with each month, and two-digit dates among them.
DAYS = [datetime(2026, 1, 1, 13, 30, tzinfo=UTC) + timedelta(days=day) for day in range(0, 365, 5)]
TEMPLATES = wording().templates
every_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: f"{each.kind}-{each.language}")


def facts(starts_at: datetime = DAYS[66], form: str = "in_person", place: str = "Torvet 1", by: bool = True) -> Facts:
    return Facts(starts_at, starts_at + timedelta(minutes=45), form, place, by)


def words(template: Template, given: Facts, authority: Authority = AUTHORITY) -> Words:
    return wording().words(template.kind, template.language, given, authority)


class Shown(HTMLParser):
    """What a reader of an HTML mail sees, and where it links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data.split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_every_kind_has_words_in_every_language() -> None:
    assert {(each.kind, each.language) for each in TEMPLATES} == {(kind, lang) for kind in Kind for lang in LANGUAGES}


@every_template
def test_the_longest_sms_has_at_most_160_septets(template: Template) -> None:
    # The longest place that is left whole, in signs of one septet each.
    longest = max(
        septets(words(template, facts(day, form, "W" * 30, by), LONGEST).sms)
        for day in DAYS
        for form in ("in_person", "phone", "video")
        for by in (True, False)
    )
    assert longest <= LIMIT


@every_template
def test_a_place_however_long_or_odd_fits_and_keeps_its_street(template: Template) -> None:
    if template.kind is not Kind.CANCELLED:
        sms = words(template, facts(place="Nordby Kommune, Job – og Uddannelse, indgang “B”, Torvet 1")).sms
        assert 'indgang "B", Torvet 1' in sms
        assert "Job" not in sms


@every_template
@pytest.mark.parametrize("form", ["in_person", "phone", "video"])
@pytest.mark.parametrize("by_citizen", [True, False])
def test_the_texts_are_easy_to_read(template: Template, form: str, by_citizen: bool) -> None:
    written = words(template, facts(form=form, by=by_citizen))
    assert lix(written.text.replace(AUTHORITY.link, "")) <= 35
    assert lix(written.sms) <= 35


@every_template
def test_text_and_html_say_the_same_and_link_only_to_the_own_pages(template: Template) -> None:
    written = words(template, facts())
    shown = Shown(written.html)
    said = set(written.text.replace(AUTHORITY.link, "").replace(":", "").split())
    assert said <= {word.replace(":", "") for word in shown.text}
    assert shown.links == [AUTHORITY.link]


@every_template
def test_no_sms_has_a_link(template: Template) -> None:
    sms = words(template, facts()).sms
    assert "http" not in sms
    assert "www" not in sms


@every_template
def test_what_to_bring_is_said_unless_the_meeting_is_off(template: Template) -> None:
    written = words(template, replace(facts(), bring="Dit CV <og> et ID"))
    assert ("Dit CV <og> et ID" in written.text) is (template.kind is not Kind.CANCELLED)
    assert "<og>" not in written.html


def test_the_times_are_danish_wall_time_in_the_language_of_the_reader() -> None:
    summer = facts(datetime(2026, 7, 1, 7, 5, tzinfo=UTC))
    da = wording().words(Kind.CONFIRMATION, "da", summer, AUTHORITY)
    en = wording().words(Kind.CONFIRMATION, "en", summer, AUTHORITY)
    assert "onsdag den 1. juli kl. 09.05 til 09.50" in da.text
    assert "Wednesday 1 July at 09:05 until 09:50" in en.text


def test_a_language_without_words_becomes_danish() -> None:
    assert (spoken("uk"), spoken("en")) == ("da", "en")
    assert wording().words(Kind.MOVED, "uk", facts(), AUTHORITY).language == "da"


def test_a_missing_value_is_an_error_and_never_a_blank() -> None:
    (first, *_) = TEMPLATES
    broken = replace(first, source={**first.source, "subject": "Hej {{ name }}"})
    with pytest.raises(UndefinedError):
        Wording((broken,)).words(first.kind, first.language, facts(), AUTHORITY)


def test_an_sms_that_does_not_fit_is_an_error() -> None:
    (first, *_) = TEMPLATES
    broken = replace(first, source={**first.source, "sms": "x" * 161})
    with pytest.raises(ValueError, match="161 septets"):
        Wording((broken,)).words(first.kind, first.language, facts(), AUTHORITY)


def test_the_newest_version_is_the_one_in_use() -> None:
    (first, *_) = TEMPLATES
    newer = replace(first, version=2)
    both = Wording((newer, first))
    assert both.words(first.kind, first.language, facts(), AUTHORITY).version == 2
    assert newer.fingerprint == first.fingerprint != replace(first, layout="").fingerprint


def test_septets_are_counted_as_the_standard_says() -> None:
    assert septets("æøå ÆØÅ @£$") == 11
    assert septets("€[]") == 6
    with pytest.raises(ValueError, match="'–'"):
        septets("10–11")


def test_values_are_written_in_the_alphabet_of_sms() -> None:
    assert to_gsm7("Café “Øst” – 2. sal…") == 'Café "Øst" - 2. sal...'
    assert to_gsm7("Łódź 日本") == "odz "
    assert shortened("Torvet 1, indgang B", 40) == "Torvet 1, indgang B"
    assert shortened("Torvet 1, indgang B", 12) == "Torvet 1"
    assert shortened("x" * 50, 12) == "x" * 12
