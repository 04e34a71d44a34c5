"""What notifications is asked: which messages a citizen was sent, how far each has come, and the numbers of it all."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from services.notifications.use_cases import foresee, look
from services.notifications.use_cases.remind_now import remind_now
from shared.http import Now, Tx
from shared.idempotency import OptionalKey, once_if
from shared.identity import Who, allow

MEETING_STAFF = ("frontdesk", "caseworker", "team_leader")
router = APIRouter(tags=["notices"])


class Notice(BaseModel):
    """One message. Never its words, nor where it went. `reason`: why it is not sent; `occasion`: the meeting's version.

    `state`: planned, ready, sending; sent (a provider has taken it); dropped, superseded, undeliverable.
    """

    notice_id: UUID
    booking_id: UUID
    kind: str
    channel: str
    occasion: int
    state: str
    reason: str | None
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    language: str | None
    template_version: int | None
    handed_over_at: datetime | None
    created_at: datetime


class Reminder(BaseModel):
    """A reminder that would be sent, and when."""

    kind: str
    due_at: datetime


class Count(BaseModel):
    """How many messages of a kind are in a state, and when one last got there."""

    kind: str
    channel: str
    state: str
    count: int
    last_at: datetime | None


class DeliveryState(BaseModel):
    """What waits although it is due, since when, and when each channel last worked."""

    overdue: int
    oldest_overdue_at: datetime | None
    last_sent: dict[str, datetime]


@router.get("/bookings/{booking_id}/notices", dependencies=[allow("citizen", *MEETING_STAFF)])
async def notices_of_booking(booking_id: UUID, session: Tx, who: Who) -> list[Notice]:
    """Show what was told about a meeting: did they get it?"""
    return [Notice(**row) for row in await look.at_booking(session, booking_id, who)]


@router.get("/reminders", dependencies=[allow("citizen", *MEETING_STAFF)])
async def reminders_ahead(session: Tx, clock: Now, starts_at: AwareDatetime, remind_2h: bool = False) -> list[Reminder]:
    """Say which reminders a meeting at this time would get if it were booked now: what may be promised."""
    found = await foresee.reminders(session, clock, starts_at, remind_2h=remind_2h)
    return [Reminder(kind=kind, due_at=due_at) for kind, due_at in found]


@router.post("/bookings/{booking_id}/remind-now", dependencies=[allow(*MEETING_STAFF)])
async def bring_reminder_forward(
    booking_id: UUID, session: Tx, clock: Now, who: Who, key: OptionalKey = None
) -> list[Notice]:
    """Send the next reminder of a meeting now; asked again the one after it, or a refusal: never the same twice.

    Whoever asks again because no answer came sends the same `Idempotency-Key`: then the one after it stays.
    """

    async def work() -> None:
        await remind_now(session, clock, booking_id)

    await once_if(session, clock, key, who, ["remind-now", booking_id], work)
    return [Notice(**row) for row in await look.at_booking(session, booking_id, who)]


@router.get("/citizens/{citizen_id}/notices", dependencies=[allow("citizen", *MEETING_STAFF)])
async def notices_of_citizen(citizen_id: UUID, session: Tx, who: Who) -> list[Notice]:
    """Show a citizen's messages, the newest first."""
    who.must_be_about(citizen_id)
    return [Notice(**row) for row in await look.at_citizen(session, citizen_id)]


@router.get("/ops/messages", dependencies=[allow("operations")])
async def messages(session: Tx) -> list[Count]:
    """Count the messages; no contents, no recipients."""
    return [Count(**row) for row in await look.counts(session)]


@router.get("/ops/delivery", dependencies=[allow("operations")])
async def delivery(session: Tx, clock: Now) -> DeliveryState:
    """Say what is late, and when each channel last worked."""
    return DeliveryState(**await look.delivery(session, clock))
