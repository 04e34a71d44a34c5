"""One row, or one key, that is wrong keeps no other row and no other import waiting."""

from typing import Any
from uuid import UUID

import pytest

from services.people.main import create_vault
from services.people.model.vault import Vault
from services.people.settings import Settings
from services.people.use_cases import import_citizens, register_citizen
from services.people.use_cases.import_citizens import resume_imports
from shared.clock import FixedClock
from shared.database import Database
from tests.people.conftest import Asks, Rows
from tests.people.given import NEW_KEY, OLD_KEY, registration, settings_of
from tests.people.said import said

pytestmark = pytest.mark.anyio
ALTERED = "update import_row set sealed = '\\x00' where line = 3 and import_id = :id"


def content(first: int, count: int) -> bytes:
    lines = [f"{registration(number)['cpr']};Amina Holm;2" for number in range(first, first + count)]
    return "\n".join(["cpr;navn;kontaktgruppe", *lines]).encode()


async def uploaded(asks: Asks, first: int, count: int = 4) -> UUID:
    file = {"file": ("x.csv", content(first, count), "text/csv")}
    return UUID((await asks("team_leader")("POST", "/imports", files=file)).json()["import_id"])


async def running(asks: Asks, rows: Rows, first: int) -> UUID:
    import_id = await uploaded(asks, first)
    await rows("update import_file set state = 'running' where import_id = :id", id=import_id)
    return import_id


async def tick(database: Database, clock: FixedClock, vault: Vault) -> None:
    async with database.transaction() as session:
        await resume_imports(session, clock, vault)


async def progress(asks: Asks, import_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await asks("team_leader")("GET", f"/imports/{import_id}")).json()
    return {name: found[name] for name in ("state", "registered", "refused")}


async def test_a_row_that_was_altered_is_refused_and_all_others_are_registered(
    asks: Asks, rows: Rows, database: Database, clock: FixedClock, vault: Vault
) -> None:
    first, second = await running(asks, rows, 1), await running(asks, rows, 10)
    await rows(ALTERED, id=first)
    shown = (await asks("team_leader")("GET", f"/imports/{first}/rows")).json()
    assert [row["line"] for row in shown] == [2, 4, 5]
    for _ in range(2):
        await tick(database, clock, vault)
    assert await progress(asks, first) == {"state": "done", "registered": 3, "refused": 1}
    assert await progress(asks, second) == {"state": "done", "registered": 4, "refused": 0}
    (wrong,) = (await asks("team_leader")("GET", f"/imports/{first}/problems")).json()
    assert (wrong["line"], wrong["problems"][0]["message"]) == (3, "Linjen kan ikke læses. Send den igen.")


async def test_an_import_whose_key_is_not_configured_stops_and_goes_on_when_it_is(
    asks: Asks, rows: Rows, settings: Settings, database: Database, clock: FixedClock, vault: Vault
) -> None:
    first = await running(asks, rows, 1)
    other = settings_of(settings.database_url, {}, cpr_keys={"k2": NEW_KEY}, cpr_active_key="k2")
    await tick(database, clock, create_vault(other))
    assert await progress(asks, first) == {"state": "stopped", "registered": 0, "refused": 0}
    both = settings_of(settings.database_url, {}, cpr_keys={"k1": OLD_KEY, "k2": NEW_KEY}, cpr_active_key="k2")
    async with database.transaction() as session:
        await import_citizens.run_import(session, clock, create_vault(both), first)
    assert await progress(asks, first) == {"state": "done", "registered": 4, "refused": 0}


async def test_a_row_that_breaks_half_way_is_undone_and_refused_and_the_others_go_on(
    asks: Asks, rows: Rows, database: Database, clock: FixedClock, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = await running(asks, rows, 1)
    register, seen = register_citizen.register_checked, 0

    async def breaks_at_the_second(*given: Any) -> Any:
        nonlocal seen
        seen += 1
        done = await register(*given)
        if seen == 2:
            raise ValueError("odd")
        return done

    monkeypatch.setattr(import_citizens, "register_checked", breaks_at_the_second)
    await tick(database, clock, vault)
    assert await progress(asks, import_id) == {"state": "done", "registered": 3, "refused": 1}
    for table in ("citizen", "cpr_number", "access_log"):
        assert len(await rows(f"select 1 as one from {table}")) == 3
    assert len(await said(rows)) == 3
