"""Whatever somebody writes into an address or a form, every page of every role answers, and never with a fault."""

import inspect
import os
import random
import re
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.gateway import pages
from services.gateway.pages import ROUTERS
from services.gateway.permissions import PUBLIC, RULES
from tests.gateway.conftest import ADVISER, CITIZEN, Login
from tests.gateway.desk import BOOKING, TASK, told
from tests.gateway.town import Town

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
EXAMPLES = int(os.environ.get("JOBVEJ_TEST_EXAMPLES", "12"))  # of the odd values, on each page of each role
SOURCES = "\n".join(path.read_text() for path in Path(inspect.getfile(pages)).parent.rglob("*.py"))
FIELDS = sorted(
    {*re.findall(r"""(?:told|query|given)(?:\.get\(|\[)"(\w+)""", SOURCES)}
    | {"from_day", "to_day", "from_time", "to_time", "valid_from", "valid_to", "key", "til", "remind_2h"}
    | {f"{field}_{day}" for field in ("starts", "ends", "pause_starts", "pause_ends", "phone") for day in (1, 5)}
)
ODD = [
    *("", " ", "²", "١٢", "-1", "0", "9" * 30, "9" * 5000, "1e3", "0x10", "NaN", "inf", "true"),
    *("\x00", "a\x00b", "\ud800".encode("utf-8", "replace").decode(), "\ufffe", "🙂" * 40, "æøå", "\u202e", "%00"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01", "1-1-1", "24:00", "23:59:60", "8.30.1", "99.99", "²:³"),
    *("||", "|||", f"0001-01-01T00:00:00+14:00|{ADVISER}|phone", f"9999-12-31T23:59:59-14:00|{ADVISER}|phone"),
    *(f"2026-11-25T09:00:00Z|{ADVISER}|boat", f"2026-11-25T09:00:00Z|{ADVISER}|phone", str(CITIZEN), str(ADVISER)),
    *("{}", "{when}", "%s", "%(count)s", "{{ 7*7 }}", "<script>", "../../etc/passwd", "//evil.test", "\\", "\r\nX: y"),
    *("contact-meeting", "here", "illness", "citizen-illness", "2026-11-25", "8.30", "A" * 10_000),
]
LIKELY = {
    "topic": "cv-help",
    "emne": "cv-help",
    "time": f"2026-11-25T08:00:00+00:00|{ADVISER}|in_person",
    "from_day": "2026-11-25",
    "to_day": "2026-11-26",
    "valid_from": "2026-11-25",
    "adviser": str(ADVISER),
    "query": "Amina",
    "email": "amina@example.test",
    "citizen_id": str(CITIZEN),
}
PLACES = {"citizen_id": str(CITIZEN), "booking_id": BOOKING, "adviser_id": str(ADVISER), "service": "booking"}
ROUTES = sorted(
    (route.name, method, re.sub(r"\{(\w+)\}", lambda found: PLACES.get(found[1], TASK), route.path))
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in (route.methods or set()) - {"HEAD"}
    if not route.name.endswith(".live") and route.name not in ("login", "login.answer", "logout")
)


@pytest.fixture
def everything(town: Town) -> Town:
    town.answers |= told()
    body = {"topic": "cv-help", "adviser_id": str(ADVISER), "form": "phone", "starts_at": "2026-11-26T09:00:00+00:00"}
    town.bookings[BOOKING] = town.booking(BOOKING, body)
    return town


@pytest.mark.parametrize("role", ["citizen", "frontdesk", "caseworker", "team_leader", "operations"])
async def test_odd_values_are_answered_in_words_on_every_page(
    app: FastAPI, browser: httpx2.AsyncClient, everything: Town, log_in: Login, role: str, clock: object
) -> None:
    """Each odd value stands alone in every field of a likely answer, and a few answers are odd all over."""
    chance = random.Random(role)
    token = await log_in(role)
    app.state.throttle.allows = lambda *_: True
    faults = set()
    for name, method, path in ROUTES:
        if role not in RULES[name].roles and PUBLIC not in RULES[name].roles:
            continue
        await browser.post("/borgere/aabn", data={"_token": token, "citizen_id": str(CITIZEN), "reason": "here"})
        for odd in chance.sample(ODD, min(EXAMPLES, len(ODD))):
            one = dict.fromkeys(chance.sample(FIELDS, 4), odd)
            if method == "GET":
                asked = [dict.fromkeys([*FIELDS, "dato", "live", "vis"], odd[:60])]
            else:
                asked = [LIKELY | one, {field: chance.choice(ODD) for field in FIELDS}]
            for given in asked:
                token_too = {**given, "_token": token}
                answer = await (
                    browser.get(path, params=given) if method == "GET" else browser.post(path, data=token_too)
                )
                if answer.status_code >= 500:
                    faults.add((name, answer.status_code, odd[:40]))
    assert faults == set()


async def test_odd_paths_are_answered_in_words(browser: httpx2.AsyncClient, log_in: Login) -> None:
    await log_in("citizen", "frontdesk", "caseworker", "team_leader", "operations")
    for path in ("/aftaler/²", "/borgere/%00", "/sprog/%F0%28", "/drift/%00/til-side", "/opgaver/x/y/tag", "/%ff"):
        answer = await browser.get(path)
        assert answer.status_code < 500, path
