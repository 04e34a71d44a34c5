"""Who may ask what: every route of booking × every role, as one table. A route missing here fails the test."""

from uuid import UUID

import pytest
from fastapi import FastAPI

from shared.identity import ROLES
from tests.booking.conftest import Asks, Person

pytestmark = pytest.mark.anyio

STAFF = {"frontdesk", "caseworker", "team_leader"}
EVERYONE = STAFF | {"citizen"}
DECIDES = {"caseworker", "team_leader"}
MAY = {
    "GET /topics": EVERYONE | {"service"},
    "GET /free-times": EVERYONE,
    "POST /holds": EVERYONE,
    "DELETE /holds/{hold_id}": EVERYONE,
    "POST /bookings": EVERYONE,
    "GET /bookings/{booking_id}": EVERYONE | {"service"},
    "GET /bookings/{booking_id}/history": EVERYONE,
    "POST /bookings/{booking_id}/move": EVERYONE,
    "POST /bookings/{booking_id}/cancel": EVERYONE,
    "GET /citizens/{citizen_id}/bookings": EVERYONE | {"service"},
    "GET /citizens/{citizen_id}/exemption": EVERYONE | {"service"},
    "PUT /citizens/{citizen_id}/exemption": DECIDES,
    "GET /citizens/{citizen_id}/offered-times": DECIDES | {"citizen"},
    "GET /advisers": STAFF,
    "GET /advisers/{adviser_id}/day": STAFF,
    "GET /advisers/{adviser_id}/hours": STAFF,
    "PUT /advisers/{adviser_id}/hours": DECIDES,
    "GET /advisers/{adviser_id}/absences": STAFF,
    "POST /advisers/{adviser_id}/absences": STAFF,
    "DELETE /advisers/{adviser_id}/absences/{absence_id}": STAFF,
    "GET /tasks": STAFF,
    "POST /tasks/{task_id}/take": STAFF,
    "POST /tasks/{task_id}/done": STAFF,
}
ID = UUID("01900000-0000-7000-8000-000000000001")


def routes(app: FastAPI) -> set[str]:
    paths = app.openapi()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods if path[:4] != "/ops"}


def path_of(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    for name in ("citizen_id", "adviser_id", "booking_id", "hold_id", "absence_id", "task_id"):
        path = path.replace(f"{{{name}}}", str(ID))
    return method, path


async def test_every_route_stands_in_the_table(app: FastAPI, asks: Asks) -> None:
    assert routes(app) == set(MAY)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reaches_its_routes_and_no_others(asks: Asks, role: str) -> None:
    """Through means: the answer is not that this role may not. The caller is the adviser and citizen asked about."""
    who = asks.service() if role == "service" else Person(asks.client, role, ID, ID)
    for route, may in MAY.items():
        method, path = path_of(route)
        answer = await who(method, path, {} if method in ("POST", "PUT") else None)
        assert (answer.status_code != 403) == (role in may), (route, role, answer.text)


async def test_nobody_gets_in_without_a_token(asks: Asks) -> None:
    for route in MAY:
        method, path = path_of(route)
        answer = await asks.client.request(method, path)
        assert answer.status_code == 401, route
