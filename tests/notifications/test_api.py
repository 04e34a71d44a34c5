"""What notifications answers: did they get it, and how many; who may ask; never a fault of its own."""

import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from deploy.embedded import ports
from services.notifications.main import create_app
from shared.identity import ROLES, TokenIssuer, new_key, public_part
from tests.conftest import Databases
from tests.notifications.conftest import World
from tests.notifications.given import ADVISER, BOOKING, CITIZEN, settings_of, utc

pytestmark = pytest.mark.anyio
KEY = new_key("gateway")
STAFF = {"frontdesk", "caseworker", "team_leader"}
MAY = {
    "GET /bookings/{booking_id}/notices": STAFF | {"citizen"},
    "POST /bookings/{booking_id}/remind-now": STAFF,
    "GET /citizens/{citizen_id}/notices": STAFF | {"citizen"},
    "GET /reminders": STAFF | {"citizen"},
    "GET /ops/messages": {"operations"},
    "GET /ops/delivery": {"operations"},
    "GET /tasks": STAFF,
    "POST /tasks/{task_id}/take": STAFF,
    "POST /tasks/{task_id}/done": STAFF,
}
EXAMPLES = int(os.environ.get("JOBVEJ_TEST_EXAMPLES", "10"))
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def headers(role: str, citizen_id: UUID | None = CITIZEN) -> dict[str, str]:
    about = citizen_id if role == "citizen" else None
    token = TokenIssuer(KEY, "gateway").token(
        audience="notifications", role=role, purpose="dagsliste", actor_id=ADVISER, citizen_id=about, seconds=600
    )
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def app(world: World) -> FastAPI:
    return create_app(settings_of(world.database.url, gateway=public_part(KEY)), clock=world.clock)


