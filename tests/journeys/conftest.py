"""A timeline that begins at a date; all that is changed about the platform: its loops wake when the clock moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from services.notifications import schedules
from shared.messaging import worker
from tests.conftest import Databases
from tests.journeys.platform import MovingClock, Platform
from tests.journeys.timeline import Timeline, instant

Begins = Callable[[str], Awaitable[Timeline]]


@pytest.fixture
async def begins(database_of: Databases, kafka: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Begins]:
    """`story = await begins("2026-11-02 10:15")`: everything runs, an adviser and a citizen are known."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    told: list[Timeline] = []

    async def begin(wall: str) -> Timeline:
        clock = MovingClock(instant(wall))
        _wake_when_it_moves(clock, monkeypatch)
        told.append(Timeline(Platform(database_of, kafka, clock)))
        await told[0].platform.start()
        await told[0].people_arrive()
        return told[0]

    yield begin
    for story in told:
        await story.client.aclose()
        await story.platform.stop()


def _wake_when_it_moves(clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two steps a loop waits as long as in production, or until the clock moves."""

    async def pause(stop: asyncio.Event, seconds: float) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, clock.moved)]
        with suppress(TimeoutError):
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()

    monkeypatch.setattr(worker, "pause", pause)
    monkeypatch.setattr(schedules, "pause", pause)
    monkeypatch.setattr(schedules, "IDLE_SECONDS", 0.05)
