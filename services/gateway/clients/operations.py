"""What the operations page asks: every service how its messages are, and every process whether it works.

Whatever does not answer is shown as not answering: this page is needed most when something is down.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import msgspec
from prometheus_client.parser import text_string_to_metric_families

from services.gateway.clients.asking import Asking, Name
from services.gateway.web.outcomes import Problem, ServiceDown
from shared.clock import Clock

WITH_MESSAGES: tuple[Name, ...] = ("people", "booking", "notifications")
TIMEOUT_SECONDS = 1.5
LOOK_AT_MOST_EVERY = timedelta(seconds=2)
FAULTS = ("jobvej_relay_faults_total", "jobvej_passing_faults_total", "jobvej_schedule_failures_total")


class Messages(msgspec.Struct, frozen=True):
    """One service's messages now, as it says itself. Ages in seconds."""

    service: str
    lag: int | None
    partitions_waiting: int
    outbox_pending: int
    outbox_oldest_seconds: float
    dead_letters: int
    parked: int
    timers_overdue: int
    lag_seen_at: datetime | None = None


class DeadLetter(msgspec.Struct, frozen=True):
    """A message that was set aside. `parked` counts the events that wait behind it."""

    dead_letter_id: UUID
    topic: str
    partition: int
    offset: int
    event_id: UUID | None
    type: str | None
    time: datetime | None
    reason: str
    explanation: str
    state: str
    attempts: int
    first_seen: datetime
    last_seen: datetime
    body_bytes: int = 0
    parked: int = 0


class DeadLetterDetail(DeadLetter, frozen=True, kw_only=True):
    """With headers and body as the service masks them."""

    key: str | None
    headers: dict[str, str]
    body: Any = None


class Sent(msgspec.Struct, frozen=True):
    """How many messages of one kind and channel have got how far, and when one last did."""

    kind: str
    channel: str
    state: str
    count: int
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """One process as its health pages show it."""

    name: str
    answers: bool
    ready: bool
    version: str = ""
    errors: int = 0
    lag_seconds: float | None = None
    last_event_at: datetime | None = None


async def sent_of(asker: Asking) -> list[Sent] | None:
    """Return how many messages were sent by kind and channel, never what they say; None when it cannot be known now.

    Why one is not sent is for the ledger; here it counts as `dropped`.
    """
    try:
        told = await asker.get("notifications", "/ops/messages", list[Sent])
    except (ServiceDown, Problem):
        return None
    found: dict[tuple[str, str, str], Sent] = {}
    for one in told:
        key = (one.kind, one.channel, "dropped" if one.state == "superseded" else one.state)
        before = found.get(key)
        if before is None:
            found[key] = Sent(*key, one.count, one.last_at)
        else:
            moments = [moment for moment in (one.last_at, before.last_at) if moment is not None]
            found[key] = Sent(*key, one.count + before.count, max(moments, default=None))
    return list(found.values())


async def messages_of(asker: Asking, service: Name) -> Messages | None:
    """Return how a service's messages are; None when it does not answer."""
    try:
        return await asker.get(service, "/ops/state", Messages)
    except (ServiceDown, Problem):
        return None


async def dead_letters(asker: Asking, service: Name) -> list[DeadLetter]:
    """Return the messages a service set aside, newest first. Raises ServiceDown."""
    return await asker.get(service, "/ops/dead-letters", list[DeadLetter])


async def dead_letter(asker: Asking, service: Name, dead_letter_id: UUID) -> DeadLetterDetail:
    """Return one of them with its masked contents. Raises ServiceDown, Problem (404)."""
    return await asker.get(service, f"/ops/dead-letters/{dead_letter_id}", DeadLetterDetail)


class Watch:
    """Looks at every process' health pages, at most every few seconds however many people watch."""

    def __init__(
        self, targets: Mapping[str, str], clock: Clock, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._targets, self._clock = targets, clock
        self._client = httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, transport=transport, trust_env=False)
        self._one_at_a_time = asyncio.Lock()
        self._seen: list[Process] = []
        self._seen_at: datetime | None = None

    async def processes(self) -> list[Process]:
        """Return how every process is, in the order they are set up."""
        async with self._one_at_a_time:
            now = self._clock.now()
            if self._seen_at is None or now - self._seen_at > LOOK_AT_MOST_EVERY:
                self._seen = await asyncio.gather(*(self._process(name, url) for name, url in self._targets.items()))
                self._seen_at = now
            return self._seen

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _process(self, name: str, url: str) -> Process:
        try:
            ready, metrics = await asyncio.gather(self._client.get(f"{url}/readyz"), self._client.get(f"{url}/metrics"))
        except httpx2.HTTPError:
            return Process(name, answers=False, ready=False)
        return Process(name, answers=True, ready=ready.status_code == 200, **_figures(metrics.text))


def _figures(text: str) -> dict[str, Any]:
    """Read the few figures this page shows out of a process' metrics."""
    version, errors, last = "", 0.0, 0.0
    behind: float | None = None
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "jobvej_build_info":
                version = sample.labels["version"]
            elif sample.name == "jobvej_consumer_last_progress_timestamp":
                last = sample.value
            elif sample.name == "jobvej_consumer_lag_seconds":
                behind = sample.value
            elif _is_error(sample.name, sample.labels):
                errors += sample.value
    return {
        "version": version,
        "errors": int(errors),
        "lag_seconds": behind,
        "last_event_at": datetime.fromtimestamp(last, UTC) if last else None,
    }


def _is_error(name: str, labels: Mapping[str, str]) -> bool:
    """Say whether a sample counts faults: answers of 5xx, and what relay, worker and schedules had to repeat."""
    return name in FAULTS or (name == "jobvej_http_request_seconds_count" and labels["status"].startswith("5"))
