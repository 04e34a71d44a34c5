"""Who may ask what: every route of people × every role, as one table. A route missing here fails the test."""

from uuid import UUID

import pytest
from fastapi import FastAPI

from shared.identity import ROLES
from tests.people.conftest import Asks

pytestmark = pytest.mark.anyio

CASE = {"caseworker", "team_leader"}
MEETING = CASE | {"frontdesk"}
STAFF = MEETING | {"business_consultant", "operations"}
MANAGES = {"team_leader", "operations"}
IMPORTS = {"team_leader"}
MAY = {
    "POST /citizens/find-by-cpr": {"service"},
    "POST /citizens/search": MEETING,
    "POST /citizens/names": MEETING,
    "GET /citizens/{citizen_id}": MEETING | {"citizen"},
    "GET /citizens/{citizen_id}/contact": MEETING | {"citizen", "service"},
    "GET /citizens/{citizen_id}/access-log": {"citizen", "team_leader"},
    "POST /citizens": CASE,
    "PATCH /citizens/{citizen_id}": CASE,
    "PATCH /citizens/{citizen_id}/contact": MEETING | {"citizen"},
    "PUT /citizens/{citizen_id}/address-protection": CASE,
    "DELETE /citizens/{citizen_id}/address-protection": CASE,
    "PUT /citizens/{citizen_id}/cpr": CASE,
    "POST /citizens/{citizen_id}/deregister": CASE,
    "POST /staff/find-by-login": {"service"},
    "GET /staff": STAFF | {"citizen", "service"},
    "POST /staff": MANAGES,
    "PATCH /staff/{staff_id}": MANAGES,
    "GET /teams": STAFF | {"service"},
    "POST /teams": MANAGES,
    "GET /contact-groups": STAFF | {"citizen", "service"},
    "POST /imports": IMPORTS,
    "GET /imports/{import_id}": IMPORTS,
    "GET /imports/{import_id}/problems": IMPORTS,
    "GET /imports/{import_id}/rows": IMPORTS,
    "POST /imports/{import_id}/run": IMPORTS,
    "POST /imports/{import_id}/stop": IMPORTS,
}
ID = UUID("01900000-0000-7000-8000-000000000001")


def routes(app: FastAPI) -> set[str]:
    paths = app.openapi()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods if path[:4] != "/ops"}


def asked(route: str) -> tuple[str, str, dict[str, str] | None]:
    """Return (method, path, body) for a route of the table."""
    method, _, path = route.partition(" ")
    for name in ("citizen_id", "staff_id", "import_id"):
        path = path.replace(f"{{{name}}}", str(ID))
    return method, path, {} if method in ("POST", "PUT", "PATCH") else None


async def test_every_route_is_in_the_table(app: FastAPI) -> None:
    assert routes(app) == set(MAY)


async def test_a_route_lets_through_whom_the_table_says(asks: Asks) -> None:
    let_through: dict[str, set[str]] = {route: set() for route in MAY}
    for route in MAY:
        for role in ROLES:
            answer = await asks(role, citizen_id=ID if role == "citizen" else None)(*asked(route))
            assert answer.status_code not in (401, 500), (route, role, answer.text)
            if answer.status_code != 403:
                let_through[route].add(role)
    assert let_through == MAY


async def test_nobody_is_let_in_without_a_token(asks: Asks) -> None:
    client = asks("citizen").client
    for route in MAY:
        method, path, body = asked(route)
        assert (await client.request(method, path, json=body)).status_code == 401, route


async def test_a_service_may_not_ask_who_logs_in_unless_it_is_the_gateway(asks: Asks) -> None:
    for service in ("notifications", "booking", "jobvej"):
        one = asks("service", service=service)
        for path in ("/citizens/find-by-cpr", "/staff/find-by-login"):
            assert (await one("POST", path, {"cpr": "6101801001", "login": "mette"})).status_code == 403
