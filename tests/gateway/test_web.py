"""The gate, the headers and the forms: what holds for every page."""

import httpx2
import pytest

pytestmark = pytest.mark.anyio


async def test_the_front_page_is_open_to_everybody(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get("/")
    assert answer.status_code == 200
    assert "Velkommen til Jobvej" in answer.text
    assert "70 10 20 30" in answer.text
