"""More tasks than fit on a page: all can be reached, from every service, and their number is said."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest

from services.gateway.clients import tasks as client
from tests.gateway.conftest import Login
from tests.gateway.desk import TEN, a_task
from tests.gateway.page import Walker
from tests.gateway.town import Town

pytestmark = pytest.mark.anyio


class Pages:
    """Two services, each with tasks of its own, answering page by page as the real ones do."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.of = {name: [self._task(name, number) for number in range(count)] for name, count in counts.items()}

    def _task(self, name: str, number: int) -> dict[str, Any]:
        task_id = UUID(int=(1 if name == "booking" else 2) << 64 | number)
        # Every other pair of tasks is due at one moment, across the services too.
        due = TEN + timedelta(hours=number // 2)
        return a_task(task_id=str(task_id), due_at=due.isoformat(), citizen_id=None, reason=f"{name}-{number}.")

    async def get(self, name: str, _path: str, _into: Any, *, after: str | None, limit: int, done: Any) -> Any:
        rows = [row for row in self.of[name] if after is None or self._place(row) > after]
        following = self._place(rows[limit - 1]) if len(rows) > limit else None
        told = msgspec.convert(rows[:limit], list[client._Told], strict=False)
        return client._Page(told, len(self.of[name]), following)

    @staticmethod
    def _place(row: dict[str, Any]) -> str:
        return f"{row['due_at'].replace('+00:00', 'Z')}_{row['task_id']}"


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 3)


async def test_the_union_reaches_every_task_of_every_service_once_in_order() -> None:
    town: Any = Pages({"booking": 7, "notifications": 4})
    seen, after, turns = list[str](), None, 0
    while turns == 0 or after is not None:
        found = await client.all_tasks(town, after=after)
        assert found.total == 11
        assert len(found.tasks) <= 3
        seen, after, turns = [*seen, *(task.reason for task in found.tasks)], found.next, turns + 1
    assert len(seen) == len(set(seen)) == 11
    assert turns == 4


async def test_a_page_says_how_many_there_are_in_all_and_leads_to_the_next(
    browser: httpx2.AsyncClient, town: Town, log_in: Login
) -> None:
    of = Pages({"booking": 5, "notifications": 0}).of["booking"]
    town.answers["GET /tasks"] = (200, {"tasks": of[:3], "total": 5, "next": "2026-11-24T10:00:00Z_x"})
    await log_in("caseworker")
    walker = Walker(browser)
    page = await walker.open("/opgaver")
    assert "Der er 10 opgaver i alt." in page.text
    town.answers["GET /tasks"] = (200, {"tasks": of[4:], "total": 5, "next": None})
    rest = await walker.click(page, "Vis de næste opgaver")
    assert "booking-4." in rest.text
    assert "Vis de næste opgaver" not in rest.text


async def test_a_list_that_fits_on_its_page_counts_only_what_it_shows(
    browser: httpx2.AsyncClient, town: Town, log_in: Login
) -> None:
    town.answers["GET /tasks"] = (200, {"tasks": [a_task(citizen_id=None)], "total": 1, "next": None})
    await log_in("caseworker")
    assert "i alt" not in (await Walker(browser).open("/opgaver")).text
