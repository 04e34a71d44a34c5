"""A page as a person without JavaScript has it: headings, links, and forms to fill in and send."""

from html.parser import HTMLParser
from typing import Any

import httpx2


class Form:
    """A form: where it goes and what its fields hold when nothing is touched."""

    def __init__(self, method: str, action: str) -> None:
        self.method, self.action = method, action
        self.fields: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.buttons: list[tuple[str, str]] = []


class Page(HTMLParser):
    """The parts of a page that tests ask about."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__()
        self.status, self.path, self.html = answer.status_code, answer.request.url.path, answer.text
        self.answer = answer
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self.headings: list[str] = []
        self._texts: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", self.path)))
        elif tag == "input" and self.forms:
            self._input(given)
        elif tag == "textarea":
            self.forms[-1].fields[given["name"]] = ""
        elif tag == "button" and "name" in given:
            self.forms[-1].buttons.append((given["name"], given["value"]))
        if tag not in ("input", "meta", "link", "br"):
            self._open.append((tag, given))

    def _input(self, given: dict[str, str]) -> None:
        form, name, value = self.forms[-1], given["name"], given.get("value", "")
        if given.get("type") == "radio":
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields[name] = value
        elif given.get("type") != "checkbox" or "checked" in given:
            form.fields[name] = value

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if "script" in tags or "style" in tags:
            return
        self.text += data
        if "textarea" in tags:
            name = self._open[-1][1]["name"]
            self.forms[-1].fields[name] += data
        if tags and tags[-1] in ("h1", "h2", "h3"):
            self.headings.append(data.strip())
        for tag, given in self._open:
            if tag == "a" and "href" in given and data.strip():
                self.links[" ".join(data.split())] = given["href"]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def form(self, action: str) -> Form:
        """Return the form that goes to this path; one that changes something before one that asks."""
        found = [form for form in self.forms if form.action.split("?")[0] == action]
        return sorted(found, key=lambda form: form.method == "get")[0]


class Walker:
    """Walks pages by links and forms, as somebody without JavaScript does."""

    def __init__(self, browser: httpx2.AsyncClient) -> None:
        self.browser = browser
        self.clicks = 0

    async def open(self, path: str) -> Page:
        """Go to an address."""
        return Page(await self.browser.get(path, follow_redirects=True))

    async def click(self, page: Page, link: str) -> Page:
        """Follow a link by its words."""
        self.clicks += 1
        return await self.open(page.links[link])

    async def send(self, page: Page, action: str, **answers: Any) -> Page:
        """Fill in the form that goes to `action` and send it; fields not named keep what they hold."""
        self.clicks += 1
        form = page.form(action)
        data = {**form.fields, **answers}
        if form.method == "get":
            return Page(await self.browser.get(form.action, params=data, follow_redirects=True))
        return Page(await self.browser.post(form.action, data=data, follow_redirects=True))
