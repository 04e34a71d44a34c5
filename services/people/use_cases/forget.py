"""Retention: what has been kept as long as the rules say is deleted. How long is data, not code."""

from datetime import UTC, date, datetime, time, timedelta

from services.people.model import rules
from services.people.store import access_log, imports
from services.people.store import rules as rule_store
from shared import idempotency
from shared.clock import Clock, local_date
from shared.database import Session

LOG_RULE = "access_log.kept_months"
IMPORT_RULE = "import.kept_days"
_KEYS_KEPT = timedelta(days=7)


async def forget_old(session: Session, clock: Clock) -> dict[str, int]:
    """Delete old access log entries, imports and idempotency keys; return how many of each."""
    today, dated = local_date(clock.now()), await rule_store.rules(session)
    log_from = rules.months_before(today, rules.value_of(dated, LOG_RULE, today))
    imports_from = today - timedelta(days=rules.value_of(dated, IMPORT_RULE, today))
    return {
        "access_log": await access_log.forget(session, _midnight(log_from)),
        "imports": await imports.forget(session, _midnight(imports_from)),
        "idempotency_keys": await idempotency.forget(session, clock.now() - _KEYS_KEPT),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
