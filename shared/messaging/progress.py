"""How far the worker has come, written where the API can read it: the API itself never talks to Kafka."""

from collections.abc import Mapping

from aiokafka import TopicPartition
from sqlalchemy import RowMapping, case, func, select
from sqlalchemy.dialects.postgresql import insert

from shared.clock import Clock
from shared.database import Session
from shared.messaging.tables import outbox, progress
from shared.messaging.watchdog import Place


async def write(
    session: Session,
    clock: Clock,
    consumer: str,
    places: Mapping[TopicPartition, Place],
    waiting_for: Mapping[TopicPartition, str],
) -> None:
    """Note where each partition stands now, and what it waits for."""
    if not places:
        return
    rows = [
        {
            "consumer": consumer,
            "topic": partition.topic,
            "partition": partition.partition,
            "position": place.position,
            "end_offset": place.end,
            "waiting_for": waiting_for.get(partition),
            "seen_at": clock.now(),
        }
        for partition, place in sorted(places.items())
    ]
    statement = insert(progress).values(rows)
    new = {name: statement.excluded[name] for name in ("position", "end_offset", "waiting_for", "seen_at")}
    await session.execute(statement.on_conflict_do_update(index_elements=["consumer", "topic", "partition"], set_=new))


async def lag(session: Session) -> RowMapping:
    """Return {lag, partitions_waiting, seen_at}: records not handled, partitions put off, and how fresh this is."""
    behind = case((progress.c.position < 0, 0), else_=progress.c.end_offset - progress.c.position)
    found = await session.execute(
        select(
            func.coalesce(func.sum(func.greatest(behind, 0)), 0).label("lag"),
            func.count(progress.c.waiting_for).label("partitions_waiting"),
            func.max(progress.c.seen_at).label("seen_at"),
        )
    )
    return found.mappings().one()


async def outbox_state(session: Session) -> RowMapping:
    """Return {pending, oldest}: rows not yet on their topic (counted up to 100 000), and when the oldest was said."""
    some = select(outbox.c.time).limit(100_000).subquery()
    found = await session.execute(select(func.count().label("pending"), func.min(some.c.time).label("oldest")))
    return found.mappings().one()
