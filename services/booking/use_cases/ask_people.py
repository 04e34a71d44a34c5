"""Put meetings before people that cannot be held as booked: no machine cancels a meeting by itself.

Once a meeting is moved or cancelled, what was asked about it is answered.
"""

from datetime import datetime
from uuid import UUID

from services.booking.model.danish import day_and_time
from services.booking.model.rules import Rules, task_due
from shared import tasks
from shared.clock import Clock
from shared.database import Session

_REASONS = {
    "meeting-in-absence": "Rådgiveren er fraværende {when}. Flyt samtalen, eller find en anden rådgiver.",
    "meeting-after-deregistration": "Borgeren er afmeldt, men har en samtale {when}. Aflys den, eller aftal noget nyt.",
    "meeting-without-adviser": "Rådgiveren har ikke længere samtaler, men har en {when}. Flyt den til en anden.",
}


async def ask_people(
    session: Session,
    clock: Clock,
    rules: Rules,
    *,
    kind: str,
    cause: UUID,
    booking_id: UUID,
    citizen_id: UUID,
    adviser_id: UUID,
    starts_at: datetime,
) -> None:
    """Make one task per cause (an absence, a citizen, an adviser) and meeting, due in good time before it.

    It is for the adviser, if still one.
    """
    await tasks.add(
        session,
        clock,
        kind=kind,
        reason=_REASONS[kind].format(when=day_and_time(starts_at)),
        due_at=task_due(rules, starts_at, clock.now()),
        unique_key=f"{kind}:{cause}:{booking_id}:{starts_at.isoformat()}",
        citizen_id=citizen_id,
        staff_id=None if kind == "meeting-without-adviser" else adviser_id,
        data={"booking_id": str(booking_id), "adviser_id": str(adviser_id), "starts_at": starts_at.isoformat()},
    )


async def answered(session: Session, clock: Clock, booking_id: UUID) -> None:
    """Close the tasks about a meeting that has another time now, or none."""
    await tasks.settle(session, clock, kinds=_REASONS, data={"booking_id": str(booking_id)})
