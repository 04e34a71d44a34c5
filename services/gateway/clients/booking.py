"""What a citizen's pages ask the booking service: topics, free times, holds and their own meetings."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from services.gateway.clients.asking import Asking
from services.gateway.web.i18n import current_language
from services.gateway.web.reading import sensible

Form = Literal["in_person", "phone", "video"]
PartOfDay = Literal["morning", "afternoon"]
CancelledBy = Literal["citizen", "authority"]


def in_language(danish: str, english: str) -> str:
    """Return which of two texts the request is answered with."""
    return english if current_language() == "en" and english else danish


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """What a meeting can be about."""

    topic_id: str
    name_da: str = msgspec.field(name="name")
    name_en: str
    minutes: int
    forms: tuple[Form, ...] = ()

    @property
    def name(self) -> str:
        return in_language(self.name_da, self.name_en)


class FreeTime(msgspec.Struct, frozen=True):
    """A time that can be booked."""

    adviser_id: UUID
    starts_at: datetime
    ends_at: datetime
    form: Form
    place_da: str = msgspec.field(default="", name="place")
    place_en: str = ""

    @property
    def place(self) -> str:
        return in_language(self.place_da, self.place_en)

    @property
    def code(self) -> str:
        """The time as the value of a form field; `read_code` reads it back."""
        return f"{self.starts_at.isoformat()}|{self.adviser_id}|{self.form}"


class Hold(msgspec.Struct, frozen=True):
    """A time kept for somebody while they check their answers."""

    hold_id: UUID
    expires_at: datetime


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """One's own meeting."""

    booking_id: UUID
    reference: str
    topic_id: str
    adviser_id: UUID
    starts_at: datetime
    ends_at: datetime
    form: Form
    state: str = "booked"
    version: int = 1
    note: str = ""
    remind_2h: bool = False
    said_by: str = "citizen"
    place_da: str = msgspec.field(default="", name="place")
    place_en: str = ""
    topic_da: str = msgspec.field(default="", name="topic")
    topic_en: str = ""
    bring_da: str = msgspec.field(default="", name="bring")
    bring_en: str = ""
    movable_until: datetime | None = None
    cancellable_until: datetime | None = None

    @property
    def topic(self) -> str:
        return in_language(self.topic_da, self.topic_en)

    @property
    def bring(self) -> str:
        return in_language(self.bring_da, self.bring_en)

    @property
    def place(self) -> str:
        return in_language(self.place_da, self.place_en)


class _Times(msgspec.Struct):
    times: list[FreeTime]


class _Topics(msgspec.Struct):
    topics: list[Topic]


class _Bookings(msgspec.Struct):
    bookings: list[Booking]


class _Exemption(msgspec.Struct):
    exempt: bool = False


class Chosen(msgspec.Struct, frozen=True):
    """A time that somebody chose."""

    starts_at: datetime
    adviser_id: UUID
    form: Form


def read_code(text: str) -> Chosen | None:
    """Read the value of a time's form field; None when nobody of ours wrote it."""
    parts = text.split("|")
    if len(parts) != 3:
        return None
    try:
        chosen = msgspec.convert(
            {"starts_at": parts[0], "adviser_id": parts[1], "form": parts[2]}, Chosen, strict=False
        )
    except msgspec.ValidationError:
        return None
    return chosen if chosen.starts_at.tzinfo is not None and sensible(chosen.starts_at) else None


async def topics(asker: Asking) -> list[Topic]:
    """Return the topics that this citizen may choose, in the order to show them."""
    return (await asker.get("booking", "/topics", _Topics)).topics


async def free_times(
    asker: Asking,
    topic: str,
    *,
    limit: int,
    form: str | None = None,
    part_of_day: str | None = None,
    adviser: str | None = None,
    moving: UUID | None = None,
) -> list[FreeTime]:
    """Return the earliest free times; `moving`: the meeting to be moved there, whose own time counts as free."""
    found = await asker.get(
        "booking",
        "/free-times",
        _Times,
        topic=topic,
        limit=limit,
        form=form,
        part_of_day=part_of_day,
        adviser=adviser,
        moving=moving,
    )
    return found.times


async def hold(asker: Asking, topic: str, chosen: Chosen, key: str) -> Hold:
    """Keep a time for five minutes. Raises Problem (`slot-taken`, `citizen-busy` with `alternatives`, …)."""
    return await asker.post("booking", "/holds", as_body(topic, chosen), Hold, key=key)


async def book(asker: Asking, body: dict[str, Any], key: str) -> Booking:
    """Book. Raises Problem (`slot-taken`, `hold-unknown`, …)."""
    return await asker.post("booking", "/bookings", body, Booking, key=key)


async def my_bookings(asker: Asking) -> list[Booking]:
    """Return the citizen's meetings, the next first, those held and cancelled after."""
    found = await asker.get("booking", f"/citizens/{asker.citizen_id}/bookings", _Bookings)
    return found.bookings


async def is_exempt(asker: Asking) -> bool:
    """Say whether the citizen who asks is exempt from booking themselves today (then staff find a time with them)."""
    found = await asker.get("booking", f"/citizens/{asker.citizen_id}/exemption", _Exemption)
    return found.exempt


async def booking(asker: Asking, booking_id: UUID) -> Booking:
    """Return one meeting. Raises Problem (404) when it is not the citizen's."""
    return await asker.get("booking", f"/bookings/{booking_id}", Booking)


async def move(asker: Asking, booking_id: UUID, chosen: Chosen, key: str) -> Booking:
    """Move a meeting to another time. Raises Problem (`slot-taken`, `too-late-to-move`, …)."""
    return await asker.post("booking", f"/bookings/{booking_id}/move", _time(chosen), Booking, key=key)


async def cancel(asker: Asking, booking_id: UUID, reason: str, key: str, *, by: CancelledBy | None = None) -> Booking:
    """Cancel a meeting; `by`: whose wish it is, which staff must say. Raises Problem (`too-late-to-cancel`, …)."""
    body = {"reason": reason} | ({"cancelled_by": by} if by else {})
    return await asker.post("booking", f"/bookings/{booking_id}/cancel", body, Booking, key=key)


def booking_body(topic: str, chosen: Chosen, citizen_id: UUID, *, note: str, remind_2h: bool) -> dict[str, Any]:
    """Return the body that books a time directly, without a hold."""
    return {**as_body(topic, chosen), "citizen_id": str(citizen_id), "note": note, "remind_2h": remind_2h}


def as_body(topic: str, chosen: Chosen) -> dict[str, Any]:
    """Return a topic and a time as a request's body."""
    return {"topic": topic, **_time(chosen)}


def _time(chosen: Chosen) -> dict[str, Any]:
    return {"adviser_id": str(chosen.adviser_id), "starts_at": chosen.starts_at.isoformat(), "form": chosen.form}
