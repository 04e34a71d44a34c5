"""Sending rules, and what they say about keeping."""

from datetime import datetime

from sqlalchemy import delete, exists, select

from services.notifications.model.hours import Rules, SendingRule
from services.notifications.tables import meeting, notice, sending_rule
from shared.database import Session


async def all_rules(session: Session) -> Rules:
    """Return all rules, past and future ones too: each is asked about its own days."""
    return [SendingRule(**row._mapping) for row in await session.execute(select(sending_rule))]


async def forget(session: Session, before: datetime) -> int:
    """Delete notices about meetings that began before this, then meetings without notices; return how many notices."""
    gone = (await session.execute(delete(notice).where(notice.c.expires_at < before))).rowcount
    left = exists().where(notice.c.booking_id == meeting.c.booking_id)
    await session.execute(delete(meeting).where(meeting.c.starts_at < before, ~left))
    return gone
