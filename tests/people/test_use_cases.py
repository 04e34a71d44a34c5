"""What people does, on a real database: events with the state, no doubles under races, retention, rotation."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.people.main import create_vault
from services.people.model.vault import Box, Vault, VaultError
from services.people.settings import Settings
from services.people.use_cases.forget import forget_old
from services.people.use_cases.rotate_keys import rotate_keys
from shared.clock import FixedClock
from shared.database import Database
from tests.people.conftest import KEYS, Asks, Rows
from tests.people.given import NEW_KEY, OLD_KEY, registration, settings_of
from tests.people.said import said

pytestmark = pytest.mark.anyio


async def registered(asks: Asks, number: int = 1, **more: Any) -> UUID:
    answer = await asks("caseworker")("POST", "/citizens", registration(number, **more))
    return UUID(answer.json()["citizen_id"])


async def test_a_registration_is_said(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks, registered_on="2026-11-01", language="en")
    assert await said(rows) == [
        (
            "people.citizen-registered.v1",
            {
                "citizen_id": str(citizen_id),
                "version": 1,
                "registered_on": "2026-11-01",
                "contact_group": "2",
                "language": "en",
            },
        )
    ]


async def test_a_change_is_said_with_the_whole_new_state_and_no_contact_data(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks)
    staff = asks("caseworker")
    await staff("PATCH", f"/citizens/{citizen_id}/contact", {"email": "amina@eksempel.dk"})
    await staff("PATCH", f"/citizens/{citizen_id}", {"digital_post": "registered", "contact_group": "3"})
    state = {"citizen_id": str(citizen_id), "language": "da"}
    assert [event for kind, event in await said(rows) if kind == "people.citizen-changed.v1"] == [
        {**state, "version": 2, "contact_group": "2", "digital_post": False},
        {**state, "version": 3, "contact_group": "3", "digital_post": True},
    ]


async def test_a_change_of_nothing_says_nothing(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks)
    await asks("caseworker")("PATCH", f"/citizens/{citizen_id}/contact", {"language": "da"})
    assert [kind for kind, _ in await said(rows)] == ["people.citizen-registered.v1"]


async def test_a_refused_command_leaves_neither_state_nor_event_nor_log(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks)
    before = [await rows(f"select * from {table}") for table in ("citizen", "outbox", "access_log")]
    await asks("caseworker")("PATCH", f"/citizens/{citizen_id}", {"name": "Amina Vang", "contact_group": "99"})
    assert [await rows(f"select * from {table}") for table in ("citizen", "outbox", "access_log")] == before


async def test_who_leaves_can_come_back_as_the_same_citizen(asks: Asks, rows: Rows, clock: FixedClock) -> None:
    citizen_id = await registered(asks, email="amina@eksempel.dk")
    staff = asks("caseworker")
    assert (await staff("POST", f"/citizens/{citizen_id}/deregister", {})).json()["version"] == 2
    assert (await staff("POST", f"/citizens/{citizen_id}/deregister", {})).json()["type"] == "urn:jobvej:not-registered"
    refused = await staff("PATCH", f"/citizens/{citizen_id}/contact", {"language": "en"})
    assert refused.json()["type"] == "urn:jobvej:not-registered"
    clock.advance(timedelta(days=30))
    back = (await staff("POST", "/citizens", registration(1, contact_group="3"))).json()
    assert (back["citizen_id"], back["again"]) == (str(citizen_id), True)
    assert [(kind, event["version"]) for kind, event in await said(rows)] == [
        ("people.citizen-registered.v1", 1),
        ("people.citizen-deregistered.v1", 2),
        ("people.citizen-registered.v1", 3),
    ]
    assert (await staff("GET", f"/citizens/{citizen_id}/contact")).json()["email"] == "amina@eksempel.dk"


async def test_twenty_registrations_of_one_number_at_once_make_one_citizen(asks: Asks, rows: Rows) -> None:
    answers = await asyncio.gather(*(asks("caseworker")("POST", "/citizens", registration()) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert len(await rows("select * from citizen")) == len(await said(rows)) == 1


async def test_twenty_changes_at_once_are_said_in_order(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks)
    staff = asks("caseworker")
    mails = [{"email": f"amina{number}@eksempel.dk"} for number in range(20)]
    await asyncio.gather(*(staff("PATCH", f"/citizens/{citizen_id}/contact", mail) for mail in mails))
    assert [event["version"] for _, event in await said(rows)] == list(range(1, 22))


async def test_a_new_number_finds_the_citizen_and_so_does_the_old_one(asks: Asks) -> None:
    citizen_id, other = await registered(asks, 1), await registered(asks, 2)
    staff, gateway = asks("caseworker"), asks("service", purpose="login")
    path = f"/citizens/{citizen_id}/cpr"
    assert (await staff("PUT", path, {"cpr": "610180-1002"})).json()["type"] == "urn:jobvej:cpr-taken"
    assert (await staff("PUT", path, {"cpr": "x"})).json()["type"] == "urn:jobvej:cpr-invalid"
    assert (await staff("PUT", path, {"cpr": "620281-1003"})).json() == {"warnings": []}
    for number, owner in (("6202811003", citizen_id), ("6101801001", citizen_id), ("6101801002", other)):
        found = await gateway("POST", "/citizens/find-by-cpr", {"cpr": number})
        assert found.json()["citizen_id"] == str(owner)
    assert (await staff("GET", f"/citizens/{citizen_id}")).json()["cpr"] == "620281-••••"
    await staff("PUT", path, {"cpr": "610180-1001"})
    assert (await staff("GET", f"/citizens/{citizen_id}")).json()["cpr"] == "610180-••••"


async def test_protection_begins_ends_and_lasts_as_the_rule_says(asks: Asks, clock: FixedClock) -> None:
    citizen_id = await registered(asks)
    staff, desk, path = asks("team_leader"), asks("frontdesk"), f"/citizens/{citizen_id}"
    assert (await staff("PUT", f"{path}/address-protection", {"until": "2026-11-24"})).status_code == 422
    await staff("PUT", f"{path}/address-protection", {})
    assert (await staff("GET", path)).json()["protected_until"] == "2027-11-24"
    assert (await desk("GET", path)).status_code == 404
    await staff("DELETE", f"{path}/address-protection")
    assert (await desk("GET", path)).status_code == 200
    await staff("PUT", f"{path}/address-protection", {"until": "2026-12-24"})
    clock.advance(timedelta(days=29))
    assert (await desk("GET", path)).status_code == 404
    clock.advance(timedelta(days=1))
    assert (await desk("GET", path)).json()["address_protected"] is False


async def test_protection_is_in_no_event(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks)
    await asks("team_leader")("PUT", f"/citizens/{citizen_id}/address-protection", {})
    assert [kind for kind, _ in await said(rows)] == ["people.citizen-registered.v1", "people.citizen-changed.v1"]
    assert not any("protect" in str(event) for event in await said(rows))


async def test_staff_who_arrive_and_leave_are_said(asks: Asks, rows: Rows) -> None:
    boss = asks("operations")
    team = (await boss("POST", "/teams", {"name": "Team Nord"})).json()["team_id"]
    new = {"login": "mette", "name": "Mette Krogh", "team_id": team, "roles": ["team_leader", "caseworker"]}
    staff_id = (await boss("POST", "/staff", new)).json()["staff_id"]
    await boss("PATCH", f"/staff/{staff_id}", {"name": "Mette Krogh"})
    await boss("PATCH", f"/staff/{staff_id}", {"roles": ["caseworker"]})
    await boss("PATCH", f"/staff/{staff_id}", {"active": False})
    assert (await boss("PATCH", f"/staff/{team}", {"active": False})).status_code == 404
    state = {"staff_id": staff_id, "team_id": team}
    assert [event for _, event in await said(rows)] == [
        {**state, "version": 1, "roles": ["caseworker", "team_leader"], "active": True},
        {**state, "version": 2, "roles": ["caseworker"], "active": True},
        {**state, "version": 3, "roles": ["caseworker"], "active": False},
    ]


async def _rotate(database: Database, vault: Vault) -> int:
    async with database.transaction() as session:
        return await rotate_keys(session, vault)


async def test_after_rotation_everything_opens_without_the_old_key(
    asks: Asks, database: Database, settings: Settings, rows: Rows
) -> None:
    citizen_id = await registered(asks)
    await asks("caseworker")("PUT", f"/citizens/{citizen_id}/cpr", {"cpr": "620281-1003"})
    trusted = {"gateway": KEYS["gateway"]}
    both = settings_of(settings.database_url, trusted, cpr_keys={"k1": OLD_KEY, "k2": NEW_KEY}, cpr_active_key="k2")
    assert await _rotate(database, create_vault(both)) == 2
    assert await _rotate(database, create_vault(both)) == 0
    alone = create_vault(settings_of(settings.database_url, trusted, cpr_keys={"k2": NEW_KEY}, cpr_active_key="k2"))
    kept = await rows("select * from cpr_number order by added_at, replaced_at nulls last")
    assert {alone.open(row["citizen_id"], Box(row["key_id"], row["sealed"])) for row in kept} == {
        "6101801001",
        "6202811003",
    }


async def test_rotation_without_the_old_key_stops_and_changes_nothing(
    asks: Asks, database: Database, settings: Settings, rows: Rows
) -> None:
    await registered(asks)
    alone = settings_of(settings.database_url, {}, cpr_keys={"k2": NEW_KEY}, cpr_active_key="k2")
    before = await rows("select * from cpr_number")
    with pytest.raises(VaultError, match="'k1' is not configured"):
        await _rotate(database, create_vault(alone))
    assert await rows("select * from cpr_number") == before


async def test_what_was_kept_long_enough_is_forgotten(
    asks: Asks, database: Database, rows: Rows, clock: FixedClock
) -> None:
    key = {"Idempotency-Key": "a-key-of-mine"}
    await asks("caseworker")("POST", "/citizens", registration(), headers=key)

    async def forgotten() -> dict[str, int]:
        async with database.transaction() as session:
            return await forget_old(session, clock)

    clock.advance(timedelta(days=6))
    assert await forgotten() == {"access_log": 0, "imports": 0, "idempotency_keys": 0}
    clock.advance(timedelta(days=2))
    assert await forgotten() == {"access_log": 0, "imports": 0, "idempotency_keys": 1}
    clock.advance(timedelta(days=24 * 31))
    assert await forgotten() == {"access_log": 1, "imports": 0, "idempotency_keys": 0}
    assert await rows("select * from access_log") == []
