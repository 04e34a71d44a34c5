"""Danish and English: every text is translated, and a page speaks one language."""

import json
import re
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from services.gateway.web import i18n
from services.gateway.web.i18n import LANGUAGES, LOCALES, gettext, ngettext, speaking
from tests.gateway.conftest import Login
from tests.gateway.page import Walker

pytestmark = pytest.mark.anyio
GATEWAY = Path(i18n.__file__).parents[1]
HOW = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "extensions": "jinja2.ext.i18n"}}
KEYWORDS = {"_": None, "gettext": None, "later": None, "ngettext": (1, 2)}


@pytest.fixture(scope="module")
def said() -> set[object]:
    """Every text in the sources that is to be translated."""
    found = extract_from_dir(GATEWAY, HOW, OPTIONS, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found if message}


def catalogue(language: str) -> Catalog:
    source = (LOCALES / language / "LC_MESSAGES" / "messages.po").read_bytes()
    return read_po(BytesIO(source), locale=language)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "da"])
def test_a_catalogue_has_every_text_of_the_sources_and_no_others(language: str, said: set[object]) -> None:
    known = {message.id for message in catalogue(language) if message.id}
    assert {text for text in said if text not in known} == set()
    assert {text for text in known if text not in said} == set()


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "da"])
def test_a_catalogue_is_complete_and_certain(language: str) -> None:
    for message in catalogue(language):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts) or not message.id, message.id
        assert not message.fuzzy or not message.id, message.id
        assert not list(message.check(catalogue(language))), message.id


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "da"])
def test_a_translation_fills_in_the_same_values_as_the_danish(language: str) -> None:
    for message in catalogue(language):
        danish = message.id[-1] if isinstance(message.id, tuple) else message.id
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert values(str(texts[-1])) == values(str(danish)) or not danish, danish


def values(text: str) -> list[str]:
    """The places in a text where something is filled in, and its links."""
    return sorted(re.findall(r"\{\w+\}|%\(\w+\)s|<a [^>]*>|</a>", text))


def test_numbers_choose_their_words() -> None:
    with speaking("en"):
        assert ngettext("1 fundet", "%(count)s fundet", 1) == "1 found"
        assert ngettext("1 fundet", "%(count)s fundet", 2) == "%(count)s found"
    assert ngettext("1 fundet", "%(count)s fundet", 2) == "%(count)s fundet"


def test_an_unknown_language_becomes_danish() -> None:
    with speaking("xx"):
        assert gettext("Tilbage") == "Tilbage"


async def test_the_switch_changes_the_language_and_stays_on_the_page(
    browser: httpx2.AsyncClient, log_in: Login
) -> None:
    await log_in("citizen")
    walker = Walker(browser)
    page = await walker.open("/book/emne")
    assert '<html lang="da">' in page.html
    page = await walker.click(page, "English")
    assert page.path == "/book/emne"
    assert '<html lang="en">' in page.html
    for words in ("What do you want to talk about?", "Help with your CV", "Log out"):
        assert words in page.text
    page = await walker.click(page, "Dansk")
    assert "Hvad vil du tale om?" in page.text


async def test_the_whole_booking_can_be_done_in_english(browser: httpx2.AsyncClient, log_in: Login) -> None:
    await log_in("citizen")
    walker = Walker(browser)
    page = await walker.open("/sprog/en?til=/book/emne")
    page = await walker.send(page, "/book/emne", topic="cv-help", note="")
    assert "Wednesday 25 November" in page.text
    assert "Nordby Municipality" in page.text
    page = await walker.send(page, "/book/tid", time=page.form("/book/tid").choices["time"][0])
    page = await walker.send(page, "/book/paamindelse", reminder="24")
    page = await walker.send(page, "/book/tjek")
    assert page.headings[0] == "Your meeting is booked"
    assert "Wednesday 25 November at 9:00" in page.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("da,en;q=0.8", "da"), ("en-GB,en", "en"), ("nb-NO,en", "da"), ("ar,fr", "da"), ("uk,en;q=0.5", "en"), ("", "da")],
)
async def test_before_a_choice_the_browsers_language_counts(
    browser: httpx2.AsyncClient, accepted: str, language: str
) -> None:
    answer = await browser.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in answer.text


async def test_the_switch_never_leads_to_another_site(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/sprog/en?til=//evil.test")
    assert answer.headers["location"] == "/"


async def test_what_counts_signs_in_the_browser_gets_its_words_from_the_page(
    browser: httpx2.AsyncClient, log_in: Login
) -> None:
    await log_in("citizen")
    for language, words in (("da", "Du har {value} tegn tilbage"), ("en", "You have {value} characters left")):
        page = await browser.get("/book/emne", headers={"Accept-Language": language})
        (texts,) = re.findall(r"data-texts='([^']*)'", page.text)
        assert json.loads(texts)["characters_remaining"] == words
