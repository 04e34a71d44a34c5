"""What a person finds on a page: heading, links by their words, forms with fields, labels, buttons. No scripts run."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_SPACE = re.compile(r"\s+")
_VOID = {"input", "br", "img", "meta", "link", "hr", "source", "use", "path"}


@dataclass
class Field:
    """A field of a form, as it stands on the page."""

    name: str
    kind: str
    value: str
    id: str = ""
    chosen: bool = False
    label: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Button:
    """A button with its words; some send a name and a value."""

    words: str = ""
    name: str = ""
    value: str = ""


@dataclass
class Form:
    """A form: where it goes, what it holds, what can be pressed."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def button(self, words: str) -> Button | None:
        """The first button with these words."""
        return next((button for button in self.buttons if words in button.words), None)

    def defaults(self) -> list[tuple[str, str]]:
        """What would be sent if nothing were touched."""
        sent = [one for one in self.fields if one.name and (one.chosen or one.kind not in ("radio", "checkbox"))]
        return [(one.name, one.value) for one in sent]


class Markup(HTMLParser):
    """Reads one page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.heading = ""
        self.streams: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[str, dict[str, str], int]] = []
        self._labels: dict[str, str] = {}
        self.feed(html)
        for form in self.forms:
            for one in form.fields:
                one.label = self._labels.get(one.id, "")

    @property
    def text(self) -> str:
        """All words of the page."""
        return _SPACE.sub(" ", "".join(self._words)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "hx-sse:connect" in attributes:
            self.streams.append(attributes["hx-sse:connect"])
        if tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes.get("method", "get").lower()))
        elif tag == "input" and self.forms:
            self._input(attributes)
        elif tag == "option" and self.forms:
            self._option(attributes)
        elif tag in ("textarea", "select") and self.forms:
            self.forms[-1].fields.append(Field(attributes.get("name", ""), tag, "", attributes.get("id", "")))
        if tag not in _VOID:
            self._open.append((tag, attributes, len(self._words)))

    def handle_endtag(self, tag: str) -> None:
        while any(opened == tag for opened, _, _ in self._open):
            opened, attributes, since = self._open.pop()
            if opened == tag:
                self._close(tag, attributes, _SPACE.sub(" ", "".join(self._words[since:])).strip())
                return

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1][0] not in ("script", "style"):
            self._words.append(data)

    def _input(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text")
        chosen = "checked" in attributes
        name, value = attributes.get("name", ""), attributes.get("value", "")
        self.forms[-1].fields.append(Field(name, kind, value, attributes.get("id", ""), chosen))

    def _option(self, attributes: dict[str, str]) -> None:
        select = self.forms[-1].fields[-1]
        if not select.options or "selected" in attributes:
            select.value = attributes.get("value", "")
        select.options.append((attributes.get("value", ""), ""))

    def _close(self, tag: str, attributes: dict[str, str], words: str) -> None:
        if tag == "a" and attributes.get("href"):
            self.links.append((words, attributes["href"]))
        elif tag == "h1":
            self.heading = words
        elif tag == "label":
            self._labels[attributes.get("for", "")] = words
        elif tag == "button" and self.forms:
            button = Button(words, attributes.get("name", ""), attributes.get("value", ""))
            self.forms[-1].buttons.append(button)
        elif tag == "option" and self.forms and self.forms[-1].fields:
            select = self.forms[-1].fields[-1]
            select.options[-1] = (select.options[-1][0], words)
        elif tag == "textarea" and self.forms:
            self.forms[-1].fields[-1].value = words
