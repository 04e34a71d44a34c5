"""What is kept for how long. Delivered outbox rows need no rule: the relay deletes them on acknowledgement."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from shared.clock import Clock
from shared.database import Session

# The inbox must remember longer than any topic can repeat: its longest retention, and a week for a late replay.
INBOX_EXTRA = timedelta(days=7)
RESOLVED = timedelta(days=90)
# Nobody has looked at an open dead letter, or at what waits behind it, for a year: then it is over.
OPEN = timedelta(days=365)
ROWS_PER_STEP = 5_000
# Version-7 ids rise with time: the primary key finds the old ones, and `handled_at` spares the ids of other kinds.
_rules = {
    "inbox": """delete from inbox where (consumer, event_id) in (
        select consumer, event_id from inbox
        where consumer = :consumer and event_id < :oldest_id and handled_at < :heard_before
        order by event_id limit :most)""",
    "dead_letter": """delete from dead_letter where dead_letter_id in (
        select dead_letter_id from dead_letter where resolved_at < :resolved_before or last_seen < :open_before
        limit :most)""",
    "parked": """delete from parked where id in (
        select id from parked where parked_at < :open_before limit :most)""",
}


async def forget(session: Session, clock: Clock, consumer: str, topic_days: int) -> Mapping[str, int]:
    """Delete what is over, at most ROWS_PER_STEP rows of each table; return how many went, by table.

    `topic_days`: the longest retention of the topics this consumer reads.
    """
    now = clock.now()
    heard_before = now - timedelta(days=topic_days) - INBOX_EXTRA
    values = {
        "consumer": consumer,
        "heard_before": heard_before,
        "oldest_id": UUID(int=int(heard_before.timestamp() * 1000) << 80),
        "resolved_before": now - RESOLVED,
        "open_before": now - OPEN,
        "most": ROWS_PER_STEP,
    }
    gone = {}
    for table, rule in _rules.items():
        used = {name: value for name, value in values.items() if f":{name}" in rule}
        gone[table] = (await session.execute(text(rule), used)).rowcount
    return gone
