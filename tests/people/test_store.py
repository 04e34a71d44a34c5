"""What the database itself holds people to, whatever the code above it does."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.people.model.access import Look
from services.people.model.citizen import Citizen
from services.people.model.vault import Box
from services.people.store import access_log, citizens, rules
from services.people.tables import metadata
from shared.clock import FixedClock
from shared.database import Database
from shared.identity import Caller
from tests.people.conftest import Rows

pytestmark = pytest.mark.anyio

BOX = Box("k1", b"sealed")
AT = datetime(2026, 11, 24, tzinfo=UTC)
WHO = Caller("gateway", "caseworker", "prøve")


def person(number: int, name: str = "Amina Holm") -> Citizen:
    return Citizen(UUID(int=number), date(2026, 1, 1), "2", "da", name)


async def kept(database: Database, people: Sequence[Citizen]) -> None:
    async with database.transaction() as session:
        for one in people:
            assert await citizens.claim_cpr(session, one.citizen_id.bytes, one.citizen_id, BOX, AT)
            await citizens.add(session, one)


async def test_a_number_belongs_to_one_citizen(database: Database) -> None:
    await kept(database, [person(1)])
    async with database.transaction() as session:
        assert not await citizens.claim_cpr(session, UUID(int=1).bytes, UUID(int=2), BOX, AT)


async def test_a_citizen_has_one_current_number(database: Database) -> None:
    await kept(database, [person(1)])
    with pytest.raises(IntegrityError, match="cpr_number_current"):
        async with database.transaction() as session:
            await citizens.claim_cpr(session, b"another", UUID(int=1), BOX, AT)


async def test_a_number_without_its_citizen_is_not_committed(database: Database) -> None:
    with pytest.raises(IntegrityError, match="citizen"):
        async with database.transaction() as session:
            await citizens.claim_cpr(session, b"orphan", UUID(int=9), BOX, AT)


async def test_a_look_without_a_reason_cannot_be_written(database: Database, clock: FixedClock) -> None:
    with pytest.raises(IntegrityError, match="access_log_says_why"):
        async with database.transaction() as session:
            await access_log.note(session, clock, WHO, "", Look.NAME, [UUID(int=1)])


async def test_a_look_at_nobody_writes_nothing(database: Database, clock: FixedClock, rows: Rows) -> None:
    async with database.transaction() as session:
        await access_log.note(session, clock, WHO, "prøve", Look.NAME, [])
    assert await rows("select * from access_log") == []


async def test_any_words_may_be_searched_for(database: Database) -> None:
    await kept(database, [person(1, "Åse O'Neil-Ærø")])

    async def found(words: list[str]) -> list[str]:
        async with database.transaction() as session:
            hits = await citizens.search_names(session, words, today=AT.date(), with_protected=True, limit=5)
        return [one.name for one in hits]

    assert await found(["ås"]) == await found(["neil"]) == await found(["ær", "ÅSE"]) == ["Åse O'Neil-Ærø"]
    assert await found(["se"]) == await found(["bo"]) == await found([]) == []


async def test_names_found_stand_in_the_order_of_the_danish_alphabet(database: Database) -> None:
    alphabet = ["Bo Prøve", "Zenia Prøve", "Ære Prøve", "Øjvind Prøve", "Aase Prøve", "Åse Prøve"]
    await kept(database, [person(number, name) for number, name in enumerate(reversed(alphabet), 1)])
    async with database.transaction() as session:
        hits = await citizens.search_names(session, ["prøve"], today=AT.date(), with_protected=True, limit=9)
    found = [one.name for one in hits]
    assert found[:4] == alphabet[:4]
    assert set(found[4:]) == set(alphabet[4:]), "aa is å"


async def test_a_search_uses_its_index(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("set local enable_seqscan = off"))
        question = "explain select * from citizen where to_tsvector('simple', name) @@ to_tsquery('simple', '''a'':*')"
        plan = "\n".join(row[0] for row in await session.execute(text(question)))
    assert "citizen_name" in plan


async def test_every_rule_that_people_asks_for_has_a_value_and_a_source(database: Database) -> None:
    async with database.transaction() as session:
        known = await rules.rules(session)
    assert {rule.name: rule.value for rule in known} == {
        "address_protection.default_years": 1,
        "access_log.kept_months": 24,
        "import.kept_days": 30,
    }
    assert all(rule.source for rule in known)


async def test_the_tables_are_those_of_the_migrations(rows: Rows) -> None:
    found = await rows("select table_name, column_name from information_schema.columns where table_schema = 'public'")
    migrated = {(row["table_name"], row["column_name"]) for row in found}
    declared = {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns}
    own = {table.name for table in metadata.sorted_tables}
    assert declared == {(table, column) for table, column in migrated if table in own}
