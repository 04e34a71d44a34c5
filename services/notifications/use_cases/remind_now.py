"""Reminding now: a citizen who is on the phone, or whose reminder should not wait, gets the next one at once."""

from uuid import UUID

from services.notifications.model.hours import is_waking
from services.notifications.model.notice import TELLING, NoReminderWaits, NotNow, State, UnknownMeeting
from services.notifications.store import ledger, meetings, rules
from services.notifications.use_cases.plan_notices import timer_of
from shared.clock import Clock
from shared.database import Session
from shared.messaging import timers


async def remind_now(session: Session, clock: Clock, booking_id: UUID) -> None:
    """Let the next planned reminder of a meeting be sent now instead of at its time; it is not sent again then.

    Raises UnknownMeeting; NotNow outside waking hours; NoReminderWaits for a meeting that is off or begun, or whose
    reminders have been sent.
    """
    meeting, now = await meetings.locked(session, booking_id), clock.now()
    if meeting is None:
        raise UnknownMeeting
    waiting = [
        notice
        for notice in await ledger.of_booking(session, booking_id)
        if notice.state is State.PLANNED and notice.kind not in TELLING and now < notice.expires_at
    ]
    if not waiting:
        raise NoReminderWaits
    if not is_waking(await rules.all_rules(session), now):
        raise NotNow
    first = min(waiting, key=lambda notice: notice.due_at)
    await ledger.bring_forward(session, first.notice_id, now)
    await timers.cancel(session, timer_of(first))
