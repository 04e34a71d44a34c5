"""Forget what has served its time: expired holds, released claims, old evidence and idempotency keys."""

from datetime import timedelta

from services.booking.store import calendar
from services.booking.store import tidying as store
from shared import idempotency
from shared.clock import Clock
from shared.database import Session


async def remove_expired_holds(session: Session, clock: Clock) -> None:
    """Remove holds that nobody used; until then they block nobody, for whoever wants the time removes them too."""
    await store.remove_expired_holds(session, clock.now())


async def forget_old(session: Session, clock: Clock) -> None:
    """Delete what the rules of retention say has been kept long enough."""
    now = clock.now()
    rules = await calendar.rules(session, now)
    days = {key: timedelta(days=rules[f"retention.{key}_days"].value) for key in ("released_claims", "offered_times")}
    await store.forget_released(session, now - days["released_claims"])
    await store.forget_offers(session, now - days["offered_times"])
    await idempotency.forget(session, now - timedelta(days=rules["retention.idempotency_days"].value))
