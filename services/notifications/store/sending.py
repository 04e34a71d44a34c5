"""Claims and outcomes. Invariant: a notice is sent by one claim at a time, and *sent* is never taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, func, select, update

from services.notifications.model.notice import Channel, Notice, State
from services.notifications.store.ledger import COLUMNS, read
from services.notifications.tables import notice as table
from shared.database import Session


@dataclass(frozen=True, slots=True)
class Claim:
    """A notice that this sender alone may send until its claim grows old. `trace` leads back to who asked for it."""

    notice: Notice
    claimed_at: datetime
    trace: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """A provider's yes, and which words it was said to."""

    language: str
    template_version: int
    provider_id: str | None


async def due(session: Session, channel: Channel, now: datetime, limit: int) -> list[Claim]:
    """Return a channel's notices that are ready and due, oldest first, locked; another sender's are left to it."""
    query = (
        select(*COLUMNS, table.c.trace)
        .where(table.c.state == State.READY, table.c.channel == channel, table.c.next_attempt_at <= now)
        .order_by(table.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Claim(read(row._mapping), now, row.trace) for row in await session.execute(query)]


async def claim(session: Session, claims: Sequence[Claim]) -> None:
    """Take these notices: from the commit on the attempt counts, whatever happens to the sender."""
    if not claims:
        return
    at = claims[0].claimed_at
    taken = update(table).where(table.c.notice_id.in_([each.notice.notice_id for each in claims]))
    await session.execute(
        taken.values(
            state=State.SENDING,
            claimed_at=at,
            attempts=table.c.attempts + 1,
            first_attempt_at=func.coalesce(table.c.first_attempt_at, at),
        )
    )


async def postpone(session: Session, notice_id: UUID, until: datetime) -> None:
    """Let a notice wait for an allowed moment."""
    await session.execute(update(table).where(table.c.notice_id == notice_id).values(next_attempt_at=until))


async def sent(session: Session, claim: Claim, now: datetime, yes: Sent) -> bool:
    """Record a provider's yes, also when the claim had grown old meanwhile; False when it was recorded before."""
    mine = update(table).where(
        table.c.notice_id == claim.notice.notice_id, table.c.state.in_((State.SENDING, State.READY))
    )
    values = {"state": State.SENT, "sent_at": now, "closed_at": now, "claimed_at": None, "last_fault": None}
    words = {"language": yes.language, "template_version": yes.template_version, "provider_id": yes.provider_id}
    return (await session.execute(mine.values(**values, **words))).rowcount == 1


async def failed_for_now(session: Session, claim: Claim, again_at: datetime, fault: str) -> bool:
    """Let a notice be tried again later; False when the claim is not ours any more."""
    values = {"state": State.READY, "claimed_at": None, "next_attempt_at": again_at, "last_fault": fault}
    return (await session.execute(_held(claim).values(**values))).rowcount == 1


async def closed(session: Session, claim: Claim, state: State, reason: str, fault: str, now: datetime) -> bool:
    """Close a notice that will not go this way; False when the claim is not ours any more."""
    values = {"state": state, "reason": reason, "last_fault": fault or None, "closed_at": now, "claimed_at": None}
    return (await session.execute(_held(claim).values(**values))).rowcount == 1


def _held(claim: Claim) -> Update:
    return update(table).where(
        table.c.notice_id == claim.notice.notice_id,
        table.c.state == State.SENDING,
        table.c.claimed_at == claim.claimed_at,
    )
