"""Looking: did they get it? For the citizen, for staff beside the meeting, and as numbers for operations."""

from typing import Any
from uuid import UUID

from services.notifications.model.notice import UnknownMeeting
from services.notifications.store import looks, meetings
from shared.clock import Clock
from shared.database import Session
from shared.identity import Caller

MOST = 200


async def at_booking(session: Session, booking_id: UUID, who: Caller) -> list[dict[str, Any]]:
    """Return the notices about a meeting; a citizen sees only own meetings. Raises UnknownMeeting.

    Staff may ask the moment a meeting is booked, before its event has come here: for them that is an empty list.
    """
    meeting = await meetings.found(session, booking_id)
    if who.role == "citizen" and (meeting is None or meeting.citizen_id != who.citizen_id):
        raise UnknownMeeting
    return [dict(row) for row in await looks.of_booking(session, booking_id)]


async def at_citizen(session: Session, citizen_id: UUID) -> list[dict[str, Any]]:
    """Return a citizen's newest notices."""
    return [dict(row) for row in await looks.of_citizen(session, citizen_id, MOST)]


async def counts(session: Session) -> list[dict[str, Any]]:
    """Return the numbers of notices by kind, channel and state."""
    return [dict(row) for row in await looks.counts(session)]


async def delivery(session: Session, clock: Clock) -> dict[str, Any]:
    """Return what is late, and when each channel last worked: silence is a fault too."""
    return await looks.delivery(session, clock.now())
