"""What was set aside comes back: whole, in order, once; or is given up with a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.clock import FixedClock
from shared.errors import NotFound
from shared.messaging import TryLater, dead_letters
from shared.messaging.dead_letters import AlreadyResolved, BodyCut
from shared.messaging.replay import LOCK_SPACE, RETRY_AFTER, Replayer
from tests.conftest import START
from tests.shared.messaging.given import ANNA, BO, Foreign, Town, lying

pytestmark = pytest.mark.anyio


class Mood:
    """What the subscriber chokes on; a test takes numbers out of it when the bug is mended."""

    def __init__(self, *bad: int, error: Exception | None = None) -> None:
        self.bad, self.error = set(bad), error or ValueError()

    def __call__(self, event: Any) -> None:
        if event.number in self.bad:
            raise self.error


async def set_aside(town: Town, mood: Mood, *events: Any, start: int = 0) -> None:
    if not town.on.handlers:
        town.counts(before=mood)
    await town.dispatcher().take(lying(town, *events, start=start))


async def replay(town: Town, dead_letter_id: UUID) -> None:
    async with town.database.transaction() as session:
        await dead_letters.ask_replay(session, town.clock, dead_letter_id)


async def let_go(town: Town) -> int:
    steps, replayer = 0, Replayer(town.dispatcher())
    while await replayer.step():
        steps += 1
    return steps


def anna(town: Town, *numbers: int) -> list[Any]:
    return [town.Counted(key_id=ANNA, number=number) for number in numbers]


async def states(town: Town) -> list[str]:
    return [row["state"] for row in await town.dead()]


async def test_a_replay_does_the_effect_and_then_what_waited_in_its_order(quiet_town: Town) -> None:
    mood = Mood(1)
    await set_aside(quiet_town, mood, *anna(quiet_town, 1, 2, 3))
    assert await let_go(quiet_town) == 0
    mood.bad.clear()
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    await set_aside(quiet_town, mood, *anna(quiet_town, 4), start=3)
    assert await let_go(quiet_town) == 4
    assert await quiet_town.effects() == [1, 2, 3, 4]
    await set_aside(quiet_town, mood, *anna(quiet_town, 5), start=4)
    assert await quiet_town.effects() == [1, 2, 3, 4, 5]
    assert await states(quiet_town) == ["replayed"]


async def test_a_drop_lets_the_others_go_and_keeps_the_reason(quiet_town: Town) -> None:
    await set_aside(quiet_town, Mood(1), *anna(quiet_town, 1, 2, 3))
    (row,) = await quiet_town.dead()
    by = uuid4()
    async with quiet_town.database.transaction() as session:
        await dead_letters.drop(session, quiet_town.clock, row["dead_letter_id"], "sent by mistake", by)
    await let_go(quiet_town)
    assert await quiet_town.effects() == [2, 3]
    (row,) = await quiet_town.dead()
    assert (row["state"], row["resolution"], row["resolved_by"]) == ("dropped", "sent by mistake", by)


async def test_a_replay_that_fails_again_waits_for_a_person_again(quiet_town: Town) -> None:
    await set_aside(quiet_town, Mood(1), *anna(quiet_town, 1, 2))
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    assert await let_go(quiet_town) == 1
    (row,) = await quiet_town.dead()
    assert (row["state"], row["attempts"], row["retry_at"]) == ("open", 2, None)
    assert await quiet_town.effects() == []


async def test_a_parked_event_that_fails_becomes_the_next_dead_letter(quiet_town: Town) -> None:
    mood = Mood(1, 2)
    await set_aside(quiet_town, mood, *anna(quiet_town, 1, 2, 3))
    mood.bad.remove(1)
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    assert await quiet_town.effects() == [1]
    first, second = await quiet_town.dead()
    assert (first["state"], second["state"], second["blocks"], second["in_inbox"]) == ("replayed", "open", True, True)
    mood.bad.clear()
    await replay(quiet_town, second["dead_letter_id"])
    await let_go(quiet_town)
    assert await quiet_town.effects() == [1, 2, 3]


async def test_a_passing_fault_in_a_replay_is_tried_again_by_itself(quiet_town: Town) -> None:
    clock = quiet_town.clock = FixedClock(START)
    mood = Mood(1)
    await set_aside(quiet_town, mood, *anna(quiet_town, 1, 2))
    (row,) = await quiet_town.dead()
    mood.error = TryLater()
    await replay(quiet_town, row["dead_letter_id"])
    assert await let_go(quiet_town) == 1
    mood.bad.clear()
    assert await let_go(quiet_town) == 0
    clock.advance(RETRY_AFTER)
    assert await let_go(quiet_town) == 2
    assert await quiet_town.effects() == [1, 2]


async def test_a_passing_fault_of_a_parked_event_holds_its_key_and_no_other(quiet_town: Town) -> None:
    clock = quiet_town.clock = FixedClock(START)
    mood = Mood(1, 10)
    bo = [quiet_town.Counted(key_id=BO, number=number) for number in (10, 11)]
    await set_aside(quiet_town, mood, *anna(quiet_town, 1, 2, 3), *bo)
    mood.bad = {2}
    mood.error = TryLater()
    for row in await quiet_town.dead():
        await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    assert sorted(await quiet_town.effects()) == [1, 10, 11]
    mood.bad.clear()
    clock.advance(RETRY_AFTER + timedelta(seconds=1))
    await let_go(quiet_town)
    assert await quiet_town.effects(ANNA) == [1, 2, 3]


async def test_what_lies_between_two_dead_letters_comes_between_them(quiet_town: Town) -> None:
    mood = Mood(1)
    broken = Foreign(quiet_town.Counted(key_id=ANNA, number=3), body=b"{")
    await set_aside(quiet_town, mood, *anna(quiet_town, 1, 2), broken, *anna(quiet_town, 4))
    mood.bad.clear()
    first, second = await quiet_town.dead()
    await quiet_town.fetch(
        "update dead_letter set body = $1::bytea, body_bytes = length($1::bytea) where dead_letter_id = $2",
        Foreign(*anna(quiet_town, 3)).body,
        second["dead_letter_id"],
    )
    await replay(quiet_town, second["dead_letter_id"])
    assert await let_go(quiet_town) == 0
    await replay(quiet_town, first["dead_letter_id"])
    await let_go(quiet_town)
    assert await quiet_town.effects() == [1, 2, 3, 4]


async def test_an_unknown_type_can_be_replayed_once_it_is_known(quiet_town: Town) -> None:
    later = {"headers": {"ce_type": f"{quiet_town.service}.later.v1".encode()}}
    await set_aside(quiet_town, Mood(), Foreign(*anna(quiet_town, 1), **later))
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    (row,) = await quiet_town.dead()
    assert (row["state"], row["reason"]) == ("open", "unknown-type")
    quiet_town.counts(quiet_town.declared("later", quiet_town.topic))
    await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    assert await quiet_town.effects() == [1]


async def test_one_that_nobody_hears_any_more_is_closed(quiet_town: Town) -> None:
    unheard = {"headers": {"stranger": None}}
    await set_aside(quiet_town, Mood(), Foreign(quiet_town.Crossed(key_id=ANNA, number=1), **unheard))
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    (row,) = await quiet_town.dead()
    assert (row["state"], row["resolution"]) == ("replayed", "nobody hears it any more")


async def test_a_parked_event_that_nobody_hears_any_more_is_let_go(quiet_town: Town) -> None:
    mood = Mood(1)
    await set_aside(quiet_town, mood, *anna(quiet_town, 1, 2))
    (row,) = await quiet_town.dead()
    async with quiet_town.database.transaction() as session:
        await dead_letters.drop(session, quiet_town.clock, row["dead_letter_id"], "no longer", None)
    quiet_town.on = type(quiet_town.on)()
    assert await let_go(quiet_town) == 1
    assert await quiet_town.fetch("select 1 from parked") == []


async def test_one_that_came_whole_by_another_way_has_no_second_effect(quiet_town: Town) -> None:
    whole = Foreign(*anna(quiet_town, 1))
    torn = Foreign(*anna(quiet_town, 1))
    torn.headers = [*whole.headers, ("stranger", None)]
    quiet_town.counts(in_order=False)
    await set_aside(quiet_town, Mood(), torn, whole)
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    (row,) = await quiet_town.dead()
    assert (row["state"], row["resolution"]) == ("replayed", "was handled before")
    assert await quiet_town.effects() == [1]


async def test_one_with_a_torn_header_can_be_replayed(quiet_town: Town) -> None:
    await set_aside(
        quiet_town, Mood(), Foreign(*anna(quiet_town, 1), headers={"stranger": b"\xff"}), *anna(quiet_town, 2)
    )
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    assert await quiet_town.effects() == [1, 2]


@pytest.mark.parametrize("lacks", ["key", "body"])
async def test_one_without_key_or_body_stays_dead(quiet_town: Town, lacks: str) -> None:
    await set_aside(quiet_town, Mood(), Foreign(*anna(quiet_town, 1), **{lacks: None}))
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    (row,) = await quiet_town.dead()
    assert (row["state"], row["attempts"]) == ("open", 2)


async def test_a_cut_body_cannot_be_replayed_only_dropped(quiet_town: Town) -> None:
    await set_aside(quiet_town, Mood(), Foreign(*anna(quiet_town, 1), body=b"x" * 100_000))
    (row,) = await quiet_town.dead()
    with pytest.raises(BodyCut):
        await replay(quiet_town, row["dead_letter_id"])


async def test_an_own_body_is_kept_whole_however_large(quiet_town: Town) -> None:
    large = quiet_town.Counted(key_id=ANNA, number=1, note="æ" * 100_000)
    mood = Mood(1)
    await set_aside(quiet_town, mood, large)
    mood.bad.clear()
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    await let_go(quiet_town)
    assert await quiet_town.effects() == [1]


async def test_what_is_resolved_stays_resolved(quiet_town: Town) -> None:
    await set_aside(quiet_town, Mood(1), *anna(quiet_town, 1))
    (row,) = await quiet_town.dead()
    async with quiet_town.database.transaction() as session:
        await dead_letters.drop(session, quiet_town.clock, row["dead_letter_id"], "enough", None)
    with pytest.raises(AlreadyResolved):
        await replay(quiet_town, row["dead_letter_id"])
    async with quiet_town.database.transaction() as session:
        with pytest.raises(AlreadyResolved):
            await dead_letters.drop(session, quiet_town.clock, row["dead_letter_id"], "enough", None)
        with pytest.raises(NotFound):
            await dead_letters.get(session, uuid4())


async def test_one_worker_replays_at_a_time(quiet_town: Town) -> None:
    from sqlalchemy import text

    mood = Mood(1)
    await set_aside(quiet_town, mood, *anna(quiet_town, 1))
    mood.bad.clear()
    (row,) = await quiet_town.dead()
    await replay(quiet_town, row["dead_letter_id"])
    async with quiet_town.database.transaction() as session:
        await session.execute(text(f"select pg_advisory_xact_lock({LOCK_SPACE}, 0)"))
        assert await let_go(quiet_town) == 0
    assert await let_go(quiet_town) == 1


async def test_a_fault_of_the_database_itself_is_raised(quiet_town: Town) -> None:
    quiet_town.counts()
    await quiet_town.fetch("drop table parked")
    with pytest.raises(Exception, match="parked"):
        await Replayer(quiet_town.dispatcher()).step()


async def test_a_foreign_senders_headers_are_kept_in_bounds(quiet_town: Town) -> None:
    many = {f"h{number}": b"x" * 5_000 for number in range(80)}
    await set_aside(quiet_town, Mood(), Foreign(*anna(quiet_town, 1), headers={"ce_type": "absent", **many}))
    (row,) = await quiet_town.dead()
    assert len(row["headers"]) < 60_000
