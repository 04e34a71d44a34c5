"""A CPR number leaves the vault nowhere: not in logs, events, URLs, answers, or any other column of the database."""

import json
import re
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.people.conftest import Asks, Person, Process, Rows
from tests.people.given import registration
from tests.people.said import said

pytestmark = pytest.mark.anyio

PERSON = registration(1, name="Petra Skjult", email="petra@eksempel.dk", mobile="70102030")
TRACES = [r"610180\D{0,3}1001", "Petra", "Skjult", "petra@", "70102030"]
TABLES_WITH_CONTACT_DATA = {"citizen"}


async def everything(asks: Asks) -> list[str]:
    """Ask for everything about one citizen, rightly and wrongly; return the answers that must not hold the number."""
    staff, gateway, leader = asks("caseworker"), asks("service", purpose="login"), asks("team_leader")
    key = {"Idempotency-Key": "a-key-of-mine"}
    answers = [await staff("POST", "/citizens", PERSON, headers=key)]
    path = f"/citizens/{answers[0].json()['citizen_id']}"
    file = f"cpr;navn;gruppe\n{PERSON['cpr']};Petra Skjult;2\n{PERSON['cpr']};Petra Skjult;77\n".encode()
    answers += [
        await staff("POST", "/citizens", PERSON),
        await staff("POST", "/citizens", {**PERSON, "contact_group": 7, "registered_on": PERSON["cpr"]}),
        await staff("POST", "/citizens", {**PERSON, "contact_group": "99", "cpr": PERSON["cpr"] + "1"}),
        await staff("GET", path),
        await staff("PUT", f"{path}/cpr", {"cpr": PERSON["cpr"]}),
        await staff("PATCH", f"{path}/contact", {"email": "petra@eksempel.dk", "mobile": PERSON["cpr"]}, headers=key),
        await staff("POST", "/citizens/search", {"query": PERSON["cpr"]}),
        await gateway("POST", "/citizens/find-by-cpr", {"cpr": PERSON["cpr"]}),
        await gateway("POST", "/citizens/find-by-cpr", {"cpr": [PERSON["cpr"]]}),
        await leader("POST", "/imports", files={"file": ("petra.csv", file, "text/csv")}, headers=key),
        await leader("GET", f"{path}/access-log"),
    ]
    import_id = answers[-2].json()["import_id"]
    answers += [
        await leader("GET", f"/imports/{import_id}/problems"),
        await leader("POST", f"/imports/{import_id}/run"),
    ]
    assert all(answer.status_code < 500 for answer in answers)
    return [answer.text for answer in answers]


async def test_no_answer_holds_the_number(asks: Asks) -> None:
    assert not any(re.search(TRACES[0], answer) for answer in await everything(asks))


async def test_no_event_holds_anything_personal(asks: Asks, rows: Rows) -> None:
    await everything(asks)
    spoken = json.dumps([await said(rows), [str(row) for row in await rows("select headers, key from outbox")]])
    assert [trace for trace in TRACES if re.search(trace, spoken)] == []


async def test_no_log_line_of_the_process_holds_anything_personal(process: Process) -> None:
    async with httpx2.AsyncClient(base_url=process.url) as client:
        await everything(lambda role, **more: Person(client, role, **more))
        await client.get(f"/citizens/{PERSON['cpr']}", params={"query": "Petra Skjult"})
    written = process.output()
    assert "startup complete" in written
    assert [trace for trace in TRACES if re.search(trace, written)] == []


async def test_no_fault_of_the_database_is_logged_with_its_values(process: Process, rows: Rows) -> None:
    await rows(
        "alter table citizen add constraint odd check (name <> 'Petra Skjult'), add constraint key unique (email)"
    )
    async with httpx2.AsyncClient(base_url=process.url) as client:
        staff = Person(client, "caseworker")
        assert (await staff("POST", "/citizens", PERSON)).status_code == 500
        same_mail = [registration(number, email=PERSON["email"]) for number in (2, 3)]
        assert [(await staff("POST", "/citizens", one)).status_code for one in same_mail] == [201, 500]
    written = process.output()
    assert "CheckViolationError" in written
    assert "UniqueViolationError" in written
    assert [trace for trace in TRACES if re.search(trace, written)] == []


async def test_no_other_column_of_the_database_holds_it(asks: Asks, rows: Rows) -> None:
    await everything(asks)
    tables = await rows("select table_name from information_schema.tables where table_schema = 'public'")
    for table in (row["table_name"] for row in tables):
        held = str([_readable(row) for row in await rows(f'select * from "{table}"')])
        wanted = TRACES[:1] if table in TABLES_WITH_CONTACT_DATA else TRACES
        assert [trace for trace in wanted if re.search(trace, held)] == [], table


async def test_no_route_takes_anything_personal_in_its_url(app: FastAPI) -> None:
    parameters = {
        parameter["name"]
        for methods in app.openapi()["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] in ("path", "query")
    }
    own = {"citizen_id", "staff_id", "import_id", "before", "limit", "after_line", "on"}
    assert parameters - own <= {"dead_letter_id", "after", "limit", "resolved"}


def _readable(row: dict[str, Any]) -> list[str]:
    """Return the values as text; bytes as they would be read by somebody who looks for letters."""
    return [value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row.values()]
