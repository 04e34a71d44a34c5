"""People's worker wakes by itself: a running import goes on without anybody asking."""

import asyncio
from datetime import timedelta

import pytest

from services.people.main import create_worker
from services.people.model.vault import Vault
from services.people.schedules import SCHEDULES
from services.people.settings import Settings
from services.people.use_cases import import_citizens
from shared.clock import FixedClock
from shared.database import Database
from shared.messaging.schedules import Ticker
from tests.people.conftest import Asks, Rows
from tests.people.given import registration

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty rows in a transaction instead of two hundred: the same steps, sooner."""
    monkeypatch.setattr(import_citizens, "ROWS_AT_ONCE", 20)


def content(count: int) -> bytes:
    lines = [f"{registration(number)['cpr']};Amina Holm;2" for number in range(1, count + 1)]
    return "\n".join(["cpr;navn;kontaktgruppe", *lines]).encode()


async def begun(asks: Asks, count: int) -> str:
    leader, file = asks("team_leader"), {"file": ("x.csv", content(count), "text/csv")}
    import_id: str = (await leader("POST", "/imports", files=file)).json()["import_id"]
    await leader("POST", f"/imports/{import_id}/run")
    return import_id


async def test_a_tick_registers_the_next_batch_and_another_forgets(
    asks: Asks, database: Database, clock: FixedClock, vault: Vault, rows: Rows
) -> None:
    await begun(asks, 45)
    ticker = Ticker(database, clock, SCHEDULES, vault)
    for registered in (40, 45):
        await ticker.step()
        assert len(await rows("select * from citizen")) == registered
        clock.advance(timedelta(seconds=1))
    clock.advance(timedelta(days=25 * 31))
    await ticker.step()
    assert await rows("select * from access_log") == []
    assert await rows("select * from import_row") == []


async def test_the_worker_ends_a_long_import_while_the_broker_is_down(
    asks: Asks, settings: Settings, rows: Rows
) -> None:
    import_id = await begun(asks, 25)
    stop = asyncio.Event()
    working = asyncio.create_task(create_worker(settings).run(stop))
    async with asyncio.timeout(20):
        while not await rows("select * from import_file where state = 'done'"):
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(working, 10)
    assert (await asks("team_leader")("GET", f"/imports/{import_id}")).json()["registered"] == 25
