"""What is kept for how long. Delivered outbox rows need no rule: the relay deletes them on acknowledgement."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import RowMapping, text

from shared.clock import Clock
from shared.database import Session
from shared.messaging import metrics
from shared.telemetry import get_logger

# The inbox must remember longer than any topic can repeat: its longest retention, and a week for a late replay.
INBOX_EXTRA = timedelta(days=7)
RESOLVED = timedelta(days=90)
# Nobody has looked at an open dead letter, or at what waits behind it, for a year: then it is over. Its effect never
# came about, so it goes with a line in the log and a count; only its place and its ids are left.
OPEN = timedelta(days=365)
ROWS_PER_STEP = 5_000
log = get_logger(__name__)
# Version-7 ids rise with time: the primary key finds the old ones, and `handled_at` spares the ids of other kinds.
_rules = {
    "inbox": """delete from inbox where (consumer, event_id) in (
        select consumer, event_id from inbox
        where consumer = :consumer and event_id < :oldest_id and handled_at < :heard_before
        order by event_id limit :most)""",
    "dead_letter": """delete from dead_letter where dead_letter_id in (
        select dead_letter_id from dead_letter where resolved_at < :resolved_before limit :most)""",
    "dead_letter_open": """delete from dead_letter where dead_letter_id in (
        select dead_letter_id from dead_letter where resolved_at is null and last_seen < :open_before limit :most)
        returning topic, partition, "offset", event_id, type, reason""",
    "parked": """delete from parked where id in (
        select id from parked where parked_at < :open_before limit :most)
        returning topic, partition, "offset", event_id, type, 'parked' as reason""",
}


async def forget(session: Session, clock: Clock, consumer: str, topic_days: int) -> Mapping[str, int]:
    """Delete what is over, at most ROWS_PER_STEP rows by each rule; return how many went, by rule.

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
        result = await session.execute(text(rule), used)
        gone[table] = result.rowcount
        if result.returns_rows:
            _lament(consumer, table, result.mappings().all())
    return gone


def _lament(consumer: str, table: str, rows: Sequence[RowMapping]) -> None:
    """Leave a trace of events that were committed and whose effect will never come about now."""
    for row in rows:
        metrics.forgotten_unhandled.labels(table).inc()
        log.error("an event that was never handled is forgotten", consumer=consumer, was=table, **_traced(row))


def _traced(row: RowMapping) -> dict[str, object]:
    return {**row, "event_id": str(row["event_id"])}
