"""The operations page: first a sentence, then figures; what is down is shown as down; nothing can be changed."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.gateway.clients.operations import Watch
from services.gateway.pages.operations import dead_letters
from shared import messaging
from shared.clock import FixedClock
from tests.gateway.conftest import Login
from tests.gateway.page import Walker
from tests.gateway.town import Town

pytestmark = pytest.mark.anyio
LETTER = "0193a000-0000-7000-8000-0000000000d1"
WELL: dict[str, Any] = {
    "service": "any",
    "lag": 0,
    "partitions_waiting": 0,
    "lag_seen_at": None,
    "outbox_pending": 0,
    "outbox_oldest_seconds": 0,
    "dead_letters": 0,
    "parked": 0,
    "timers_overdue": 0,
}
A_LETTER: dict[str, Any] = {
    "dead_letter_id": LETTER,
    "topic": "booking.events",
    "partition": 3,
    "offset": 42,
    "event_id": "0193a000-0000-7000-8000-0000000000e1",
    "type": "booking.booking-created.v1",
    "time": "2026-11-24T07:59:00Z",
    "reason": "refused",
    "explanation": "citizen-unknown",
    "state": "open",
    "attempts": 2,
    "first_seen": "2026-11-24T08:00:00Z",
    "last_seen": "2026-11-24T08:01:00Z",
    "resolved_at": None,
    "resolution": None,
    "body_bytes": 300,
    "parked": 1,
}


@pytest.fixture
def walker(browser: httpx2.AsyncClient, town: Town) -> Walker:
    town.answers |= {
        "GET /ops/state": (200, WELL),
        "GET /ops/messages": (
            200,
            [
                {
                    "kind": "confirmation",
                    "channel": "email",
                    "state": "sent",
                    "count": 7,
                    "last_at": "2026-11-24T07:00:00Z",
                }
            ],
        ),
        "GET /ops/dead-letters": (200, [A_LETTER]),
        f"GET /ops/dead-letters/{LETTER}": (
            200,
            A_LETTER | {"key": None, "headers": {"ce_type": A_LETTER["type"]}, "body": {"note": "•••"}},
        ),
    }
    return Walker(browser)


async def test_the_first_line_says_in_words_that_all_is_well(walker: Walker, log_in: Login) -> None:
    await log_in("operations")
    page = await walker.open("/drift")
    assert page.status == 200
    assert "Alt kører." in page.text
    assert "Bekræftelse" in page.text


async def test_the_first_line_names_what_is_wrong(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("operations")
    town.answers["GET /ops/state"] = (200, WELL | {"dead_letters": 2, "outbox_oldest_seconds": 90})
    page = await walker.open("/drift")
    assert "6 problemer:" in page.text
    assert "Booking har sat beskeder til side" in page.text


async def test_a_service_that_is_down_is_shown_as_down(walker: Walker, town: Town, log_in: Login) -> None:
    await log_in("operations")
    town.down |= {"people", "booking", "notifications"}
    page = await walker.open("/drift")
    assert page.status == 200
    assert "Booking kan ikke sige, hvordan det går" in page.text


async def test_a_message_set_aside_is_read_and_not_changed(walker: Walker, log_in: Login) -> None:
    await log_in("operations")
    listed = await walker.open("/drift/booking/til-side")
    assert "Tjenestens regler tillader ikke det" in listed.text
    one = await walker.open(f"/drift/booking/til-side/{LETTER}")
    assert "•••" in one.text
    assert "citizen-unknown" in one.text
    assert {form.action for form in one.forms} == {"/log-af", "/forlaeng"}


async def test_every_reason_to_set_a_message_aside_has_words() -> None:
    machinery = "".join(path.read_text() for path in Path(messaging.__file__).parent.glob("*.py"))
    said = re.findall(r'Unreadable\(\s*"([a-z-]+)"', machinery) + re.findall(r'return "(refused|failed)"', machinery)
    assert set(said) | {"unreadable-record"} == set(dead_letters._WHY)


async def test_only_operations_see_how_it_runs(walker: Walker, log_in: Login) -> None:
    for role in ("caseworker", "frontdesk", "citizen", "team_leader"):
        await log_in(role)
        for path in ("/drift", "/drift/live", "/drift/booking/til-side"):
            assert (await walker.open(path)).status == 403, (role, path)


async def test_processes_are_read_from_their_own_health_pages(clock: FixedClock) -> None:
    metrics = """# TYPE jobvej_build info
jobvej_build_info{process="worker",service="booking",version="0.1.0"} 1.0
# TYPE jobvej_relay_faults counter
jobvej_relay_faults_total 2.0
# TYPE jobvej_http_request_seconds histogram
jobvej_http_request_seconds_count{method="GET",route="/x",status="503"} 3.0
jobvej_http_request_seconds_count{method="GET",route="/x",status="200"} 9.0
# TYPE jobvej_consumer_last_progress_timestamp gauge
jobvej_consumer_last_progress_timestamp 1.7954e+09
# TYPE jobvej_consumer_lag_seconds gauge
jobvej_consumer_lag_seconds 4.5
"""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "away":
            raise httpx2.ConnectError("refused", request=request)
        return httpx2.Response(200, text=metrics if request.url.path == "/metrics" else "ok")

    watch = Watch(
        {"booking-worker": "http://here", "booking-relay": "http://away"}, clock, httpx2.MockTransport(answer)
    )
    worker, relay = await watch.processes()
    await watch.close()
    assert (worker.ready, worker.version, worker.errors, worker.lag_seconds) == (True, "0.1.0", 5, 4.5)
    assert worker.last_event_at == datetime.fromtimestamp(1.7954e9, UTC)
    assert not relay.answers
