"""Sending: claim and commit; then, outside any transaction, look again, write and hand over; then record.

Invariants: nothing is handed to a provider that was not claimed and committed first; every attempt of a notice carries
the same Message-ID; a crash at any line costs at most a second copy under that id, never a lost or a new message.
"""

from dataclasses import dataclass
from uuid import UUID

from prometheus_client import Counter

from services.notifications.clients.outcomes import Never, Passing
from services.notifications.model.notice import Channel, Reason, State
from services.notifications.model.plan import retry_at, send_at
from services.notifications.store import meetings, rules, sending
from services.notifications.store.sending import Claim, Sent
from services.notifications.use_cases.plan_notices import make_right_by_id
from shared.clock import Clock
from shared.contracts.notifications import NoticeDelivered
from shared.database import Session
from shared.messaging import outbox

_sent = Counter("jobvej_notices_sent", "Notices a provider has taken", ["kind", "channel"])
_retried = Counter("jobvej_notices_retried", "Attempts that failed for a passing reason", ["channel"])
_failed = Counter("jobvej_notices_failed", "Notices that a channel will never take", ["channel", "reason"])


@dataclass(frozen=True, slots=True)
class Stale:
    """The meeting is not any more what the notice tells: an event about it is on its way, or here already."""


Outcome = Sent | Stale | Passing | Never


async def claim_notices(session: Session, clock: Clock, channel: Channel, limit: int) -> tuple[list[Claim], list[UUID]]:
    """Claim what may be sent by a channel now; what may not waits for its hour.

    Returns the claims, and the meetings whose notices cannot be sent in time any more: their ledgers need a look.
    """
    now = clock.now()
    valid = await rules.all_rules(session)
    claims, hopeless = [], []
    for found in await sending.due(session, channel, now, limit):
        at = send_at(found.notice, valid, now)
        if at == now:
            claims.append(found)
        elif at is None:
            hopeless.append(found.notice.booking_id)
        else:
            await sending.postpone(session, found.notice.notice_id, at)
    await sending.claim(session, claims)
    return claims, hopeless


async def record(session: Session, clock: Clock, claim: Claim, outcome: Outcome) -> None:
    """Record what came of a claim, and plan on: the next channel, or a task for a person."""
    if isinstance(outcome, Sent):
        await _record_sent(session, clock, claim, outcome)
        return
    now, notice = clock.now(), claim.notice
    await meetings.locked(session, notice.booking_id)
    if isinstance(outcome, Passing):
        again_at = retry_at(notice.attempts + 1, now, outcome.after)
        await sending.failed_for_now(session, claim, again_at, outcome.fault)
        _retried.labels(notice.channel).inc()
    elif isinstance(outcome, Stale):
        await sending.closed(session, claim, State.SUPERSEDED, Reason.CHANGED, "", now)
    else:
        await sending.closed(session, claim, State.UNDELIVERABLE, outcome.reason, outcome.fault, now)
        _failed.labels(notice.channel, outcome.reason).inc()
    await make_right_by_id(session, clock, notice.booking_id)


async def _record_sent(session: Session, clock: Clock, claim: Claim, outcome: Sent) -> None:
    notice, now = claim.notice, clock.now()
    if not await sending.sent(session, claim, now, outcome):
        return
    _sent.labels(notice.kind, notice.channel).inc()
    outbox.add(
        session,
        NoticeDelivered(
            notice_id=notice.notice_id,
            citizen_id=notice.citizen_id,
            booking_id=notice.booking_id,
            kind=notice.kind,
            channel=notice.channel,
            delivered_at=now,
        ),
    )


async def settle(session: Session, clock: Clock, booking_id: UUID) -> None:
    """Close what can no longer be sent in time and hand it to a person."""
    await make_right_by_id(session, clock, booking_id)
