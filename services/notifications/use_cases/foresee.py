"""Which reminders a meeting would get if it were booked now: nobody is promised a reminder that will not be sent."""

from datetime import datetime, timedelta
from uuid import UUID

from services.notifications.model.notice import TELLING, Change, Kind, Meeting
from services.notifications.model.plan import wanted
from services.notifications.store import rules
from shared.clock import Clock
from shared.database import Session

_FURTHEST = timedelta(days=400)
_NOBODY = UUID(int=0)


async def reminders(
    session: Session, clock: Clock, starts_at: datetime, *, remind_2h: bool
) -> list[tuple[Kind, datetime]]:
    """Return the kinds that would be sent and when, the first first; none for a time passed or very far ahead.

    Raises NoSendingRule.
    """
    now = clock.now()
    if not now < starts_at < now + _FURTHEST:
        return []
    meeting = Meeting(
        booking_id=_NOBODY,
        citizen_id=_NOBODY,
        version=1,
        change=Change.CREATED,
        changed_at=now,
        said_by="citizen",
        by_citizen=True,
        starts_at=starts_at,
        remind_2h=remind_2h,
    )
    found = wanted(meeting, await rules.all_rules(session), now)
    return [(want.kind, want.due_at) for want in found if want.kind not in TELLING and want.dropped is None]
