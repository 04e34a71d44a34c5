"""Import of citizens: preview, faults by line, resume after any break, no doubles."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.people.main import create_vault
from services.people.model.vault import Vault
from services.people.settings import Settings
from services.people.store import imports
from services.people.use_cases import import_citizens
from services.people.use_cases.forget import forget_old
from services.people.use_cases.import_citizens import resume_imports
from services.people.use_cases.rotate_keys import rotate_keys
from shared.clock import FixedClock
from shared.database import Database
from tests.people.conftest import Asks, Rows
from tests.people.given import NEW_KEY, OLD_KEY, registration, settings_of
from tests.people.said import said

pytestmark = pytest.mark.anyio

HEADING = "CPR-nummer;Navn;Kontaktgruppe;E-mail;Mobil;Sprog;Tilmeldt;Skostørrelse"
MIXED = "\r\n".join(
    [
        HEADING,
        "610180-1001;Søren Ærø;2;soren@eksempel.dk;70102030;da;01-11-2026;44",
        "610180-1002;;2;ikke-en-mail;;;;",
        "",
        "610180-1003;Bo Krag;99;;;;;",
        "610180-1001;Søren Ærø;2;;;;;",
        "610180-1004;Åse Holm;3;;;en;;",
    ]
)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty rows in a transaction instead of two hundred: the same steps, sooner."""
    monkeypatch.setattr(import_citizens, "ROWS_AT_ONCE", 20)


class Broken(Exception):
    """The process ends in the middle."""


def many(count: int) -> bytes:
    lines = [f"{registration(number)['cpr']};Amina Holm;2" for number in range(1, count + 1)]
    return "\n".join(["cpr;navn;kontaktgruppe", *lines]).encode()


