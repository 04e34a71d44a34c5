"""Hearing once: the row (consumer, event id) that stands or falls with the effect."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from shared.database import Session

_insert = text(
    """insert into inbox (consumer, event_id)
    select :consumer, event_id from unnest(cast(:event_ids as uuid[])) as heard (event_id)
    on conflict do nothing
    returning event_id"""
)


async def mark(session: Session, consumer: str, event_ids: Iterable[UUID]) -> set[UUID]:
    """Mark events as heard in this transaction; return those that were not heard before.

    Ids are inserted in one order everywhere, so that two workers that hold the same events wait and do not deadlock.
    """
    ordered = sorted(set(event_ids))
    if not ordered:
        return set()
    result = await session.execute(_insert, {"consumer": consumer, "event_ids": ordered})
    return set(result.scalars())
