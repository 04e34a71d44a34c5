"""What may stand in a request, and who asks: everything beyond is refused before a use case sees it."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from services.booking.model.exemption import ExemptionReason
from services.booking.model.meetings import Actor, CancelReason
from services.booking.model.week import FORMS, Form
from shared.errors import Forbidden, Invalid
from shared.identity import Caller

YEARS = range(2000, 2101)
EVERYONE = ("citizen", "frontdesk", "caseworker", "team_leader")
STAFF = ("frontdesk", "caseworker", "team_leader")


def _moment(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError("must lie between 2000 and 2100")
    return value.astimezone(UTC)


def _day(value: date) -> date:
    if value.year not in YEARS:
        raise ValueError("must lie between 2000 and 2100")
    return value


def _wall(value: time) -> time:
    if value.tzinfo is not None or value.second or value.microsecond:
        raise ValueError("must be a wall time in whole minutes")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_moment)]
Day = Annotated[date, AfterValidator(_day)]
WallTime = Annotated[time, AfterValidator(_wall)]
TopicId = Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
Code = Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]


class Body(BaseModel):
    """A request's body; an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HoldBody(Body):
    """A time to hold. `citizen_id`: for whom, when staff ask."""

    topic: TopicId
    adviser_id: UUID
    starts_at: Moment
    form: Form
    citizen_id: UUID | None = None


class BookingBody(Body):
    """A time to book: a hold, or topic, adviser, start and form."""

    hold_id: UUID | None = None
    topic: TopicId | None = None
    adviser_id: UUID | None = None
    starts_at: Moment | None = None
    form: Form | None = None
    citizen_id: UUID | None = None
    note: Annotated[str, Field(max_length=500)] = ""
    remind_2h: bool = False

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "BookingBody":
        _either(self.hold_id, self.topic, self.adviser_id, self.starts_at, self.form)
        return self

    @property
    def time(self) -> tuple[TopicId, UUID, datetime, Form]:
        """Return topic, adviser, start and form of a body without a hold."""
        if self.topic is None or self.adviser_id is None or self.starts_at is None or self.form is None:
            raise Invalid
        return self.topic, self.adviser_id, self.starts_at, self.form


class MoveBody(Body):
    """Where to move a meeting: a hold, or adviser, start and form."""

    hold_id: UUID | None = None
    adviser_id: UUID | None = None
    starts_at: Moment | None = None
    form: Form | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "MoveBody":
        _either(self.hold_id, self.adviser_id, self.starts_at, self.form)
        return self

    @property
    def time(self) -> tuple[UUID, datetime, Form]:
        """Return adviser, start and form of a body without a hold."""
        if self.adviser_id is None or self.starts_at is None or self.form is None:
            raise Invalid
        return self.adviser_id, self.starts_at, self.form


def _either(hold_id: UUID | None, *parts: object) -> None:
    """Refuse a body with both a hold and a time, with neither, or with half a time."""
    given = sum(part is not None for part in parts)
    if given != (0 if hold_id else len(parts)):
        raise ValueError("give either hold_id alone, or the whole time: adviser_id, starts_at and form")


class CancelBody(Body):
    """Why a meeting is cancelled, and whose wish it is (for staff: the authority's, unless they say the citizen's)."""

    reason: CancelReason
    cancelled_by: Literal["citizen", "authority"] | None = None


class WorkBody(Body):
    """Working time on one weekday (ISO: Monday 1)."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    starts: WallTime
    ends: WallTime
    forms: Annotated[tuple[Form, ...], Field(min_length=1, max_length=3)] = FORMS


class BreakBody(Body):
    """A break on one weekday."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    starts: WallTime
    ends: WallTime


class HoursBody(Body):
    """A working week, from when and until when (none: until further notice)."""

    valid_from: Day
    valid_to: Day | None = None
    hours: Annotated[tuple[WorkBody, ...], Field(max_length=50)]
    breaks: Annotated[tuple[BreakBody, ...], Field(max_length=50)] = ()


class AbsenceBody(Body):
    """An absence: whole Danish days (both included) or moments (half-open)."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    starts: Annotated[Day | Moment, Field(alias="from")]
    ends: Annotated[Day | Moment, Field(alias="to")]
    reason_code: Code


class ExemptionBody(Body):
    """A decision on exemption; no reason = no longer exempt from `valid_from` on."""

    reason: ExemptionReason | None
    valid_from: Day
    valid_to: Day | None = None


def actor(who: Caller) -> Actor:
    """Return who acts, as the use cases know them."""
    return Actor("citizen" if who.role == "citizen" else "staff", who.actor_id)


def concerned(who: Caller, citizen_id: UUID | None) -> UUID:
    """Return whom a command is about: a citizen acts for oneself, staff name the citizen.

    Raises Forbidden for a citizen who names another, Invalid when nobody is named.
    """
    if who.role == "citizen":
        if who.citizen_id is None or citizen_id not in (None, who.citizen_id):
            raise Forbidden
        return who.citizen_id
    found = citizen_id or who.citizen_id
    if found is None:
        raise Invalid("Vælg, hvilken borger det drejer sig om.", field="citizen_id")
    return found
