"""Words of a notice, made when it is sent: a template version in the citizen's language, and the meeting's facts.
A value that is missing is an error, never a blank; the same source gives the text, the HTML and the SMS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from babel.dates import format_datetime
from jinja2 import Environment, StrictUndefined

from services.notifications.model.gsm7 import LIMIT, septets, shortened, to_gsm7
from services.notifications.model.notice import Kind
from shared.clock import COPENHAGEN

LANGUAGES = ("da", "en")
_DAY = {"da": "EEEE 'den' d. MMMM", "en": "EEEE d MMMM"}
_SHORT_DAY = {"da": "EEEE d/M", "en": "EEEE d MMM"}
_TIME = {"da": "HH.mm", "en": "HH:mm"}
_PLACE_IN_SMS = 30
_TEXT = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - plain text: subject, text part, SMS
_HTML = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
_plain, _html = cache(_TEXT.from_string), cache(_HTML.from_string)


def spoken(language: str) -> str:
    """Return the language a notice is written in for somebody who wants this one: ours, else Danish."""
    return language if language in LANGUAGES else "da"


@dataclass(frozen=True, slots=True)
class Template:
    """One version of one notice in one language; never changed once used. `source` is its file's content."""

    kind: Kind
    language: str
    version: int
    source: Mapping[str, Any]
    layout: str

    @property
    def fingerprint(self) -> str:
        """Return a digest of everything that decides the words: it may not differ under the same version."""
        return sha256(repr((sorted(self.source.items()), self.layout)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a notice says about a meeting. Times are aware; `bring` and `place` are as booking says, may be empty."""

    starts_at: datetime
    ends_at: datetime
    form: str
    place: str
    by_citizen: bool
    bring: str = ""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who writes: the municipality, and how it is reached. `link` is where a citizen logs in to move or cancel."""

    name: str
    phone: str
    link: str


@dataclass(frozen=True, slots=True)
class Words:
    """The finished words of one notice."""

    language: str
    version: int
    subject: str
    text: str
    html: str
    sms: str
    where: str
    bring: str


@dataclass(frozen=True, slots=True)
class Wording:
    """All templates, by kind and language; the newest version of each is the one in use."""

    templates: tuple[Template, ...]
    _newest: dict[tuple[Kind, str], Template] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for template in sorted(self.templates, key=lambda each: each.version):
            self._newest[template.kind, template.language] = template

    def words(self, kind: Kind, language: str, facts: Facts, authority: Authority) -> Words:
        """Write a notice; a language that we do not have becomes Danish.

        Raises jinja2.UndefinedError when a value is missing, ValueError when the SMS does not fit.
        """
        template = self._newest[kind, spoken(language)]
        return _written(template, facts, authority)


def _written(template: Template, facts: Facts, authority: Authority) -> Words:
    source, values = template.source, _values(template.language, facts, authority)
    where = _line(source["where"][facts.form], values)
    bring = facts.bring or _line(source["bring"][facts.form], values)
    values |= {"where": where, "bring": bring}
    parts: dict[str, Any] = {
        "subject": _line(source["subject"], values),
        "paragraphs": [line for line in (_line(each, values) for each in source["paragraphs"]) if line],
        "facts": [(each["label"], _line(each["value"], values)) for each in source["facts"]],
        "closing": [_line(each, values) for each in source["closing"]],
        "action": _line(source["action"], values),
        "language": template.language,
        "authority": authority,
    }
    sms = _line(source["sms"], values | {"where": _line(source["sms_where"][facts.form], _for_sms(values))})
    if septets(sms) > LIMIT:
        raise ValueError(
            f"the SMS of {template.kind} {template.language} {template.version} takes {septets(sms)} septets"
        )
    return Words(
        language=template.language,
        version=template.version,
        subject=parts["subject"],
        text=_text(parts),
        html=_html(template.layout).render(parts) + "\n",
        sms=sms,
        where=where,
        bring=bring,
    )


def _values(language: str, facts: Facts, authority: Authority) -> dict[str, Any]:
    def shown(pattern: str) -> str:
        return format_datetime(facts.starts_at, pattern, tzinfo=COPENHAGEN, locale=language)

    return {
        "day": shown(_DAY[language]),
        "short_day": shown(_SHORT_DAY[language]),
        "time": shown(_TIME[language]),
        "until": format_datetime(facts.ends_at, _TIME[language], tzinfo=COPENHAGEN, locale=language),
        "place": facts.place,
        "by_citizen": facts.by_citizen,
        "authority": authority.name,
        "phone": authority.phone,
    }


def _for_sms(values: dict[str, Any]) -> dict[str, Any]:
    """Make the place fit: without the authority's name, which the SMS begins with, and the street before the house."""
    place = to_gsm7(values["place"]).removeprefix(f"{values['authority']}, ")
    while len(place) > _PLACE_IN_SMS and ", " in place:
        place = place.partition(", ")[2]
    return values | {"place": shortened(place, _PLACE_IN_SMS)}


def _line(source: str, values: Mapping[str, Any]) -> str:
    return " ".join(_plain(source).render(values).split())


def _text(parts: Mapping[str, Any]) -> str:
    """Put the text part together: the same sentences as the HTML part, in the same order."""
    blocks = [parts["subject"], *parts["paragraphs"]]
    blocks.append("\n".join(f"{label}: {value}" for label, value in parts["facts"]))
    blocks.append(f"{parts['action']}:\n{parts['authority'].link}")
    blocks += parts["closing"]
    return "\n\n".join(blocks) + "\n"
