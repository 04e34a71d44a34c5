"""Who may what: every role on every route, and nothing that is not declared."""

from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI

from services.gateway.pages import ROUTERS
from services.gateway.permissions import EVERYBODY, PUBLIC, RULES, check_complete
from tests.gateway.conftest import Login

pytestmark = pytest.mark.anyio
SOME_ID = "0193a000-0000-7000-8000-00000000abcd"


def routes() -> Iterator[tuple[str, str, str]]:
    """Every route as (name, method, an address of it)."""
    for router in ROUTERS:
        for route in router.routes:
            path = route.path  # type: ignore[attr-defined]  # all of ours are API routes
            for part in path.split("/"):
                if part.startswith("{"):
                    path = path.replace(part, SOME_ID)
            for method in route.methods - {"HEAD"}:  # type: ignore[attr-defined]  # see above
                yield route.name, method, path  # type: ignore[attr-defined]  # see above


ROUTES = sorted(set(routes()))
GUARDED = [one for one in ROUTES if PUBLIC not in RULES[one[0]].roles]
CHANGES = [one for one in ROUTES if one[1] != "GET"]


def own_role(name: str) -> str:
    """A role that may use the route."""
    return next((role for role in RULES[name].roles if role != PUBLIC), "citizen")


@pytest.mark.parametrize("role", EVERYBODY)
async def test_a_role_gets_its_own_routes_and_no_others(browser: httpx2.AsyncClient, log_in: Login, role: str) -> None:
    for name, method, path in GUARDED:
        allowed = role in RULES[name].roles
        if allowed and name.endswith(".live"):
            continue  # a stream that is let through does not end; test_live reads it
        token = await log_in(role)
        answer = await browser.request(method, path, headers={"X-Form-Token": token})
        assert (answer.status_code != 403) == allowed, (name, answer.status_code)
        assert answer.status_code != 401, name
        assert not answer.headers.get("location", "").startswith("/log-ind"), name
        assert answer.status_code < 500, name


async def test_without_a_login_every_guarded_route_leads_to_the_login(browser: httpx2.AsyncClient) -> None:
    for name, method, path in GUARDED:
        answer = await browser.request(method, path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/log-ind?til={path}"), name


async def test_a_part_of_a_page_asked_for_without_a_login_sends_the_whole_page_to_the_login(
    browser: httpx2.AsyncClient,
) -> None:
    answer = await browser.get("/aftaler", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/log-ind?til=/aftaler")


async def test_a_change_without_the_forms_own_token_is_refused(browser: httpx2.AsyncClient, log_in: Login) -> None:
    for name, method, path in CHANGES:
        token = await log_in(own_role(name))
        for told in ({}, {"_token": "guessed"}, {"_token": token[:-1]}):
            answer = await browser.request(method, path, data=told)
            assert answer.status_code == 403, name
            assert "for gammel" in answer.text, name


async def test_a_change_from_another_site_is_refused(browser: httpx2.AsyncClient, log_in: Login) -> None:
    for name, method, path in CHANGES:
        token = await log_in(own_role(name))
        for site in ("cross-site", "same-site"):
            headers = {"X-Form-Token": token, "Sec-Fetch-Site": site}
            assert (await browser.request(method, path, headers=headers)).status_code == 403, name


async def test_an_older_browser_says_where_a_form_comes_from_by_origin(
    app: FastAPI, browser: httpx2.AsyncClient, log_in: Login
) -> None:
    token = await log_in("citizen")
    del browser.headers["Sec-Fetch-Site"]
    for origin, status in (("https://jobvej.test", 204), ("https://evil.test", 403), ("null", 403), (None, 403)):
        headers = {"X-Form-Token": token} | ({"Origin": origin} if origin else {})
        assert (await browser.post("/forlaeng", headers=headers)).status_code == status


def test_a_route_that_is_not_declared_refuses_to_start() -> None:
    with pytest.raises(RuntimeError, match=r"undeclared.*forgotten"):
        check_complete([*RULES, "forgotten"])


def test_a_rule_without_a_route_refuses_to_start() -> None:
    with pytest.raises(RuntimeError, match=r"unused.*book.topic"):
        check_complete(name for name in RULES if name != "book.topic")


def test_two_routes_cannot_share_a_rule() -> None:
    with pytest.raises(RuntimeError, match=r"used twice.*login"):
        check_complete([*RULES, "login"])


def test_every_route_about_a_person_has_a_reason_or_asks_for_one() -> None:
    without = {name for name, rule in RULES.items() if PUBLIC not in rule.roles and not rule.purpose}
    assert {name for name in without if not name.startswith(("citizen.", "citizens"))} == {
        "citizen",
        "visit.extend",
        "visit.still-here",
    }
