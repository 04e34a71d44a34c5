"""Facts about the HTTP edge: one request is one transaction, and every no is a problem document."""

from collections.abc import AsyncIterator, Callable

import pytest
from fastapi import APIRouter
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel
from sqlalchemy import text

from shared.clock import FixedClock
from shared.database import Database
from shared.errors import Forbidden, Kind, NotFound, Refused
from shared.http import Now, Tx, create_api
from shared.identity import TokenIssuer, TokenVerifier, Who, allow, new_key, public_part

pytestmark = pytest.mark.anyio
KEY = new_key("test-gateway")
ISSUER = TokenIssuer(KEY, "gateway")
routes = APIRouter()


class TimeTaken(Refused):
    slug = "time-taken"
    message = "Tiden er taget."


class Thing(BaseModel):
    number: int


@routes.post("/things", dependencies=[allow("caseworker")])
async def keep(session: Tx, clock: Now, who: Who, thing: Thing) -> dict[str, str]:
    await session.execute(text("insert into thing values (:number)"), {"number": thing.number})
    if thing.number == 13:
        raise TimeTaken(alternatives=[14, 15])
    if thing.number == 500:
        raise RuntimeError("amina@example.dk lives at number 500")
    return {"by": who.role, "at": clock.now().isoformat()}


@routes.post("/text")
async def keep_text(session: Tx, value: dict[str, str]) -> None:
    await session.execute(text("select cast(:value as text)"), value)


@pytest.fixture
async def database(database_of: Callable[[str], str]) -> AsyncIterator[Database]:
    database = Database(database_of(""))
    async with database.transaction() as session:
        await session.execute(text("create table thing (number int primary key)"))
    yield database
    await database.close()


@pytest.fixture
async def client(database: Database, clock: FixedClock) -> AsyncIterator[AsyncClient]:
    verifier = TokenVerifier({"gateway": public_part(KEY)}, "booking")
    app = create_api("test", database=database, clock=clock, verifier=verifier, routers=[routes])
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://booking") as client:
        yield client


def bearer(role: str = "caseworker") -> dict[str, str]:
    return {"Authorization": f"Bearer {ISSUER.token(audience='booking', role=role, purpose='test')}"}


async def kept(database: Database) -> list[int]:
    async with database.transaction() as session:
        return [row.number for row in await session.execute(text("select number from thing order by 1"))]


async def test_what_a_request_did_is_kept_when_it_answers_yes(client: AsyncClient, database: Database) -> None:
    answer = await client.post("/things", json={"number": 1}, headers=bearer())
    assert answer.status_code == 200
    assert answer.json() == {"by": "caseworker", "at": "2026-11-24T08:00:00+00:00"}
    assert await kept(database) == [1]


async def test_a_refusal_undoes_everything_and_carries_its_details(client: AsyncClient, database: Database) -> None:
    answer = await client.post("/things", json={"number": 13}, headers=bearer())
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:jobvej:time-taken",
        "title": "time-taken",
        "status": 409,
        "detail": "Tiden er taget.",
        "alternatives": [14, 15],
    }
    assert await kept(database) == []


async def test_a_fault_tells_nothing_of_its_inside(client: AsyncClient, database: Database) -> None:
    answer = await client.post("/things", json={"number": 500}, headers=bearer())
    assert answer.status_code == 500
    assert "amina" not in answer.text
    assert await kept(database) == []


async def test_a_commit_that_fails_is_never_answered_with_yes(client: AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("alter table thing add unique (number) deferrable initially deferred"))
        await session.execute(text("alter table thing drop constraint thing_pkey"))
    await client.post("/things", json={"number": 7}, headers=bearer())
    answer = await client.post("/things", json={"number": 7}, headers=bearer())
    assert answer.status_code == 500
    assert await kept(database) == [7]


async def test_without_a_token_or_with_the_wrong_role_nothing_is_done(client: AsyncClient, database: Database) -> None:
    assert (await client.post("/things", json={"number": 1})).status_code == 401
    refused = await client.post("/things", json={"number": 1}, headers=bearer("citizen"))
    assert refused.status_code == 403
    assert refused.json()["title"] == Forbidden.slug
    assert await kept(database) == []


async def test_unreadable_values_are_named_but_not_repeated(client: AsyncClient) -> None:
    answer = await client.post("/things", json={"number": "710190-1234"}, headers=bearer())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.number"
    assert "710190" not in answer.text


async def test_text_that_the_database_cannot_hold_is_the_callers_fault(client: AsyncClient) -> None:
    assert (await client.post("/text", json={"value": "zero\x00byte"})).status_code == 422


async def test_a_giant_body_is_refused(client: AsyncClient) -> None:
    answer = await client.post("/text", content=b"x" * 6_000_000, headers={"content-type": "application/json"})
    assert answer.status_code == 413


async def test_a_database_that_is_away_means_try_again_later(clock: FixedClock) -> None:
    database = Database("postgresql://nobody:x@127.0.0.1:1/x")
    app = create_api(
        "test",
        database=database,
        clock=clock,
        verifier=TokenVerifier({"gateway": public_part(KEY)}, "booking"),
        routers=[routes],
    )
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://booking") as client:
        answer = await client.post("/things", json={"number": 1}, headers=bearer())
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/livez")).status_code == 200
    await database.close()


async def test_metrics_know_routes_and_never_ids(client: AsyncClient) -> None:
    await client.post("/things", json={"number": 4}, headers=bearer())
    await client.get("/nowhere/018f0000-0000-7000-8000-000000000001")
    said = (await client.get("/metrics")).text
    assert 'route="/things"' in said
    assert "018f0000" not in said


def test_every_kind_of_refusal_has_a_status() -> None:
    from shared.http import STATUS

    assert set(STATUS) == set(Kind)
    assert STATUS[NotFound.kind] == 404