@pytest.fixture
def running_api(database_of: Databases) -> Iterator[str]:
    """The API behind a real socket, in a thread of its own."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings_of(database_of("notifications"), gateway=public_part(KEY))),
            port=ports.any_free(),
            log_config=None,
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.config.port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://notifications") as found:
        yield found
    await app.state.database.close()


async def test_staff_see_beside_the_meeting_what_was_sent_and_what_will_be(
    world: World, client: httpx2.AsyncClient
) -> None:
    await world.book(utc("2026-11-27 09:00"))
    await world.send()
    answer = await client.get(f"/bookings/{BOOKING}/notices", headers=headers("caseworker"))
    assert [(each["kind"], each["channel"], each["state"]) for each in answer.json()] == [
        ("confirmation", "email", "sent"),
        ("reminder_24h", "email", "planned"),
    ]
    assert answer.json()[0]["sent_at"] == "2026-11-24T08:00:00Z"
    assert answer.json()[1]["due_at"] == "2026-11-26T09:00:00Z"


async def test_a_citizen_sees_own_messages_and_nobody_elses(world: World, client: httpx2.AsyncClient) -> None:
    await world.book(utc("2026-11-27 09:00"))
    own = await client.get(f"/citizens/{CITIZEN}/notices", headers=headers("citizen"))
    assert len(own.json()) == 2
    at_meeting = await client.get(f"/bookings/{BOOKING}/notices", headers=headers("citizen"))
    assert len(at_meeting.json()) == 2
    other = headers("citizen", uuid4())
    assert (await client.get(f"/citizens/{CITIZEN}/notices", headers=other)).status_code == 403
    refused = await client.get(f"/bookings/{BOOKING}/notices", headers=other)
    unknown = await client.get(f"/bookings/{uuid4()}/notices", headers=other)
    assert refused.status_code == unknown.status_code == 404
    assert refused.json() == unknown.json()
    assert refused.json()["detail"] == "Vi kan ikke finde samtalen."


async def test_staff_may_ask_about_a_meeting_whose_event_has_not_come_yet(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/bookings/{uuid4()}/notices", headers=headers("caseworker"))
    assert (answer.status_code, answer.json()) == (200, [])


async def test_staff_send_a_reminder_now_and_it_is_not_sent_again_at_its_time(
    world: World, client: httpx2.AsyncClient
) -> None:
    starts_at = utc("2026-11-27 09:00")
    await world.book(starts_at)
    await world.send()
    path = f"/bookings/{BOOKING}/remind-now"
    answer = await client.post(path, headers=headers("frontdesk"))
    assert [each["state"] for each in answer.json()] == ["sent", "ready"]
    await world.heal()
    await world.send()
    assert len(world.mailbox.mails) == 2
    again = await client.post(path, headers=headers("frontdesk"))
    assert (again.status_code, again.json()["title"]) == (409, "no-reminder-waits")
    await world.at(starts_at - timedelta(hours=23))
    await world.heal()
    assert len(world.mailbox.mails) == 2


async def test_reminding_now_again_for_want_of_an_answer_does_not_send_the_one_after_it(
    world: World, client: httpx2.AsyncClient
) -> None:
    await world.book(utc("2026-11-30 12:00"), remind_2h=True)
    path, keyed = f"/bookings/{BOOKING}/remind-now", headers("frontdesk") | {"Idempotency-Key": "remind-me-once"}
    for _ in range(2):
        answer = await client.post(path, headers=keyed)
        assert [each["state"] for each in answer.json()] == ["ready", "ready", "planned"]
    other = await client.post(f"/bookings/{uuid4()}/remind-now", headers=keyed)
    assert other.json()["title"] == "idempotency-key-reused"
    world.clock.advance(timedelta(days=8))
    await world.forget()
    assert await world.rows("select 1 as one from idempotency") == []


@pytest.mark.parametrize(
    ("prepared", "slug"),
    [("night", "outside-sending-hours"), ("off", "no-reminder-waits"), ("unknown", "meeting-unknown")],
)
async def test_nobody_is_reminded_at_night_or_of_a_meeting_that_is_off(
    world: World, client: httpx2.AsyncClient, prepared: str, slug: str
) -> None:
    await world.book(utc("2026-11-27 09:00"))
    if prepared == "night":
        world.clock.set(utc("2026-11-24 23:30"))
    if prepared == "off":
        await world.cancel()
    booking = uuid4() if prepared == "unknown" else BOOKING
    answer = await client.post(f"/bookings/{booking}/remind-now", headers=headers("caseworker"))
    assert answer.json()["title"] == slug


async def test_operations_see_numbers_and_what_is_late(world: World, client: httpx2.AsyncClient) -> None:
    await world.book(utc("2026-11-27 09:00"), remind_2h=True)
    late = await client.get("/ops/delivery", headers=headers("operations"))
    assert late.json() == {"overdue": 1, "oldest_overdue_at": "2026-11-24T08:00:00Z", "last_sent": {}}
    await world.send()
    counted = await client.get("/ops/messages", headers=headers("operations"))
    assert [(each["kind"], each["channel"], each["state"], each["count"]) for each in counted.json()] == [
        ("confirmation", "email", "sent", 1),
        ("reminder_24h", "email", "planned", 1),
        ("reminder_2h", "sms", "planned", 1),
    ]
    fine = await client.get("/ops/delivery", headers=headers("operations"))
    assert fine.json() == {"overdue": 0, "oldest_overdue_at": None, "last_sent": {"email": "2026-11-24T08:00:00Z"}}


async def test_every_route_is_in_the_table(app: FastAPI, client: httpx2.AsyncClient) -> None:
    paths = app.openapi()["paths"]
    found = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    machinery = {route for route in found if "/ops/state" in route or "/ops/dead-letters" in route}
    assert found - machinery == set(MAY)


async def test_a_route_lets_through_whom_the_table_says(client: httpx2.AsyncClient) -> None:
    for route, roles in MAY.items():
        method, _, path = route.partition(" ")
        for name in ("booking_id", "citizen_id", "task_id"):
            path = path.replace(f"{{{name}}}", str(CITIZEN))
        if path == "/reminders":
            path += "?starts_at=2026-11-26T09:00:00Z"
        assert (await client.request(method, path)).status_code == 401, route
        let_through = set()
        for role in ROLES:
            answer = await client.request(method, path, headers=headers(role))
            assert answer.status_code in (200, 403, 404), (route, role, answer.text)
            if answer.status_code != 403:
                let_through.add(role)
        assert let_through == roles, route


def test_no_request_is_answered_with_a_server_error(running_api: str) -> None:
    schema = schemathesis.openapi.from_url(f"{running_api}/openapi.json")
    answered = set[int]()
    for operation in [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]:
        answered |= answers_to(operation)
    assert {200, 404} <= answered


def answers_to(operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> set[int]:
    """Ask one operation whatever comes; return the statuses of its answers."""
    role = sorted(MAY.get(f"{operation.method.upper()} {operation.path}", {"operations"}))[-1]
    answered = set[int]()

    @bounded
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        answer = case.call(headers=headers(role), timeout=10)
        answered.add(answer.status_code)
        assert answer.status_code < 500, f"{case.method} {case.path}: {answer.content[:500]!r}"
        assert answer.status_code != 401

    ask()
    return answered
