"""Events that wait behind a dead letter of their key: in their order, until it is replayed or dropped."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, delete, exists, insert, or_, select

from shared.clock import Clock
from shared.database import Session
from shared.messaging.envelope import Envelope
from shared.messaging.tables import dead_letter, parked


async def add(session: Session, clock: Clock, consumer: str, envelopes: Sequence[Envelope]) -> None:
    """Park events, at least one, in the order given. They count as heard; their effect is the replay's work."""
    now = clock.now()
    await session.execute(
        insert(parked),
        [
            {
                "consumer": consumer,
                "topic": one.position.topic,
                "partition": one.position.partition,
                "offset": one.position.offset,
                "recorded_at": one.position.recorded_at,
                "key": one.key,
                "event_id": one.event_id,
                "type": one.type,
                "time": one.time,
                "headers": dict(one.headers),
                "body": one.body,
                "parked_at": now,
            }
            for one in envelopes
        ],
    )


async def first_free(session: Session, consumer: str) -> RowMapping | None:
    """Return the oldest parked event whose key waits for no earlier dead letter any more."""
    blocking = exists().where(
        dead_letter.c.consumer == parked.c.consumer,
        dead_letter.c.topic == parked.c.topic,
        dead_letter.c.key == parked.c.key,
        dead_letter.c.blocks,
        dead_letter.c.resolved_at.is_(None),
        or_(dead_letter.c.partition != parked.c.partition, dead_letter.c.offset < parked.c.offset),
    )
    statement = select(parked).where(parked.c.consumer == consumer, ~blocking).order_by(parked.c.id).limit(1)
    return (await session.execute(statement)).mappings().first()


async def remove(session: Session, parked_id: int) -> None:
    """Take one event out of the queue: its effect, or its dead letter, is in the same transaction."""
    await session.execute(delete(parked).where(parked.c.id == parked_id))
