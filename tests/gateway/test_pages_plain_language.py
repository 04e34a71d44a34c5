"""The citizens' pages are easy to read (LIX at most 35) and ask nothing without saying why."""

import re
from html.parser import HTMLParser

import httpx2
import pytest

from services.gateway.web.i18n import LOCALES
from tests.gateway.conftest import Login
from tests.gateway.page import Walker
from tests.gateway.town import Town

pytestmark = pytest.mark.anyio
BLOCKS = ("p", "li", "h1", "h2", "h3", "label", "legend", "td", "th", "span", "summary", "button", "a", "option", "div")
LONG_WORD = 6
HARDEST = 35


class Sentences(HTMLParser):
    """The sentences of a page's main part; every block of text is at least one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inside = False
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or tag == "main"
        if tag in BLOCKS and tag not in ("a", "span"):
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self.inside = False
        if tag in BLOCKS and tag not in ("a",):
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data.replace("\n", " ")

    @property
    def list(self) -> list[str]:
        return [part.strip() for part in re.split(r"(?:[.!?:](?=\s|$)|\n)", self.text) if re.search(r"\w", part)]


def lix(html: str) -> float:
    """Return the readability index of a page: words per sentence, plus the percentage of long words."""
    sentences = Sentences(html).list
    words = [word for sentence in sentences for word in re.findall(r"[^\W\d_]+", sentence)]
    long_words = [word for word in words if len(word) > LONG_WORD]
    return len(words) / len(sentences) + 100 * len(long_words) / len(words)


def test_the_index_tells_hard_from_easy() -> None:
    hard = "<main><p>Beskæftigelsesindsatsens tilrettelæggelse forudsætter kommunalbestyrelsens godkendelse.</p></main>"
    easy = "<main><p>Du kan ringe til os. Så finder vi en tid.</p></main>"
    assert lix(easy) < 20 < HARDEST < 60 < lix(hard)


async def test_every_page_of_a_citizen_is_easy_to_read(browser: httpx2.AsyncClient, log_in: Login, town: Town) -> None:
    walker = Walker(browser)
    pages = {path: await walker.open(path) for path in ("/", "/was", "/logget-af", "/logget-af?tid=1", "/nowhere")}
    await log_in("citizen")
    for path in ("/min-side", "/book/emne", "/aftaler", "/indsigt", "/kontakt", "/er-du-her"):
        pages[path] = await walker.open(path)
    town.no_times = True
    pages["no times"] = await walker.send(pages["/book/emne"], "/book/emne", topic="cv-help", note="")
    town.no_times = False
    pages["/book/tid"] = page = await walker.open("/book/tid")
    pages["missing time"] = await walker.send(page, "/book/tid", time="")
    page = await walker.send(page, "/book/tid", time=page.form("/book/tid").choices["time"][0])
    pages["/book/paamindelse"] = page
    pages["/book/tjek"] = page = await walker.send(page, "/book/paamindelse", reminder="24+2")
    pages["receipt"] = page = await walker.send(page, "/book/tjek")
    meeting = page.path.removesuffix("/kvittering")
    for path in ("", "/flyt", "/aflys"):
        pages[path or "meeting"] = await walker.open(meeting + path)
    hard = {name: round(lix(page.html), 1) for name, page in pages.items() if lix(page.html) > HARDEST}
    assert hard == {}


def test_citizens_are_not_told_that_they_must_without_a_reason() -> None:
    """ "Du skal" occurs in no text for citizens: what the law asks is said as "Loven siger …"."""
    citizens = [*(LOCALES.parent / "templates" / "citizen").glob("*.html"), *(LOCALES.parent / "pages").rglob("*.py")]
    for path in citizens:
        assert not re.search(r"\b[Dd]u skal\b", path.read_text()), path
