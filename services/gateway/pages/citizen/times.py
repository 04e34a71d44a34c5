"""Free times as a citizen sees them: the earliest first, by day, with place and adviser, more on request."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request

from services.gateway.clients import Asking, asking
from services.gateway.clients.booking import Booking, FreeTime, free_times
from services.gateway.clients.people import Directory, StaffMember
from services.gateway.pages.citizen.words import FORMS, PARTS_OF_DAY, word
from services.gateway.web.reading import whole_number
from shared.clock import local_date

FIRST, MORE, MOST = 6, 12, 60


@dataclass(frozen=True)
class Filters:
    """What the citizen narrows the times down to. An empty text is no filter."""

    part_of_day: str = ""
    form: str = ""
    adviser: str = ""
    number: int = FIRST

    def query(self, number: int) -> str:
        """Return the filters as the query of a link that shows this many times."""
        given = {"del": self.part_of_day, "form": self.form, "raadgiver": self.adviser, "antal": number}
        return urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True)
class Shown:
    """One free time in words."""

    time: FreeTime
    adviser: str
    form: str

    @property
    def value(self) -> str:
        return self.time.code


@dataclass(frozen=True)
class Offer:
    """What a page of times shows."""

    days: list[tuple[date, list[Shown]]]
    filters: Filters
    advisers: list[tuple[str, str]]
    more: str = ""  # the query of "show more times"; empty when all are shown
    alternatives: list[tuple[date, list[Shown]]] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=dict)  # form -> place in Danish and English

    @property
    def empty(self) -> bool:
        return not self.days

    @property
    def filtered(self) -> bool:
        return bool(self.filters.part_of_day or self.filters.form or self.filters.adviser)


def read_filters(query: QueryParams, before: Filters) -> Filters:
    """Return the filters of an address; without any there, those chosen before. Unknown values are no filter."""
    wanted = min(whole_number(query.get("antal", "")) or FIRST, MOST)
    if not any(name in query for name in ("del", "form", "raadgiver")):
        return Filters(before.part_of_day, before.form, before.adviser, wanted)
    part, form = query.get("del", ""), query.get("form", "")
    return Filters(
        part_of_day=part if part in PARTS_OF_DAY else "",
        form=form if form in FORMS else "",
        adviser=_id(query.get("raadgiver", "")),
        number=wanted,
    )


async def as_booked(request: Request, booking: Booking) -> Filters:
    """Return the filters that keep a meeting in its form and with its adviser, if that one still has meetings.

    Moving changes neither unasked; whoever moves can choose others.
    """
    directory: Directory = request.app.state.directory
    adviser = (await directory.all()).get(booking.adviser_id)
    return Filters(form=booking.form, adviser=str(booking.adviser_id) if _has_meetings(adviser) else "")


def _has_meetings(member: StaffMember | None) -> bool:
    return member is not None and member.active and "caseworker" in member.roles


async def offer(
    request: Request,
    topic: str,
    filters: Filters,
    alternatives: Iterable[FreeTime] = (),
    *,
    asker: Asking | None = None,
    moving: UUID | None = None,
) -> Offer:
    """Ask for the earliest times, and put them into words.

    `asker`: somebody who asks for a citizen; `moving`: the meeting that is to be moved to one of the times.
    """
    found = await free_times(
        asker or asking(request),
        topic,
        limit=filters.number + 1,
        form=filters.form or None,
        part_of_day=filters.part_of_day or None,
        adviser=filters.adviser or None,
        moving=moving,
    )
    others = list(alternatives)
    directory: Directory = request.app.state.directory
    staff = await directory.all()
    names = {staff_id: member.name for staff_id, member in staff.items()}
    advisers = [(str(staff_id), member.name) for staff_id, member in staff.items() if _has_meetings(member)]
    more = len(found) > filters.number and filters.number < MOST
    return Offer(
        days=_by_day(found[: filters.number], names),
        filters=filters,
        advisers=sorted(advisers, key=lambda pair: pair[1]),
        more=filters.query(min(filters.number + MORE, MOST)) if more else "",
        alternatives=_by_day(others, names),
        places={time.form: [time.place_da, time.place_en] for time in [*found, *others]},
    )


def read_alternatives(told: object) -> list[FreeTime]:
    """Read the alternatives that a refusal brought; what cannot be read is left out."""
    try:
        return msgspec.convert(told, list[FreeTime], strict=False)
    except msgspec.ValidationError:
        return []


def _by_day(times: list[FreeTime], names: dict[UUID, str]) -> list[tuple[date, list[Shown]]]:
    shown = [Shown(time, names.get(time.adviser_id, ""), word(FORMS, time.form)) for time in times]
    shown.sort(key=lambda one: one.time.starts_at)
    return [(day, list(group)) for day, group in groupby(shown, key=lambda one: local_date(one.time.starts_at))]


def _id(text: str) -> str:
    return text if len(text) == 36 and all(sign in "0123456789abcdef-" for sign in text) else ""
