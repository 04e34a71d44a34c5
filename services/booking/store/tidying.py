"""Deletes what has served its time."""

from datetime import datetime

from sqlalchemy import text

from shared.database import Session

# Rows that a booking is removing at this moment are left to it.
_expired = text("""
with gone as (
    delete from slot_claim where claim_no in (
        select claim_no from slot_claim where state = 'held' and held_until <= :now for update skip locked)
)
delete from hold where hold_id in (
    select hold_id from hold where expires_at <= :now for update skip locked)""")
_released = text("delete from slot_claim where state = 'released' and upper(during) < :before")
_offers = text("delete from offered_times where said_at < :before")


async def remove_expired_holds(session: Session, now: datetime) -> None:
    """Remove holds and their claims that ended at `now` or before."""
    await session.execute(_expired, {"now": now})


async def forget_released(session: Session, before: datetime) -> None:
    """Delete claims that were let go of, for times before a moment."""
    await session.execute(_released, {"before": before})


async def forget_offers(session: Session, before: datetime) -> None:
    """Delete evidence of offered times from before a moment."""
    await session.execute(_offers, {"before": before})
