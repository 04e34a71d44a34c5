"""What the memory of notifications guards by itself: versions, words, one row per message, dated rules."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from services.notifications.model.notice import Channel, Kind, State
from services.notifications.model.plan import compare
from services.notifications.model.wording import Wording
from services.notifications.store import ledger, meetings, rules, sending, templates
from tests.notifications.conftest import World
from tests.notifications.given import BOOKING, RULES, meeting, utc

pytestmark = pytest.mark.anyio
NOW = utc("2026-11-24 08:00")


async def test_a_template_version_is_registered_once_with_its_words(world: World) -> None:
    found = templates.wording()
    for _ in range(2):
        async with world.database.transaction() as session:
            await templates.register(session, world.clock, found)
    rows = await world.rows("select kind, language, version, source->>'subject' as subject from template")
    assert {(row["kind"], row["language"], row["version"]) for row in rows} == {
        (each.kind, each.language, each.version) for each in found.templates
    }


async def test_words_that_changed_without_a_new_version_stop_the_sender(world: World) -> None:
    async with world.database.transaction() as session:
        await templates.register(session, world.clock, templates.wording())
    first, *others = templates.wording().templates
    changed = Wording((replace(first, source={**first.source, "subject": "Noget andet"}), *others))
    with pytest.raises(templates.TemplateChanged) as refused:
        await world.sender(wording=changed).run(asyncio.Event())
    assert refused.value.details == {"kind": first.kind, "language": first.language, "version": first.version}


async def test_a_new_version_stands_beside_the_old_one(world: World) -> None:
    found = templates.wording()
    newest = max(each.version for each in found.templates)
    second = replace(found.templates[0], version=newest + 1, source={**found.templates[0].source, "subject": "Nyt"})
    for wording in (found, Wording((*found.templates, second))):
        async with world.database.transaction() as session:
            await templates.register(session, world.clock, wording)
    assert len(await world.rows("select 1 as one from template")) == len(found.templates) + 1


async def test_a_version_never_goes_back(world: World) -> None:
    for version, newer in ((2, True), (1, False), (2, False), (3, True)):
        async with world.database.transaction() as session:
            assert await meetings.heard(session, meeting(version=version), NOW) is newer
    (row,) = await world.rows("select version from meeting")
    assert row == {"version": 3}


async def test_the_database_itself_keeps_a_message_from_being_there_twice(world: World) -> None:
    await world.book(utc("2026-11-27 09:00"))
    columns = "booking_id, citizen_id, kind, channel, occasion, due_at, expires_at, any_hour, by_citizen, state"
    copied = f"insert into notice (notice_id, {columns}, next_attempt_at, trace, created_at)"
    with pytest.raises(IntegrityError, match="notice_once"):
        await world.rows(f"{copied} select gen_random_uuid(), {columns}, now(), '{{}}', now() from notice returning 1")


async def test_planning_the_same_again_adds_nothing(world: World) -> None:
    planned = compare(meeting(), [], RULES, NOW).create
    for _ in range(2):
        async with world.database.transaction() as session:
            await ledger.add(session, planned, {}, NOW)
    assert len(await world.rows("select 1 as one from notice")) == len(planned)


async def test_a_yes_that_comes_late_is_kept_and_a_no_that_comes_late_is_not(world: World) -> None:
    await world.book(utc("2026-11-27 09:00"))
    async with world.database.transaction() as session:
        (late,) = await sending.due(session, Channel.EMAIL, world.clock.now(), 5)
        await sending.claim(session, [late])
    world.clock.advance(timedelta(minutes=5))
    await world.heal()
    async with world.database.transaction() as session:
        assert not await sending.failed_for_now(session, late, world.clock.now(), "x")
        assert not await sending.closed(session, late, State.UNDELIVERABLE, "x", "x", world.clock.now())
        yes = sending.Sent("da", 1, None)
        assert await sending.sent(session, late, world.clock.now(), yes)
        assert not await sending.sent(session, late, world.clock.now(), yes)
    assert (await world.notices())["confirmation", "email", 1] == "sent"


async def test_two_senders_never_hold_one_notice(world: World) -> None:
    await world.book(utc("2026-11-27 09:00"))
    async with world.database.transaction() as first, world.database.transaction() as second:
        assert len(await sending.due(first, Channel.EMAIL, world.clock.now(), 5)) == 1
        assert await sending.due(second, Channel.EMAIL, world.clock.now(), 5) == []


async def test_whoever_marks_notices_ready_waits_for_nobody_who_plans(world: World) -> None:
    await world.book(utc("2026-11-27 09:00"))
    async with world.database.transaction() as planning, world.database.transaction() as marking:
        held = await ledger.of_booking(planning, BOOKING)
        async with asyncio.timeout(5):
            assert await ledger.mark_ready(marking, [row.notice_id for row in held], utc("2026-11-26 09:00")) == 0


async def test_the_rule_that_begins_with_is_the_national_practice(world: World) -> None:
    async with world.database.transaction() as session:
        (rule,) = await rules.all_rules(session)
    assert (rule.opens.hour, rule.closes.hour) == (9, 22)
    assert (rule.first_reminder, rule.second_reminder) == (timedelta(hours=24), timedelta(hours=2))
    assert "STAR" in rule.source


async def test_a_rule_that_changes_moves_the_reminders_that_wait(world: World) -> None:
    await world.book(utc("2026-11-27 09:00"))
    await world.rows("update sending_rule set first_reminder = '48 hours' returning 1 as one")
    world.clock.advance(timedelta(minutes=2))
    await world.heal()
    (row,) = await world.rows("select due_at from notice where kind = :kind", kind=Kind.REMINDER_24H)
    assert row["due_at"] == utc("2026-11-25 09:00")
    (timer,) = await world.rows("select due_at from timer")
    assert timer == row
