"""Sweeping: what should be is compared with what is, so that whatever trigger was lost, the message still goes."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from prometheus_client import Gauge

from services.notifications.model.hours import as_of
from services.notifications.store import ledger, looks, meetings, rules
from services.notifications.use_cases.plan_notices import try_to_make_right
from shared import idempotency
from shared.clock import Clock, local_date
from shared.database import Session

MEETINGS_PER_SWEEP = 200
LOOK_AGAIN = timedelta(minutes=1)
TIMER_GRACE = timedelta(seconds=20)
# Longer than sending and recording one notice may take (use_cases/deliver.py, schedules.py).
CLAIM_GROWS_OLD = timedelta(seconds=75)
_overdue = Gauge("jobvej_notices_overdue", "Notices that are due and not sent yet")
KEYS_KEPT = timedelta(days=7)
# A meeting that began longer ago than this has been settled, or its notices went to a person.
_LOOK_BACK = timedelta(days=2)


async def mark_due(session: Session, clock: Clock, notice_ids: Sequence[UUID]) -> int:
    """Let notices be sent whose timer has fired; one that is closed, sent or due later stays as it is."""
    return await ledger.mark_ready(session, notice_ids, clock.now())


async def free_stuck(session: Session, clock: Clock) -> dict[str, int]:
    """Let go what lost its timer or its sender; return how many of each. It plans for no meeting: none stops it."""
    now = clock.now()
    forgotten = await ledger.ready_the_forgotten(session, now - TIMER_GRACE)
    abandoned = await ledger.release_the_abandoned(session, now - CLAIM_GROWS_OLD, now)
    _overdue.set((await looks.delivery(session, now))["overdue"])
    return {"timers": forgotten, "claims": abandoned}


async def sweep(session: Session, clock: Clock) -> dict[str, int]:
    """Heal the ledgers that are not as they should be; return how many. One that cannot be healed stops no other."""
    now = clock.now()
    healed = 0
    found = await meetings.to_check(session, now, now - _LOOK_BACK, now - LOOK_AGAIN, MEETINGS_PER_SWEEP)
    for meeting in found:
        changes = await try_to_make_right(session, clock, meeting)
        healed += bool(changes.create or changes.close or changes.reschedule or changes.hand_over)
    await meetings.checked(session, [meeting.booking_id for meeting in found], now)
    return {"ledgers": healed}


async def forget_old(session: Session, clock: Clock) -> int:
    """Delete notices, and the meetings they were about, that have been kept as long as the rule of today says."""
    now = clock.now()
    await idempotency.forget(session, now - KEYS_KEPT)
    rule = as_of(await rules.all_rules(session), local_date(now))
    return await rules.forget(session, now - timedelta(days=rule.keep_days))
