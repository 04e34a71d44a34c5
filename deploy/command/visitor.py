"""Somebody with a browser, without JavaScript: follows links by their words, fills forms by labels, keeps cookies."""

from collections.abc import Mapping
from urllib.parse import urljoin

import httpx2

from deploy.command.markup import Field, Form, Markup

SECONDS = 15.0


class StoryBroken(RuntimeError):
    """The page is not as a person was told it would be; the message says what was looked for and what was found."""


class Visitor:
    """One person at one browser. After each step `page` is what is on the screen."""

    def __init__(self, start: str) -> None:
        self._client = httpx2.Client(follow_redirects=True, timeout=SECONDS, headers={"Accept-Language": "da"})
        self.address = start
        self.page = Markup("")

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def go(self, address: str) -> None:
        """Open an address, relative to the present one."""
        self._arrive(self._client.get(urljoin(self.address, address)))

    def read(self, address: str) -> str:
        """Return a file of this site, e.g. one for a calendar; the page on the screen stays."""
        answer = self._client.get(urljoin(self.address, address))
        if answer.status_code != 200:
            raise StoryBroken(f"{address} answers {answer.status_code}")
        return answer.text

    def follow(self, *words: str) -> None:
        """Follow the first link that has any of these words."""
        for wanted in words:
            for said, target in self.page.links:
                if wanted in said:
                    self.go(target)
                    return
        raise StoryBroken(f"no link “{words[0]}” on “{self.page.heading}” ({self.address})")

    def has_link(self, words: str) -> bool:
        """Is there a link with these words?"""
        return any(words in said for said, _ in self.page.links)

    def press(self, words: str, fill: Mapping[str, str] | None = None) -> None:
        """Press the button with these words, having filled its form: label or field name → text, option or radio."""
        for form in self.page.forms:
            button = form.button(words)
            if button is not None:
                values = dict(form.defaults())
                for label, wanted in (fill or {}).items():
                    found = self._field(form, label, wanted)
                    values[found.name] = found.value
                if button.name:
                    values[button.name] = button.value
                self._send(form, values)
                return
        raise StoryBroken(f"no button “{words}” on “{self.page.heading}” ({self.address})")

    def expect(self, words: str) -> None:
        """Raises StoryBroken unless the page says so."""
        if words not in self.page.text:
            raise StoryBroken(f"“{words}” is not on “{self.page.heading}” ({self.address})")

    def cookies(self) -> httpx2.Cookies:
        """What the browser would send along."""
        return self._client.cookies

    def buttons(self, words: str) -> list[str]:
        """The full words of every button that has these, in their order."""
        return [button.words for form in self.page.forms for button in form.buttons if words in button.words]

    def radios(self, name: str) -> list[Field]:
        """The choices of a group on this page, in their order."""
        return [one for form in self.page.forms for one in form.fields if one.kind == "radio" and one.name == name]

    def _field(self, form: Form, label: str, wanted: str) -> Field:
        """A radio by its label or value, a select by its option's words, anything else by label or name."""
        for one in form.fields:
            named = label in (one.name, one.label) or (one.label and label in one.label)
            if one.kind == "radio" and one.name == label and (wanted == one.value or wanted in one.label):
                return one
            if one.kind == "select" and named:
                for value, words in one.options:
                    if wanted in words:
                        return Field(one.name, one.kind, value)
            if one.kind not in ("radio", "select", "hidden") and named:
                return Field(one.name, one.kind, wanted)
        raise StoryBroken(f"nothing to answer “{label}: {wanted}” with on “{self.page.heading}” ({self.address})")

    def _send(self, form: Form, values: Mapping[str, str]) -> None:
        target = urljoin(self.address, form.action or self.address)
        headers = {"Origin": _origin(self.address), "Referer": self.address}
        if form.method == "post":
            self._arrive(self._client.post(target, data=dict(values), headers=headers))
        else:
            self._arrive(self._client.get(target, params=dict(values)))

    def _arrive(self, answer: httpx2.Response) -> None:
        self.address, self.page = str(answer.url), Markup(answer.text)
        if answer.status_code >= 400:
            raise StoryBroken(f"{answer.status_code} at {self.address}: “{self.page.heading or answer.text[:120]}”")


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])
