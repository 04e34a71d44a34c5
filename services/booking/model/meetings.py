"""What may be booked, moved and cancelled, by whom and until when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.booking.model import refusals as no
from services.booking.model.calendar import ClosedDays
from services.booking.model.free_times import Adviser, gaps, open_spans
from services.booking.model.rules import Rules
from services.booking.model.week import Form, OpenSpan
from shared.clock import at_local, local, local_date

SaidBy = Literal["citizen", "staff"]


class CancelReason(StrEnum):
    """Why a meeting is cancelled: codes, so that nobody writes about health in a free text."""

    WORK = "work"
    JOB_INTERVIEW = "job_interview"
    ILLNESS = "illness"
    CHILD_ILLNESS = "child_illness"
    OTHER_MEETING = "other_meeting"
    ADVISER_ABSENT = "adviser_absent"
    DEREGISTERED = "deregistered"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a meeting can be about, while valid. No contact groups = all of them."""

    topic_id: str
    name_da: str
    name_en: str
    minutes: int
    forms: tuple[Form, ...]
    bring_da: str
    bring_en: str
    contact_groups: tuple[str, ...]
    self_bookable: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Citizen:
    """A citizen as booking knows one; `exempt` is the reason in force today, if any."""

    citizen_id: UUID
    citizen_no: int
    contact_group: str
    deregistered_on: date | None
    exempt: str | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """A meeting; `version` rises by one with every change."""

    booking_id: UUID
    citizen_id: UUID
    adviser_id: UUID
    topic_id: str
    starts_at: datetime
    ends_at: datetime
    form: Form
    remind_2h: bool
    state: Literal["booked", "cancelled"]
    version: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the citizen, or staff for the citizen. `actor_id` is the person."""

    said_by: SaidBy
    actor_id: UUID | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time somebody asks for."""

    starts_at: datetime
    form: Form


def reference(booking_id: UUID) -> str:
    """Return the short reference a person can read aloud: the last eight signs of the id."""
    tail = booking_id.hex[-8:].upper()
    return f"{tail[:4]}-{tail[4:]}"


def is_adviser(roles: Collection[str], active: bool) -> bool:
    """Say whether citizens may book a member of staff: active caseworkers."""
    return active and "caseworker" in roles


def may_book(citizen: Citizen, said_by: SaidBy, today: date) -> None:
    """Refuse whoever may not book (BEK § 45: the exempt are not asked to; staff book for them).

    Raises CitizenNotRegistered, ExemptFromSelfBooking.
    """
    if citizen.deregistered_on is not None and citizen.deregistered_on <= today:
        raise no.CitizenNotRegistered
    if said_by == "citizen" and citizen.exempt is not None:
        raise no.ExemptFromSelfBooking(rule="self_booking.exemption", source="BEK om indsats § 45")


def may_have(topic: Topic, citizen: Citizen, said_by: SaidBy) -> None:
    """Refuse topics that are for others. Raises TopicNotForCitizen."""
    in_group = not topic.contact_groups or citizen.contact_group in topic.contact_groups
    if not in_group or (said_by == "citizen" and not topic.self_bookable):
        raise no.TopicNotForCitizen


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that decides whether a citizen may have a time."""

    topic: Topic
    citizen: Citizen
    adviser: Adviser
    rules: Rules
    closed: ClosedDays
    said_by: SaidBy
    now: datetime


def admit(wanted: Wanted, case: Case) -> datetime:
    """Return when the wanted meeting ends, once every rule has let it pass (whether it is taken, the database says).

    Raises the refusals of may_book, may_have, check_time and check_adviser, in this order.
    """
    may_book(case.citizen, case.said_by, local_date(case.now))
    may_have(case.topic, case.citizen, case.said_by)
    check_time(wanted, case.rules, case.closed, case.said_by, case.now)
    check_adviser(wanted, case.topic, case.adviser)
    return wanted.starts_at + timedelta(minutes=case.topic.minutes)


def check_time(wanted: Wanted, rules: Rules, closed: ClosedDays, said_by: SaidBy, now: datetime) -> None:
    """Refuse times that nobody can have, or that are not for self-booking.

    Raises TimePassed, DayClosed, OffGrid, TooShortNotice, TooFarAhead.
    """
    if wanted.starts_at <= now:
        raise no.TimePassed
    day = local_date(wanted.starts_at)
    name = closed.reason(day)
    if name is not None:
        raise no.DayClosed(closed=name)
    grid = rules["booking.grid_minutes"]
    if wanted.starts_at.timestamp() % (60 * grid.value):
        raise no.OffGrid(grid)
    if said_by == "citizen":
        notice = rules["booking.min_notice_minutes"]
        if wanted.starts_at < now + timedelta(minutes=notice.value):
            raise no.TooShortNotice(notice)
        horizon = rules["booking.horizon_days"]
        if day > local_date(now) + timedelta(days=horizon.value):
            raise no.TooFarAhead(horizon)


def check_adviser(wanted: Wanted, topic: Topic, adviser: Adviser) -> None:
    """Refuse times outside the adviser's working time, in a break or an absence, or in a form not offered then.

    Raises OutsideHours, FormNotOffered.
    """
    day = local_date(wanted.starts_at)
    week = adviser.week_on(day)
    spans = () if week is None else open_spans(week, day)
    starts = int(wanted.starts_at.timestamp()) // 60
    span = next((s for s in spans if _fits(s, sorted(adviser.absences), starts, topic.minutes)), None)
    if span is None:
        raise no.OutsideHours
    if wanted.form not in topic.forms or wanted.form not in span.forms:
        raise no.FormNotOffered


def _fits(span: OpenSpan, never: list[tuple[int, int]], starts: int, minutes: int) -> bool:
    return any(gap[0] <= starts and starts + minutes <= gap[1] for gap in gaps(span, never))


def movable_until(booking: Booking, rules: Rules) -> datetime:
    """Return the end of the citizen's own right to move: the end of a whole local day before the meeting's."""
    days = rules["rebooking.days_before"].value
    last = local(booking.starts_at).date() - timedelta(days=days)
    return min(at_local(last + timedelta(days=1), time(0)), booking.starts_at)


def cancellable_until(booking: Booking, rules: Rules) -> datetime:
    """Return the end of the citizen's own right to cancel."""
    return booking.starts_at - timedelta(minutes=rules["cancellation.minutes_before"].value)


def may_move(booking: Booking, rules: Rules, said_by: SaidBy, now: datetime) -> None:
    """Refuse a change of what is cancelled, begun, or too near for the citizen to move.

    Raises AlreadyCancelled, MeetingBegun, TooLateToMove.
    """
    _is_ahead(booking, now)
    if said_by == "citizen" and now >= movable_until(booking, rules):
        raise no.TooLateToMove(rules["rebooking.days_before"])


def may_cancel(booking: Booking, rules: Rules, said_by: SaidBy, now: datetime) -> None:
    """Refuse to cancel what is cancelled, begun, or too near.

    Raises AlreadyCancelled, MeetingBegun, TooLateToCancel.
    """
    _is_ahead(booking, now)
    if said_by == "citizen" and now >= cancellable_until(booking, rules):
        raise no.TooLateToCancel(rules["cancellation.minutes_before"])


def _is_ahead(booking: Booking, now: datetime) -> None:
    if booking.state == "cancelled":
        raise no.AlreadyCancelled
    if booking.starts_at <= now:
        raise no.MeetingBegun