async def upload(asks: Asks, content: bytes, **headers: str) -> dict[str, Any]:
    answer = await asks("team_leader", purpose="overførsel")(
        "POST", "/imports", files={"file": ("borgere.csv", content, "text/csv")}, headers=headers
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def run(asks: Asks, import_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await asks("team_leader")("POST", f"/imports/{import_id}/run")).json()
    return found


async def tick(database: Database, clock: FixedClock, vault: Vault) -> int:
    async with database.transaction() as session:
        return await resume_imports(session, clock, vault)


async def test_a_preview_says_what_would_happen_and_registers_nobody(asks: Asks, rows: Rows) -> None:
    seen = await upload(asks, MIXED.encode("cp1252"))
    told = {name: seen[name] for name in ("state", "encoding", "separator", "ignored_columns", "rows")}
    assert told == {
        "state": "previewed",
        "encoding": "cp1252",
        "separator": ";",
        "ignored_columns": ["Skostørrelse"],
        "rows": 5,
    }
    assert (seen["ready"], seen["refused"], seen["known"], seen["registered"]) == (2, 3, 0, 0)
    assert await rows("select * from citizen") == []


async def test_every_fault_has_its_line_and_column(asks: Asks) -> None:
    import_id = (await upload(asks, MIXED.encode()))["import_id"]
    leader = asks("team_leader")
    wrong = (await leader("GET", f"/imports/{import_id}/problems")).json()
    assert [(row["line"], [problem["field"] for problem in row["problems"]]) for row in wrong] == [
        (3, ["name", "email"]),
        (5, ["contact_group"]),
        (6, ["cpr"]),
    ]
    assert wrong[2]["problems"][0]["message"] == "Samme CPR-nummer står også på linje 2."
    rest = (await leader("GET", f"/imports/{import_id}/problems?after_line=3&limit=1")).json()
    assert [row["line"] for row in rest] == [5]


async def test_the_preview_shows_rows_as_they_would_be_registered_to_the_one_who_brought_them(asks: Asks) -> None:
    path = f"/imports/{(await upload(asks, MIXED.encode('cp1252')))['import_id']}/rows"
    shown = (await asks("team_leader")("GET", path)).json()
    assert [(row["line"], row["cpr"], row["name"], row["language"]) for row in shown] == [
        (2, "610180-••••", "Søren Ærø", "da"),
        (7, "610180-••••", "Åse Holm", "en"),
    ]
    assert (shown[0]["mobile"], shown[0]["registered_on"]) == ("+4570102030", "2026-11-01")
    assert [row["line"] for row in (await asks("team_leader")("GET", f"{path}?after_line=2")).json()] == [7]
    assert (await asks("team_leader", actor_id=UUID(int=9))("GET", path)).status_code == 404


async def test_what_could_be_read_is_registered_and_said(asks: Asks, rows: Rows) -> None:
    done = await run(asks, (await upload(asks, MIXED.encode("utf-8-sig")))["import_id"])
    assert (done["state"], done["registered"], done["refused"]) == ("done", 2, 3)
    found = await rows('select name, email, mobile, language, registered_on from citizen order by name collate "C"')
    assert [row["name"] for row in found] == ["Søren Ærø", "Åse Holm"]
    assert (found[0]["email"], found[0]["mobile"]) == ("soren@eksempel.dk", "+4570102030")
    assert [kind for kind, _ in await said(rows)] == ["people.citizen-registered.v1"] * 2
    log = await rows("select look, purpose, role from access_log")
    assert log == [{"look": "registration", "purpose": "overførsel", "role": "team_leader"}] * 2


async def test_the_same_file_again_makes_no_doubles(asks: Asks, rows: Rows) -> None:
    await run(asks, (await upload(asks, MIXED.encode()))["import_id"])
    again = await upload(asks, MIXED.encode())
    assert (again["ready"], again["known"]) == (0, 2)
    assert [row["look"] for row in await rows("select look from access_log order by look")] == [
        *("registration", "registration", "search", "search"),
    ]
    assert (await run(asks, again["import_id"]))["state"] == "done"
    assert len(await rows("select * from citizen")) == len(await said(rows)) == 2


async def test_the_same_upload_repeated_with_its_key_is_one_import(asks: Asks, rows: Rows) -> None:
    key = {"Idempotency-Key": "upload-number-1"}
    first, second = [await upload(asks, MIXED.encode(), **key) for _ in range(2)]
    assert first == second
    assert len(await rows("select * from import_file")) == 1


async def test_two_files_with_the_same_people_run_at_once_make_no_doubles(
    asks: Asks, rows: Rows, database: Database, clock: FixedClock, vault: Vault
) -> None:
    content = many(15).splitlines()
    backwards = b"\n".join([content[0], *reversed(content[1:])])
    first, second = await upload(asks, many(15)), await upload(asks, backwards)
    done = await asyncio.gather(*(run(asks, one["import_id"]) for one in (first, second)))
    assert sorted((one["registered"], one["known"]) for one in done) == [(0, 15), (15, 0)]
    assert len(await rows("select * from citizen")) == len(await said(rows)) == 15


async def test_a_long_import_goes_on_batch_by_batch_on_the_schedule(
    asks: Asks, database: Database, clock: FixedClock, vault: Vault, rows: Rows
) -> None:
    import_id = (await upload(asks, many(45)))["import_id"]
    begun = await run(asks, import_id)
    assert (begun["state"], begun["registered"], begun["ready"]) == ("running", 20, 25)
    assert [await tick(database, clock, vault) for _ in range(3)] == [20, 5, 0]
    done = (await asks("team_leader")("GET", f"/imports/{import_id}")).json()
    assert (done["state"], done["registered"]) == ("done", 45)
    assert len(await rows("select * from citizen")) == len(await said(rows)) == 45


async def test_a_process_that_dies_in_a_batch_loses_and_doubles_nothing(
    asks: Asks,
    database: Database,
    clock: FixedClock,
    vault: Vault,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import_id = (await upload(asks, many(30)))["import_id"]
    await run(asks, import_id)
    settle, settled = imports.settle, 0

    async def dies_after_five(*arguments: Any) -> None:
        nonlocal settled
        settled += 1
        if settled > 5:
            raise Broken
        await settle(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(imports, "settle", dies_after_five)
        with pytest.raises(Broken):
            await tick(database, clock, vault)
    assert len(await rows("select * from citizen")) == 20
    assert await tick(database, clock, vault) == 10
    assert len(await rows("select * from citizen")) == len(await said(rows)) == 30
    assert len(await rows("select * from cpr_number")) == 30


async def test_a_stopped_import_rests_until_it_is_run_again(
    asks: Asks, database: Database, clock: FixedClock, vault: Vault
) -> None:
    import_id, leader = (await upload(asks, many(25)))["import_id"], asks("team_leader")
    await run(asks, import_id)
    assert (await leader("POST", f"/imports/{import_id}/stop")).json()["state"] == "stopped"
    assert await tick(database, clock, vault) == 0
    assert (await run(asks, import_id))["state"] == "done"
    for verb in ("run", "stop"):
        refused = await leader("POST", f"/imports/{import_id}/{verb}")
        assert refused.json()["type"] == "urn:jobvej:import-finished"


async def test_what_changed_since_the_preview_is_seen_when_run(asks: Asks) -> None:
    staff = asks("caseworker")
    left = (await staff("POST", "/citizens", registration(1))).json()["citizen_id"]
    await staff("POST", f"/citizens/{left}/deregister", {})
    import_id = (await upload(asks, many(3)))["import_id"]
    await staff("POST", "/citizens", registration(2))
    done = await run(asks, import_id)
    assert (done["again"], done["known"], done["registered"]) == (1, 1, 1)


async def test_a_row_that_became_wrong_after_the_preview_is_refused_and_the_others_go_on(
    asks: Asks, database: Database, rows: Rows
) -> None:
    lines = [f"{registration(number)['cpr']};Amina Holm;{group}" for number, group in ((1, 9), (2, 2))]
    import_id = (await upload(asks, "\n".join(["cpr;navn;gruppe", *lines]).encode()))["import_id"]
    await rows("delete from contact_group where code = '9'")
    done = await run(asks, import_id)
    assert (done["refused"], done["registered"]) == (1, 1)
    wrong = (await asks("team_leader")("GET", f"/imports/{import_id}/problems")).json()
    assert [row["line"] for row in wrong] == [2]


async def test_a_file_that_is_none_is_refused_in_danish(asks: Asks) -> None:
    leader = asks("team_leader")
    answer = await leader("POST", "/imports", files={"file": ("x.csv", b"navn;gruppe\n", "text/csv")})
    assert (answer.status_code, answer.json()["detail"]) == (422, "Filen mangler kolonnen cpr.")
    nothing = "01900000-0000-7000-8000-ffffffffffff"
    for method, path in (("GET", ""), ("GET", "/problems"), ("POST", "/run"), ("POST", "/stop")):
        assert (await leader(method, f"/imports/{nothing}{path}")).status_code == 404


async def test_what_a_file_says_is_sealed_until_registered_and_then_gone(asks: Asks, rows: Rows) -> None:
    import_id = (await upload(asks, many(3)))["import_id"]
    before = await rows("select sealed from import_row")
    assert all(row["sealed"] and b"Amina" not in row["sealed"] for row in before)
    await run(asks, import_id)
    assert [row["sealed"] for row in await rows("select sealed from import_row")] == [None] * 3


async def test_rotation_also_seals_waiting_rows_anew(
    asks: Asks, database: Database, settings: Settings, clock: FixedClock
) -> None:
    import_id = (await upload(asks, many(3)))["import_id"]
    both = settings_of(settings.database_url, {}, cpr_keys={"k1": OLD_KEY, "k2": NEW_KEY}, cpr_active_key="k2")
    async with database.transaction() as session:
        assert await rotate_keys(session, create_vault(both)) == 3
    alone = create_vault(settings_of(settings.database_url, {}, cpr_keys={"k2": NEW_KEY}, cpr_active_key="k2"))
    async with database.transaction() as session:
        await import_citizens.run_import(session, clock, alone, UUID(import_id))
    assert (await asks("team_leader")("GET", f"/imports/{import_id}")).json()["registered"] == 3


async def test_an_import_is_forgotten_after_its_days(
    asks: Asks, database: Database, clock: FixedClock, rows: Rows
) -> None:
    await upload(asks, many(3))
    clock.advance(timedelta(days=31))
    async with database.transaction() as session:
        assert (await forget_old(session, clock))["imports"] == 1
    assert await rows("select * from import_row") == []
