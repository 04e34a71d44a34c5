"""What is given up stays given up: the same request again, for want of an answer, is answered alike."""

import pytest

from tests.booking.conftest import Asks
from tests.booking.given import adviser_id
from tests.booking.test_api import wanted

pytestmark = pytest.mark.anyio
ABSENCES = f"/advisers/{adviser_id(1)}/absences"


async def test_a_hold_is_released_once_and_answered_alike(asks: Asks) -> None:
    held = (await asks.citizen(1)("POST", "/holds", wanted())).json()["hold_id"]
    for _ in range(2):
        assert (await asks.citizen(1)("DELETE", f"/holds/{held}", key="release-it")).status_code == 204
    other = (await asks.citizen(1)("POST", "/holds", wanted())).json()["hold_id"]
    reused = await asks.citizen(1)("DELETE", f"/holds/{other}", key="release-it")
    assert reused.json()["title"] == "idempotency-key-reused"
    assert (await asks.citizen(1)("DELETE", f"/holds/{held}")).json()["title"] == "hold-unknown"


async def test_an_absence_is_taken_back_once_and_answered_alike(asks: Asks) -> None:
    body = {"from": "2026-11-25", "to": "2026-11-25", "reason_code": "holiday"}
    away = (await asks.staff()("POST", ABSENCES, body)).json()["absence"]["absence_id"]
    for _ in range(2):
        assert (await asks.staff()("DELETE", f"{ABSENCES}/{away}", key="back-again")).status_code == 204
    assert (await asks.staff()("DELETE", f"{ABSENCES}/{away}")).json()["title"] == "absence-unknown"
