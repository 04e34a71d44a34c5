"""Fixtures of the browser tests: one browser and one platform for the whole run."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from deploy.embedded import addresses
from deploy.embedded.addresses import Addresses
from deploy.embedded.place import Place
from tests.browser import chromium, stage


@pytest.fixture(scope="session")
async def browser(anyio_backend: object) -> AsyncIterator[Browser]:
    async with chromium.launched() as running:
        yield running


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """The real platform with its demo people, as `jobvej demo` starts it.

    JOBVEJ_TEST_PLATFORM names the data directory of one that runs already, which saves the start while writing tests.
    """
    if given := os.environ.get("JOBVEJ_TEST_PLATFORM"):
        yield addresses.of_last_start(Place(Path(given)))
        return
    with stage.running(tmp_path_factory.mktemp("platform") / "data") as at:
        yield at
