"""What those who run the platform see of messages, and that it is never the content."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shared.clock import FixedClock
from shared.contracts.booking import BookingCreated
from shared.http import create_api
from shared.identity import ROLES, TokenIssuer, TokenVerifier, new_key, public_part
from shared.messaging import operations, timers
from shared.messaging.envelope import Envelope, Position, Unreadable
from shared.messaging.subscriptions import Handler, received
from tests.conftest import START
from tests.shared.messaging.given import ANNA, Foreign, Town, lying

pytestmark = pytest.mark.anyio
KEY = new_key("test-gateway")
NAME = "Asta Fiktiv"


@pytest.fixture
async def api(quiet_town: Town) -> AsyncIterator[httpx2.AsyncClient]:
    quiet_town.clock = FixedClock(START)
    app = create_api(
        "tests",
        database=quiet_town.database,
        clock=quiet_town.clock,
        verifier=TokenVerifier({"gateway": public_part(KEY)}, "tests"),
        routers=[operations.router("tests")],
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://tests") as client:
        client.headers["Authorization"] = f"Bearer {token('operations')}"
        yield client


def token(role: str) -> str:
    issuer = TokenIssuer(KEY, "gateway")
    return issuer.token(audience="tests", role=role, purpose="drift", actor_id=ANNA)


async def set_aside(town: Town, *records: Any) -> list[str]:
    def fails(event: Any) -> None:
        raise ValueError(NAME)

    if not town.on.handlers:
        town.counts(before=fails)
    await town.dispatcher().take(lying(town, *records))
    return [str(row["dead_letter_id"]) for row in await town.dead()]


@pytest.mark.parametrize("role", [role for role in ROLES if role != "operations"])
async def test_only_operations_may_look(api: httpx2.AsyncClient, role: str) -> None:
    path, headers = f"/ops/dead-letters/{uuid4()}", {"Authorization": f"Bearer {token(role)}"}
    for method, route in [
        ("GET", "/ops/state"),
        ("GET", "/ops/dead-letters"),
        ("GET", path),
        ("POST", f"{path}/replay"),
        ("POST", f"{path}/drop"),
    ]:
        answer = await api.request(method, route, headers=headers, json={"reason": "because"})
        assert answer.status_code == 403


async def test_the_state_of_a_service_at_rest(api: httpx2.AsyncClient) -> None:
    assert (await api.get("/ops/state")).json() == {
        "service": "tests",
        "lag": None,
        "partitions_waiting": 0,
        "lag_seen_at": None,
        "outbox_pending": 0,
        "outbox_oldest_seconds": 0,
        "dead_letters": 0,
        "parked": 0,
        "timers_overdue": 0,
    }


async def test_the_state_of_a_service_with_trouble(api: httpx2.AsyncClient, quiet_town: Town) -> None:
    await set_aside(quiet_town, *[quiet_town.Counted(key_id=ANNA, number=number) for number in range(3)])
    async with quiet_town.database.transaction() as session:
        await timers.set(session, "a", START, quiet_town.Counted(key_id=ANNA, number=9))
    await quiet_town.say(quiet_town.Counted(key_id=ANNA, number=1))
    await quiet_town.fetch("update outbox set time = $1::timestamptz - interval '1 minute'", START)
    await quiet_town.fetch(
        "insert into progress values ('c','t',0,7,10,null,$1),('c','t',1,-1,5,'TryLater',$1),('c','t',2,5,4,null,$1)",
        START,
    )
    state = (await api.get("/ops/state")).json()
    assert (state["lag"], state["partitions_waiting"], state["lag_seen_at"]) == (3, 1, "2026-11-24T08:00:00Z")
    assert (state["outbox_pending"], state["outbox_oldest_seconds"]) == (1, 60)
    assert (state["dead_letters"], state["parked"], state["timers_overdue"]) == (1, 2, 1)


async def test_dead_letters_are_listed_newest_first_in_pages(api: httpx2.AsyncClient, quiet_town: Town) -> None:
    await set_aside(quiet_town, *[quiet_town.Counted(key_id=UUID(int=n), number=n) for n in range(1, 6)])
    first = (await api.get("/ops/dead-letters", params={"limit": 3})).json()
    second = (await api.get("/ops/dead-letters", params={"limit": 3, "after": first[-1]["dead_letter_id"]})).json()
    ids = [one["dead_letter_id"] for one in first + second]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 5
    assert "body" not in first[0]


async def test_a_dead_letter_shows_its_shape_and_no_content(api: httpx2.AsyncClient, quiet_town: Town) -> None:
    note = quiet_town.Counted(key_id=ANNA, number=7, note=f"{NAME}, 610190-1234")
    (dead_letter_id,) = await set_aside(
        quiet_town, Foreign(note, headers={"x-name": NAME.encode()}), quiet_town.Counted(key_id=ANNA, number=8)
    )
    (listed,) = (await api.get("/ops/dead-letters")).json()
    assert listed["parked"] == 1
    answer = await api.get(f"/ops/dead-letters/{dead_letter_id}")
    assert NAME not in answer.text
    assert "610190" not in answer.text
    shown = answer.json()
    assert shown["key"] == str(ANNA)
    assert shown["body"] == {"key_id": str(ANNA), "number": 7, "note": "•••"}
    assert shown["headers"]["x-name"] == "•••"
    assert shown["headers"]["ce_type"].endswith(".counted.v1")


async def test_a_foreign_key_and_body_are_not_shown(api: httpx2.AsyncClient, quiet_town: Town) -> None:
    event = quiet_town.Counted(key_id=ANNA, number=7)
    ids = await set_aside(
        quiet_town,
        Foreign(event, key=b"610190-1234", body=b'[["610190-1234", 1, "2026-11-24T08:00:00Z"]]'),
        Foreign(event, key=None, body=b"\xff610190-1234"),
        Foreign(event, key=b"\xff", body=None),
        Foreign(event, body=b"[" * 5_000),
    )
    shown = [(await api.get(f"/ops/dead-letters/{one}")).json() for one in ids]
    assert [(one["key"], one["body"]) for one in shown] == [
        ("•••", [["•••", 1, "2026-11-24T08:00:00Z"]]),
        (None, "[12 bytes that are not JSON]"),
        ("•••", None),
        (str(ANNA), "[5000 bytes that are not JSON]"),
    ]


async def test_a_value_that_is_not_allowed_reaches_neither_log_nor_list(
    api: httpx2.AsyncClient, quiet_town: Town
) -> None:
    quiet_town.counts(BookingCreated)
    foreign = Foreign(quiet_town.Counted(key_id=ANNA, number=1), headers={"ce_type": BookingCreated.type.encode()})
    foreign.body = json.dumps({"form": NAME}).encode()
    with capture_logs() as lines:
        await set_aside(quiet_town, foreign)
    (listed,) = (await api.get("/ops/dead-letters")).json()
    assert listed["explanation"] == "The body is not a BookingCreated: Invalid enum value - at `$.form`"
    assert NAME not in repr(lines) + listed["explanation"]


def read(body: bytes) -> str:
    """Say how a body is explained that cannot be read as a booking."""
    handler = Handler(BookingCreated, print, False, True, msgspec.json.Decoder(BookingCreated))  # type: ignore[arg-type]  # never called
    with pytest.raises(Unreadable) as caught:
        received(handler, Envelope(ANNA, BookingCreated.type, START, b"", {}, body, Position("t", 0, 0, START)))
    return caught.value.explanation.removeprefix("The body is not a BookingCreated: ")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "Input data was truncated"),
        (b"{1}", "JSON is malformed"),
        (b"[1]", "Expected `object`, got `array`"),
        (b"{}", "Object missing required field `booking_id`"),
        (b'{"form":"x\' - at `$.Asta`"}', "Invalid enum value - at `$.form`"),
        (b'{"booking_id":7101901234}', "Expected `uuid`, got `int` - at `$.booking_id`"),
        (b'{"booking_id":"Asta"}', "Invalid UUID - at `$.booking_id`"),
        (b'{"topic_id":"\xff"}', "UnicodeDecodeError"),
        (b'{"x":' + b"[" * 5_000, "RecursionError"),
    ],
)
def test_of_a_body_only_the_kind_of_fault_and_the_path_are_said(body: bytes, said: str) -> None:
    assert read(body) == said


@pytest.mark.parametrize("name", ["Asta Fiktiv", "6101901234", "' - at `$.Asta`", "`x`", ""])
@pytest.mark.parametrize("field", ["form", "said_by"])
def test_no_value_that_msgspec_quotes_is_repeated(field: str, name: str) -> None:
    assert read(json.dumps({field: name}).encode()) == f"Invalid enum value - at `$.{field}`"


async def test_whatever_lies_in_a_body_can_be_shown(api: httpx2.AsyncClient, quiet_town: Town) -> None:
    event = quiet_town.Counted(key_id=ANNA, number=7)
    bodies = [b'{"\\ud800": "\\ud800"}', b"[1e999, NaN, 6101901234, 12, true, null]", b"[" * 400 + b"]" * 400]
    ids = await set_aside(quiet_town, *[Foreign(event, body=body) for body in bodies])
    shown = [(await api.get(f"/ops/dead-letters/{one}")).json()["body"] for one in ids]
    assert shown[:2] == [{"?": "•••"}, ["•••", "•••", "•••", 12, True, None]]
    assert "•••" in json.dumps(shown[2], ensure_ascii=False)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@given(st.one_of(st.binary(), json_values.map(lambda value: json.dumps(value).encode())))
def test_the_shape_of_a_body_can_always_be_written(body: bytes) -> None:
    json.dumps(operations.masked_body(body), allow_nan=False, ensure_ascii=False).encode()


async def test_a_replay_is_asked_for_and_a_drop_is_done_with_its_reason(
    api: httpx2.AsyncClient, quiet_town: Town
) -> None:
    (dead_letter_id,) = await set_aside(quiet_town, quiet_town.Counted(key_id=ANNA, number=1))
    path = f"/ops/dead-letters/{dead_letter_id}"
    answer = await api.post(f"{path}/replay")
    assert (answer.status_code, answer.json()["state"]) == (202, "replay")
    assert (await api.post(f"{path}/drop", json={"reason": ""})).status_code == 422
    answer = await api.post(f"{path}/drop", json={"reason": "kendt fejl, rettet i hånden"})
    assert (answer.status_code, answer.json()["state"]) == (200, "dropped")
    assert (await quiet_town.dead())[0]["resolved_by"] == ANNA
    assert (await api.post(f"{path}/replay")).status_code == 409
    assert (await api.get("/ops/dead-letters")).json() == []
    assert len((await api.get("/ops/dead-letters", params={"resolved": True})).json()) == 1


async def test_what_does_not_exist_is_not_found(api: httpx2.AsyncClient) -> None:
    assert (await api.get(f"/ops/dead-letters/{uuid4()}")).status_code == 404
