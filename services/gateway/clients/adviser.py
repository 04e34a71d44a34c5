"""What the gateway asks booking and notifications about an adviser's time: the day, working hours, absences."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking
from services.gateway.web.i18n import current_language
from shared.clock import local

Form = Literal["in_person", "phone", "video"]
FORMS: tuple[Form, ...] = ("in_person", "phone", "video")


class DayMeeting(msgspec.Struct, frozen=True):
    """One meeting of a day as its adviser needs it; the name comes from people."""

    booking_id: UUID
    citizen_id: UUID
    topic: str
    topic_en: str
    starts_at: datetime
    ends_at: datetime
    form: Form
    created_at: datetime
    place: str = ""
    place_en: str = ""
    note: str = ""
    said_by: str = "citizen"
    version: int = 1

    @property
    def about(self) -> str:
        return self.topic_en if current_language() == "en" else self.topic


class Notice(msgspec.Struct, frozen=True):
    """One message about a meeting: what, when, how far it has come. Never its words or address."""

    kind: str
    state: str
    channel: str | None = None
    due_at: datetime | None = None
    sent_at: datetime | None = None


class Span(msgspec.Struct, frozen=True):
    """A span of one weekday (Monday is 1) in Copenhagen wall time; `forms` for working time only."""

    weekday: int
    starts: time
    ends: time
    forms: tuple[Form, ...] = ()


class Week(msgspec.Struct, frozen=True):
    """A working week that repeats: when there is time for meetings, and the breaks in it."""

    work: tuple[Span, ...] = ()
    breaks: tuple[Span, ...] = ()


class Period(msgspec.Struct, frozen=True):
    """A working week and from when to when it is valid."""

    valid_from: date
    valid_to: date | None
    week: Week


class Absence(msgspec.Struct, frozen=True):
    """A time away, half-open."""

    absence_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str

    @property
    def last_day(self) -> date | None:
        """The last of the whole days it lasts; None when it begins or ends within a day (Copenhagen time)."""
        starts, ends = local(self.starts_at), local(self.ends_at)
        return ends.date() - timedelta(days=1) if starts.time() == ends.time() == time(0) else None


class _Day(msgspec.Struct):
    bookings: list[DayMeeting]


class _Periods(msgspec.Struct):
    periods: list[Period]


class _Absences(msgspec.Struct):
    absences: list[Absence]


class Hit(msgspec.Struct, frozen=True):
    """A meeting that lies in an absence and has become a task."""

    booking_id: UUID
    citizen_id: UUID
    starts_at: datetime


class _Registered(msgspec.Struct):
    bookings: list[Hit]


async def day_of(asker: Asking, adviser_id: UUID, day: date) -> list[DayMeeting]:
    """Return the meetings of a day, by time."""
    return (await asker.get("booking", f"/advisers/{adviser_id}/day", _Day, date=day)).bookings


async def hours_of(asker: Asking, adviser_id: UUID) -> list[Period]:
    """Return the working weeks from today on, by date. Raises Problem (`adviser-unknown`)."""
    return (await asker.get("booking", f"/advisers/{adviser_id}/hours", _Periods)).periods


async def set_hours(asker: Asking, adviser_id: UUID, valid_from: date, week: Week, key: str) -> None:
    """Set the working week from a day on. Raises Problem (`hours-invalid` with `weekday`, `period-invalid`)."""
    body: dict[str, Any] = {
        "valid_from": valid_from,
        "hours": week.work,
        "breaks": [{"weekday": pause.weekday, "starts": pause.starts, "ends": pause.ends} for pause in week.breaks],
    }
    await asker.put("booking", f"/advisers/{adviser_id}/hours", body, _Periods, key=key)


async def absences_of(asker: Asking, adviser_id: UUID) -> list[Absence]:
    """Return the absences that are not over, by time. Raises Problem (`adviser-unknown`)."""
    return (await asker.get("booking", f"/advisers/{adviser_id}/absences", _Absences)).absences


async def be_absent(
    asker: Asking, adviser_id: UUID, starts: date | datetime, ends: date | datetime, reason: str, key: str
) -> list[Hit]:
    """Register an absence: whole days, both included, or moments. Returns the booked meetings it hits.

    Raises Problem (`period-invalid`, `adviser-unknown`).
    """
    body = {"from": starts, "to": ends, "reason_code": reason}
    found = await asker.post("booking", f"/advisers/{adviser_id}/absences", body, _Registered, key=key)
    return found.bookings


async def be_back(asker: Asking, adviser_id: UUID, absence_id: UUID) -> None:
    """Take an absence back. Raises Problem (404)."""
    await asker.delete("booking", f"/advisers/{adviser_id}/absences/{absence_id}")


async def notices_of(asker: Asking, booking_id: UUID) -> list[Notice]:
    """Return what was sent, or is to be sent, about a meeting."""
    return await asker.get("notifications", f"/bookings/{booking_id}/notices", list[Notice])
