"""What people answers over HTTP: who may ask what, what is told, and what each look leaves behind."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from shared.clock import FixedClock
from shared.database import Database
from tests.people.conftest import STAFF_ID, Asks, Person, Rows
from tests.people.given import registration

pytestmark = pytest.mark.anyio
NOBODY = UUID("01900000-0000-7000-8000-ffffffffffff")


async def registered(asks: Asks, number: int = 1, **more: object) -> UUID:
    answer = await asks("caseworker")("POST", "/citizens", registration(number, **more))
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["citizen_id"])


async def test_a_citizen_is_registered_and_looked_at(asks: Asks) -> None:
    citizen_id = await registered(asks, email="amina@eksempel.dk", mobile="70 10 20 30", digital_post="registered")
    record = (await asks("caseworker")("GET", f"/citizens/{citizen_id}")).json()
    assert record == {
        "citizen_id": str(citizen_id),
        "name": "Amina Holm",
        "cpr": "610180-••••",
        "language": "da",
        "contact_group": "2",
        "contact_group_da": "Jobparat kontanthjælpsmodtager",
        "contact_group_en": "Cash benefit recipient, job-ready",
        "registered_on": "2026-11-24",
        "deregistered_on": None,
        "digital_post": "registered",
        "address_protected": False,
        "protected_until": None,
        "version": 1,
    }
    contact = (await asks("service", service="notifications")("GET", f"/citizens/{citizen_id}/contact")).json()
    assert (contact["email"], contact["mobile"], contact["digital_post"]) == ("amina@eksempel.dk", "+4570102030", True)


async def test_every_fault_of_a_registration_is_told_at_once_in_danish(asks: Asks) -> None:
    wrong = registration(cpr="123", email="amina", contact_group="99")
    answer = await asks("caseworker")("POST", "/citizens", wrong)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:jobvej:registration-invalid"
    assert [error["field"] for error in answer.json()["errors"]] == ["cpr", "contact_group", "email"]
    assert "E-mailadressen er ikke gyldig" in answer.text


async def test_a_citizen_is_registered_only_once(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks)
    again = await asks("caseworker")("POST", "/citizens", registration(cpr="6101801001"))
    assert (again.status_code, again.json()["citizen_id"]) == (409, str(citizen_id))
    assert len(await rows("select * from citizen")) == 1
    looks = await rows("select look, citizen_id from access_log order by entry_id")
    assert sorted(row["look"] for row in looks) == ["registration", "search"]
    assert {row["citizen_id"] for row in looks} == {citizen_id}


async def test_a_command_repeated_with_its_key_is_done_once(asks: Asks, rows: Rows) -> None:
    key = {"Idempotency-Key": "a-key-of-mine"}
    first, second = [await asks("caseworker")("POST", "/citizens", registration(), headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (201, first.json())
    other = await asks("caseworker")("POST", "/citizens", registration(2), headers=key)
    assert other.json()["type"] == "urn:jobvej:idempotency-key-reused"
    assert len(await rows("select * from citizen")) == 1


async def test_a_citizen_sees_and_changes_only_themselves(asks: Asks) -> None:
    mine, other = await registered(asks, 1), await registered(asks, 2)
    me = asks("citizen", citizen_id=mine, purpose="egne oplysninger")
    assert (await me("GET", f"/citizens/{mine}")).json()["name"] == "Amina Holm"
    assert (await me("PATCH", f"/citizens/{mine}/contact", {"email": "ny@eksempel.dk"})).json()["version"] == 2
    for target in (other, NOBODY):
        for path in ("", "/contact", "/access-log"):
            assert (await me("GET", f"/citizens/{target}{path}")).status_code == 403
        assert (await me("PATCH", f"/citizens/{target}/contact", {"email": "x@y.dk"})).status_code == 403


async def test_contact_data_can_be_removed_and_refused(asks: Asks) -> None:
    citizen_id = await registered(asks, email="amina@eksempel.dk", mobile="70102030")
    staff = asks("frontdesk")
    refused = await staff("PATCH", f"/citizens/{citizen_id}/contact", {"mobile": "112"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "mobile")
    await staff("PATCH", f"/citizens/{citizen_id}/contact", {"mobile": None, "email": "", "language": "en"})
    contact = (await staff("GET", f"/citizens/{citizen_id}/contact")).json()
    assert (contact["mobile"], contact["email"], contact["language"]) == (None, None, "en")


async def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(asks: Asks) -> None:
    citizen_id = await registered(asks)
    staff = asks("caseworker")
    await staff("PATCH", f"/citizens/{citizen_id}/contact", {"language": "en", "version": 1})
    late = await staff("PATCH", f"/citizens/{citizen_id}", {"name": "Amina Vang", "version": 1})
    assert (late.status_code, late.json()["type"]) == (409, "urn:jobvej:changed-meanwhile")


async def test_a_login_finds_the_citizen_by_number(asks: Asks) -> None:
    citizen_id = await registered(asks)
    gateway = asks("service", purpose="login")
    known = await gateway("POST", "/citizens/find-by-cpr", {"cpr": "610180-1001"})
    assert known.json() == {"citizen_id": str(citizen_id), "name": "Amina Holm", "language": "da", "registered": True}
    assert (await gateway("POST", "/citizens/find-by-cpr", {"cpr": "610180-1002"})).status_code == 404
    assert (await gateway("POST", "/citizens/find-by-cpr", {"cpr": "x"})).status_code == 422
    other = asks("service", service="notifications", purpose="login")
    assert (await other("POST", "/citizens/find-by-cpr", {"cpr": "610180-1001"})).status_code == 403


async def test_a_search_finds_beginnings_of_names_and_numbers(asks: Asks) -> None:
    await registered(asks, 1, name="Åse Ærlig-Holm")
    await registered(asks, 2, name="Bo Holmgård")
    await registered(asks, 3, name="Zenia Krag")

    async def found(query: str) -> list[str]:
        answer = await asks("frontdesk")("POST", "/citizens/search", {"query": query})
        return [hit["name"] for hit in answer.json()["citizens"]]

    assert await found("holm") == ["Bo Holmgård", "Åse Ærlig-Holm"]
    assert await found("  HOLM  bo ") == ["Bo Holmgård"]
    assert await found("610180-1003") == ["Zenia Krag"]
    assert await found("6101801004") == []
    assert await found("' | : & ! \\ _ %") == []
    assert await found("") == []


async def test_a_search_with_many_hits_says_so(asks: Asks) -> None:
    for number in range(1, 28):
        await registered(asks, number)
    answer = (await asks("caseworker")("POST", "/citizens/search", {"query": "amina"})).json()
    assert (len(answer["citizens"]), answer["more"]) == (25, True)


async def test_names_for_a_list_come_in_danish_order(asks: Asks) -> None:
    ids = [str(await registered(asks, n, name=name)) for n, name in enumerate(["Åse Holm", "Bo Krag"], 1)]
    answer = await asks("frontdesk")("POST", "/citizens/names", {"ids": [*ids, *ids, str(NOBODY)]})
    assert [one["name"] for one in answer.json()] == ["Bo Krag", "Åse Holm"]


async def test_without_a_purpose_nothing_is_shown(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks)
    before = await rows("select * from access_log")
    silent = asks("caseworker", purpose=" ")
    answers = [
        await silent("GET", f"/citizens/{citizen_id}"),
        await silent("GET", f"/citizens/{citizen_id}/contact"),
        await silent("POST", "/citizens/names", {"ids": [str(citizen_id)]}),
        await silent("POST", "/citizens/search", {"query": "amina"}),
        await silent("PATCH", f"/citizens/{citizen_id}/contact", {"language": "en"}),
        await asks("team_leader", purpose="")("GET", f"/citizens/{citizen_id}/access-log"),
        await asks("service", purpose="")("POST", "/citizens/find-by-cpr", {"cpr": "6101801001"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:jobvej:purpose-missing")
        assert "Amina" not in answer.text
    assert await rows("select * from access_log") == before


async def test_every_look_leaves_who_why_when_and_of_what_kind(asks: Asks, rows: Rows, clock: FixedClock) -> None:
    citizen_id = await registered(asks)
    path, ids = f"/citizens/{citizen_id}", {"ids": [str(citizen_id)]}
    looks: list[tuple[str, Person, tuple[str, str, object]]] = [
        ("record", asks("frontdesk"), ("GET", path, None)),
        ("contact", asks("service", service="notifications"), ("GET", f"{path}/contact", None)),
        ("name", asks("caseworker"), ("POST", "/citizens/names", ids)),
        ("search", asks("caseworker"), ("POST", "/citizens/search", {"query": "amina"})),
        ("search", asks("caseworker"), ("POST", "/citizens/search", {"query": "610180-1001"})),
        ("login", asks("service"), ("POST", "/citizens/find-by-cpr", {"cpr": "610180-1001"})),
        ("access_log", asks("citizen", citizen_id=citizen_id), ("GET", f"{path}/access-log", None)),
        ("change", asks("caseworker"), ("PATCH", path, {"name": "Amina Vang"})),
        ("change", asks("caseworker"), ("PUT", f"{path}/cpr", {"cpr": "620281-1003"})),
        ("change", asks("caseworker"), ("POST", f"{path}/deregister", {})),
    ]
    for number, (look, one, (method, where, body)) in enumerate(looks):
        await rows("delete from access_log")
        one.purpose = f"grund {number}"
        clock.advance(timedelta(minutes=1))
        assert (await one(method, where, body)).status_code == 200
        entries = await rows("select citizen_id, at, look, purpose, role, actor_id, service from access_log")
        actor = {"service": None, "citizen": citizen_id}.get(one.role, STAFF_ID)
        who = {"role": one.role, "actor_id": actor, "service": one.service}
        assert entries == [
            {"citizen_id": citizen_id, "at": clock.now(), "look": look, "purpose": one.purpose, **who}
        ], (method, where)


async def test_a_look_that_cannot_be_written_down_is_not_answered(asks: Asks, database: Database) -> None:
    citizen_id = await registered(asks)
    async with database.transaction() as session:
        await session.execute(text("alter table access_log rename to hidden"))
    answer = await asks("caseworker")("GET", f"/citizens/{citizen_id}")
    assert (answer.status_code, "Amina" in answer.text) == (500, False)


async def test_a_citizen_sees_who_looked_why_and_when_but_not_the_employee(asks: Asks, clock: FixedClock) -> None:
    citizen_id = await registered(asks)
    await asks("frontdesk", purpose="fremmøde")("GET", f"/citizens/{citizen_id}")
    me = asks("citizen", citizen_id=citizen_id, purpose="egen log")
    seen = (await me("GET", f"/citizens/{citizen_id}/access-log")).json()
    assert sorted((entry["look_da"], entry["purpose"], entry["role_da"]) for entry in seen) == [
        ("Log over opslag", "egen log", "Dig selv"),
        ("Stamoplysninger", "fremmøde", "Medarbejder i receptionen"),
        ("Tilmelding", "forberede møde", "Sagsbehandler"),
    ]
    assert {entry["actor_id"] for entry in seen} == {None}
    assert {entry["at"] for entry in seen} == {clock.now().isoformat().replace("+00:00", "Z")}
    checked = (await asks("team_leader", purpose="stikprøve")("GET", f"/citizens/{citizen_id}/access-log")).json()
    assert all(entry["actor_id"] for entry in checked)


async def test_the_access_log_is_read_page_by_page(asks: Asks, clock: FixedClock) -> None:
    citizen_id = await registered(asks)
    for _ in range(5):
        clock.advance(timedelta(seconds=1))
        await asks("caseworker")("GET", f"/citizens/{citizen_id}")
    clock.advance(timedelta(seconds=1))
    leader = asks("team_leader", purpose="stikprøve")
    first = (await leader("GET", f"/citizens/{citizen_id}/access-log?limit=4")).json()
    rest = (await leader("GET", f"/citizens/{citizen_id}/access-log?before={first[-1]['entry_id']}")).json()
    assert [entry["look"] for entry in first] == ["access_log", "record", "record", "record"]
    assert [entry["look"] for entry in rest] == ["record", "record", "registration"]


async def test_a_protected_citizen_is_indistinguishable_from_nobody(asks: Asks, rows: Rows) -> None:
    citizen_id = await registered(asks, name="Petra Skjult", protected_until="2027-05-01")
    assert (await asks("caseworker")("GET", f"/citizens/{citizen_id}")).json()["address_protected"] is True
    before = await rows("select * from access_log")
    one = asks("frontdesk")

    def seen(answer: httpx2.Response) -> tuple[int, str]:
        return answer.status_code, answer.text.replace(str(citizen_id), "id").replace(str(NOBODY), "id")

    for method, path, body in (
        ("GET", "/citizens/{}", None),
        ("GET", "/citizens/{}/contact", None),
        ("PATCH", "/citizens/{}/contact", {"language": "en"}),
    ):
        assert seen(await one(method, path.format(citizen_id), body)) == seen(
            await one(method, path.format(NOBODY), body)
        )
    assert (await one("POST", "/citizens/names", {"ids": [str(citizen_id)]})).json() == []
    for query in ("petra", "skjult", "6101801001"):
        assert (await one("POST", "/citizens/search", {"query": query})).json() == {"citizens": [], "more": False}
    assert await rows("select * from access_log") == before


async def test_who_may_know_finds_a_protected_citizen(asks: Asks) -> None:
    citizen_id = await registered(asks, name="Petra Skjult", protected_until="2027-05-01")
    for query in ("petra", "6101801001"):
        hits = (await asks("caseworker")("POST", "/citizens/search", {"query": query})).json()["citizens"]
        assert [hit["citizen_id"] for hit in hits] == [str(citizen_id)]
    reached = await asks("service", service="notifications")("GET", f"/citizens/{citizen_id}/contact")
    assert reached.status_code == 200


async def test_staff_are_found_by_login_and_listed_with_what_each_may_know(asks: Asks) -> None:
    boss = asks("operations")
    team = (await boss("POST", "/teams", {"name": "Team Nord"})).json()
    new = {"login": "Mette", "name": "Mette Krogh", "team_id": team["team_id"], "roles": ["caseworker"]}
    member = (await boss("POST", "/staff", new)).json()
    assert (await boss("POST", "/staff", new)).json()["type"] == "urn:jobvej:login-taken"
    assert (await boss("POST", "/teams", {"name": "Team  Nord"})).json()["type"] == "urn:jobvej:team-known"
    assert (await boss("POST", "/staff", {**new, "login": "x1", "team_id": str(uuid4())})).status_code == 404
    assert (await boss("POST", "/staff", {**new, "login": "x1", "roles": ["chef"]})).status_code == 422
    found = await asks("service", purpose="login")("POST", "/staff/find-by-login", {"login": "mette"})
    assert (found.json()["staff_id"], found.json()["roles"]) == (member["staff_id"], ["caseworker"])
    assert (await boss("GET", "/staff")).json()[0]["login"] == "mette"
    assert (await asks("citizen", citizen_id=NOBODY)("GET", "/staff")).json()[0]["login"] is None
    assert (await boss("GET", "/teams")).json() == [{"team_id": team["team_id"], "name": "Team Nord"}]


async def test_who_has_left_cannot_log_in_and_is_not_listed(asks: Asks) -> None:
    boss = asks("team_leader")
    team = (await boss("POST", "/teams", {"name": "Team Nord"})).json()
    new = {"login": "mette", "name": "Mette Krogh", "team_id": team["team_id"], "roles": ["caseworker"]}
    member = (await boss("POST", "/staff", new)).json()
    await boss("PATCH", f"/staff/{member['staff_id']}", {"active": False})
    gone = await asks("service", purpose="login")("POST", "/staff/find-by-login", {"login": "mette"})
    assert gone.json()["type"] == "urn:jobvej:staff-not-found"
    assert (await asks("caseworker")("GET", "/staff")).json() == []
    assert [one["active"] for one in (await boss("GET", "/staff")).json()] == [False]


async def test_contact_groups_are_those_in_force(asks: Asks) -> None:
    groups = (await asks("caseworker")("GET", "/contact-groups")).json()
    assert [group["code"] for group in groups] == [str(number) for number in range(1, 12)]
    assert (await asks("caseworker")("GET", "/contact-groups?on=2019-12-31")).json() == []
