"""From a committed transaction to its effect in another: once, in order, whoever is killed."""

import asyncio
from uuid import UUID, uuid4

import pytest

from tests.shared.messaging.given import ANNA, BO, Town, running, until

pytestmark = pytest.mark.anyio


async def test_a_committed_event_has_its_effect_once_and_leaves_the_outbox(town: Town) -> None:
    town.counts()
    async with running(town.relay(), town.worker()):
        await town.say(*[town.Counted(key_id=ANNA, number=number) for number in range(20)])
        await until(lambda: _has(town, 20))
        await until(lambda: _empty(town))
    assert await town.effects() == list(range(20))


async def test_a_rolled_back_transaction_says_nothing(town: Town) -> None:
    from shared.messaging import outbox

    with pytest.raises(RuntimeError):
        async with town.database.transaction() as session:
            outbox.add(session, town.Counted(key_id=ANNA, number=1))
            raise RuntimeError
    assert await town.pending() == 0


async def _has(town: Town, number: int) -> bool:
    return len(await town.effects()) >= number


async def _empty(town: Town) -> bool:
    return await town.pending() == 0
