"""What is over is deleted, and nothing that is still needed to tell a second delivery from a first."""

from datetime import timedelta
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.clock import FixedClock, uuid7
from shared.messaging import retention
from shared.messaging.retention import OPEN, RESOLVED
from tests.conftest import START
from tests.shared.messaging.given import ANNA, Town, lying

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def forget(town: Town, topic_days: int = 14) -> dict[str, int]:
    async with town.database.transaction() as session:
        return dict(await retention.forget(session, FixedClock(START), town.service, topic_days))


async def heard(town: Town, days_ago: int, *, version_7: bool = True) -> None:
    moment = START - days_ago * DAY
    event_id = uuid7(moment) if version_7 else uuid4()
    await town.fetch("insert into inbox values ($1, $2, $3)", town.service, event_id, moment)


async def test_the_inbox_remembers_longer_than_the_topic(quiet_town: Town) -> None:
    for days in (1, 14, 20, 22, 300):
        await heard(quiet_town, days)
    assert (await forget(quiet_town))["inbox"] == 2
    assert len(await quiet_town.fetch("select 1 from inbox")) == 3


async def test_an_old_id_heard_lately_is_remembered(quiet_town: Town) -> None:
    old = uuid7(START - 100 * DAY)
    await quiet_town.fetch("insert into inbox values ($1, $2, $3)", quiet_town.service, old, START - DAY)
    assert (await forget(quiet_town))["inbox"] == 0


async def test_what_is_resolved_goes_after_its_time_and_what_is_open_after_a_year(quiet_town: Town) -> None:
    def fails(event: object) -> None:
        raise ValueError

    quiet_town.counts(before=fails)
    quiet_town.clock = FixedClock(START - RESOLVED - DAY)
    await quiet_town.dispatcher().take(
        lying(quiet_town, *[quiet_town.Counted(key_id=ANNA, number=n) for n in range(2)])
    )
    assert await forget(quiet_town) == {"inbox": 0, "dead_letter": 0, "dead_letter_open": 0, "parked": 0}
    await quiet_town.fetch("update dead_letter set state = 'dropped', resolved_at = last_seen")
    assert (await forget(quiet_town))["dead_letter"] == 1
    await quiet_town.fetch("update parked set parked_at = $1", START - OPEN - DAY)
    assert (await forget(quiet_town))["parked"] == 1


async def test_a_worker_forgets_and_says_when_there_is_more(quiet_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS_PER_STEP", 2)
    quiet_town.clock = FixedClock(START)
    quiet_town.counts()
    worker = quiet_town.worker()
    for _ in range(3):
        await heard(quiet_town, 40)
    assert await worker.forget()
    assert not await worker.forget()


async def test_what_is_forgotten_unhandled_leaves_a_line_in_the_log_and_a_count(quiet_town: Town) -> None:
    def fails(event: object) -> None:
        raise ValueError

    quiet_town.counts(before=fails)
    quiet_town.clock = FixedClock(START - OPEN - DAY)
    await quiet_town.dispatcher().take(
        lying(quiet_town, *[quiet_town.Counted(key_id=ANNA, number=n) for n in range(3)])
    )
    before = {was: _forgotten(was) for was in ("dead_letter_open", "parked")}
    with capture_logs() as lines:
        assert await forget(quiet_town) == {"inbox": 0, "dead_letter": 0, "dead_letter_open": 1, "parked": 2}
    assert {was: _forgotten(was) - count for was, count in before.items()} == {"dead_letter_open": 1, "parked": 2}
    lost = [line for line in lines if line["event"] == "an event that was never handled is forgotten"]
    assert [(line["offset"], line["was"], line["reason"], line["log_level"]) for line in lost] == [
        (0, "dead_letter_open", "failed", "error"),
        (1, "parked", "parked", "error"),
        (2, "parked", "parked", "error"),
    ]
    assert {line["type"] for line in lost} == {quiet_town.Counted.type}
    assert len({line["event_id"] for line in lost}) == 3
    assert await quiet_town.fetch("select 1 from dead_letter union all select 1 from parked") == []


def _forgotten(was: str) -> float:
    return REGISTRY.get_sample_value("jobvej_forgotten_unhandled_total", {"was": was}) or 0
