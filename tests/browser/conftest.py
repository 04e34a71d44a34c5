"""Fixtures of the browser tests: one browser for the whole run."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser import chromium


@pytest.fixture(scope="session")
async def browser(anyio_backend: object) -> AsyncIterator[Browser]:
    async with chromium.launched() as running:
        yield running
