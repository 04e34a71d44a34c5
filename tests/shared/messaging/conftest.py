"""A town per test: on PostgreSQL alone, or with Kafka."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.shared.messaging.given import Town, prepared


@pytest.fixture
async def town(database_of: Callable[[str], str], kafka: str) -> AsyncIterator[Town]:
    """A service of its own with relay, workers and a topic."""
    made = await prepared(database_of(""), kafka)
    yield made
    await made.close()


@pytest.fixture
async def quiet_town(database_of: Callable[[str], str]) -> AsyncIterator[Town]:
    """The same without a broker: for what happens in the database alone."""
    made = await prepared(database_of(""), "")
    yield made
    await made.close()
