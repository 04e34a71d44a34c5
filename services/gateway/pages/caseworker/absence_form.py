"""The form of an absence, one's own or a colleague's: from when to when, and one word why, also for illness."""

from dataclasses import dataclass
from datetime import date, datetime

from services.gateway.pages.caseworker.week_form import read_time
from services.gateway.web.forms import Faults
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.reading import day
from shared.clock import at_local

FIELDS = ("from_day", "from_time", "to_day", "to_time", "reason")
REASONS = {
    "holiday": later("Ferie"),
    "illness": later("Sygdom"),
    "course": later("Kursus"),
    "meeting": later("Møde"),
    "other": later("Andet"),
}
SAVED = later("Fraværet er gemt.")
SAVED_WITH_TASKS = later("Fraværet er gemt. Samtalerne i det står nu på listen over opgaver.")
DELETED = later("Fraværet er slettet.")


@dataclass(frozen=True)
class Away:
    """A time away: whole days, both included, or moments."""

    starts: date | datetime
    ends: date | datetime
    reason: str


def reason_words() -> dict[str, str]:
    """Return the reasons in the language of the request, by code."""
    return {code: _(words) for code, words in REASONS.items()}


def read(told: dict[str, str], faults: Faults) -> Away | None:
    """Return what the form says; None when something is missing, which is noted by its field."""
    first, last = read_day(told, "from_day", faults), read_day(told, "to_day", faults)
    starts, ends = _moment(first, told, "from_time", faults), _moment(last, told, "to_time", faults)
    if told.get("reason") not in REASONS:
        faults.add("reason", _("Vælg en årsag"))
    return None if faults or starts is None or ends is None else Away(starts, ends, told["reason"])


def read_day(told: dict[str, str], name: str, faults: Faults) -> date | None:
    """Return the day in a field; None, noted, when there is none."""
    found = day(told.get(name, ""))
    if found is None:
        faults.add(name, _("Vælg en dag"))
    return found


def _moment(on: date | None, told: dict[str, str], name: str, faults: Faults) -> date | datetime | None:
    """Return a day as it is, or with its time as a moment."""
    text = told.get(name, "")
    if on is None or not text:
        return on
    wall = read_time(text)
    if wall is None:
        faults.add(name, _("Skriv et klokkeslæt som 8.30"))
        return None
    return at_local(on, wall)
