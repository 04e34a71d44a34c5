"""The form of a working week: what a person wrote, read into spans; and spans, written back into the form."""

from collections.abc import Iterable, Mapping
from datetime import time

from services.gateway.clients.adviser import FORMS, Span, Week
from services.gateway.web.forms import Faults
from services.gateway.web.i18n import gettext as _
from services.gateway.web.i18n import later
from services.gateway.web.reading import whole_number

WEEKDAYS = {
    1: later("Mandag"),
    2: later("Tirsdag"),
    3: later("Onsdag"),
    4: later("Torsdag"),
    5: later("Fredag"),
}


def shown(week: Week) -> dict[str, str]:
    """Return the fields of the form for a week. A day has one span and one break; more are kept by `is_simple`."""
    given: dict[str, str] = {}
    for day in WEEKDAYS:
        work, pause = _of(week.work, day), _of(week.breaks, day)
        for prefix, span in (("", work), ("pause_", pause)):
            given[f"{prefix}starts_{day}"] = _written(span.starts) if span else ""
            given[f"{prefix}ends_{day}"] = _written(span.ends) if span else ""
        for form in FORMS:
            given[f"{form}_{day}"] = "1" if work is None or form in work.forms else ""
    return given


def is_simple(week: Week) -> bool:
    """Say whether the form can show the week without losing anything."""
    return all(
        len([span for span in spans if span.weekday == day]) <= 1
        for spans in (week.work, week.breaks)
        for day in WEEKDAYS
    ) and all(span.weekday in WEEKDAYS for span in (*week.work, *week.breaks))


def read(told: Mapping[str, str], faults: Faults) -> Week:
    """Return the week; what cannot be right is noted by its field."""
    work: list[Span] = []
    breaks: list[Span] = []
    for day in WEEKDAYS:
        forms = tuple(form for form in FORMS if told.get(f"{form}_{day}"))
        if span := _span(told, faults, day, "starts", "ends"):
            work.append(Span(day, *span, forms))
            if not forms:
                faults.add(f"in_person_{day}", _("Vælg mindst én mødeform for {day}").format(day=_day(day)))
        if pause := _span(told, faults, day, "pause_starts", "pause_ends"):
            breaks.append(Span(day, *pause))
    return Week(tuple(work), tuple(breaks))


def _span(told: Mapping[str, str], faults: Faults, day: int, first: str, last: str) -> tuple[time, time] | None:
    given = told.get(f"{first}_{day}", ""), told.get(f"{last}_{day}", "")
    if given == ("", ""):
        return None
    starts, ends = read_time(given[0]), read_time(given[1])
    if starts is None:
        faults.add(f"{first}_{day}", _("Skriv et klokkeslæt som 8.30 for {day}").format(day=_day(day)))
    elif ends is None:
        faults.add(f"{last}_{day}", _("Skriv et klokkeslæt som 8.30 for {day}").format(day=_day(day)))
    elif ends <= starts:
        faults.add(f"{last}_{day}", _("{day} skal slutte efter, at den begynder").format(day=_(WEEKDAYS[day])))
    else:
        return starts, ends
    return None


def _written(wall: time) -> str:
    return f"{wall.hour}.{wall.minute:02}"


def read_time(text: str) -> time | None:
    """Read a time of day as people write it: 8.30, 8:30, 08:30 or 8. None when it is none."""
    hour, _colon, minute = text.strip().replace(".", ":").partition(":")
    hours, minutes = whole_number(hour), whole_number(minute or "0")
    if hours is None or minutes is None or hours > 23 or minutes > 59:
        return None
    return time(hours, minutes)


def _of(spans: Iterable[Span], day: int) -> Span | None:
    return next((span for span in spans if span.weekday == day), None)


def _day(day: int) -> str:
    return _(WEEKDAYS[day]).lower()
