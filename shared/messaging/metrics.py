"""What Prometheus is told. Ids never become labels."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 1, 3, 10, 60, 600, 3600)

outbox_pending = Gauge("jobvej_outbox_pending", "Rows said and not yet on their topic (counted up to 100 000)")
outbox_oldest_seconds = Gauge("jobvej_outbox_oldest_seconds", "Age of the oldest row of the outbox")
relay_rows = Counter("jobvej_relay_rows_total", "Rows that the broker acknowledged")
relay_batch_rows = Histogram(
    "jobvej_relay_cycle_rows", "Rows moved by one cycle", buckets=(1, 10, 100, 500, 1000, 2000)
)
relay_cycle_seconds = Histogram("jobvej_relay_cycle_seconds", "Time of one cycle that moved rows", buckets=_FAST)
relay_faults = Counter("jobvej_relay_faults_total", "Times the relay had to start over")

event_age_seconds = Histogram(
    "jobvej_event_age_at_effect_seconds", "From said to its effect committed", ["type"], buckets=_FAST
)
effects = Counter("jobvej_effects_total", "Events whose effect was committed", ["type"])
duplicates = Counter("jobvej_duplicates_total", "Deliveries that the inbox knew already")
retries = Counter("jobvej_passing_faults_total", "Deliveries put off because something passing was wrong")
dead_lettered = Counter("jobvej_dead_lettered_total", "Messages set aside", ["reason"])
dead_letters_open = Gauge("jobvej_dead_letters_open", "Dead letters that wait for a person or for their replay")
parked_events = Gauge("jobvej_parked_events", "Events that wait behind a dead letter of their key")
forgotten_unhandled = Counter(
    "jobvej_forgotten_unhandled_total", "Open dead letters and parked events deleted after a year", ["was"]
)
lag = Gauge("jobvej_consumer_lag", "Records on the topics that this worker has not handled")
lag_seconds = Gauge("jobvej_consumer_lag_seconds", "For how long this worker has been behind; 0 when it is not")
last_progress = Gauge("jobvej_consumer_last_progress_timestamp", "Unix time of the last batch handled")
timers_overdue = Gauge("jobvej_timers_overdue", "Timers that are due and have not been said")
timers_fired = Counter("jobvej_timers_fired_total", "Timers moved to the outbox")
schedule_failures = Counter("jobvej_schedule_failures_total", "Ticks that failed and will be tried again", ["schedule"])


def relayed(rows: Sequence[Any], taken: int, seconds: float) -> None:
    """Count one cycle of the relay that found rows."""
    relay_rows.inc(taken)
    relay_batch_rows.observe(len(rows))
    relay_cycle_seconds.observe(seconds)


def outbox_state(pending: int, oldest: datetime | None) -> None:
    """Say how much waits and for how long; no row means no age."""
    outbox_pending.set(pending)
    outbox_oldest_seconds.set(0 if oldest is None else max(0.0, (datetime.now(UTC) - oldest).total_seconds()))


def effected(events: Iterable[tuple[str, datetime]], now: datetime) -> None:
    """Count effects of (type, time said) that were committed at `now`."""
    for event_type, said_at in events:
        effects.labels(event_type).inc()
        event_age_seconds.labels(event_type).observe(max(0.0, (now - said_at).total_seconds()))
    last_progress.set(now.timestamp())
