"""`jobvej status` begins with one sentence, and the sentence names whatever waits."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from deploy.command.status import _message_worries, _process_table, _sentence


def _well(seen_ago: timedelta = timedelta(0), **but: Any) -> dict[str, Any]:
    """What a service tells of itself when all is well, but for what is named; it looked at its lag `seen_ago`."""
    well: dict[str, Any] = {
        "lag": 3,
        "partitions_waiting": 0,
        "lag_seen_at": (datetime.now(UTC) - seen_ago).isoformat(),
        "outbox_pending": 1,
        "outbox_oldest_seconds": 0.4,
        "dead_letters": 0,
        "parked": 0,
        "timers_overdue": 2,
    }
    return well | but


def test_nothing_to_worry_about_is_said_so() -> None:
    assert _message_worries({"booking": _well()}) == []
    assert _sentence([], [], True).startswith("All is well")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"dead_letters": 2}, "booking has 2 dead letters"),
        ({"parked": 4}, "booking keeps 4 events waiting"),
        ({"outbox_oldest_seconds": 61.0}, "booking has had events to send for 61 s"),
        ({"lag": 5000}, "booking has 5000 events to read"),
        ({"partitions_waiting": 1}, "booking waits with 1 partitions"),
        ({"timers_overdue": 500}, "booking has 500 timers"),
        ({"seen_ago": timedelta(minutes=5)}, "booking has not said for 5 min"),
    ],
)
def test_what_waits_is_named(told: dict[str, Any], words: str) -> None:
    (worry,) = _message_worries({"booking": _well(**told)})
    assert worry.startswith(words)
    assert words in _sentence([], [worry], True)


def test_a_service_that_does_not_answer_is_a_worry_of_its_own() -> None:
    assert _message_worries({"people": "people does not answer (ConnectError)", "booking": _well()}) == [
        "people does not answer (ConnectError)"
    ]


@pytest.mark.parametrize(("width", "figures"), [(80, False), (120, True)])
def test_names_and_addresses_are_whole_in_any_window(width: int, figures: bool) -> None:
    process = {
        "name": "notifications-worker",
        "state": "running",
        "ready": True,
        "since": datetime.now(UTC).isoformat(),
    }
    process |= {"restarts": 0, "memory_mb": 57, "requests": 103, "failed": 0, "address": "http://127.0.0.1:8122"}
    page = Console(width=width, file=StringIO())
    page.print(_process_table([process], width))
    assert isinstance(page.file, StringIO)
    text = page.file.getvalue()
    assert ("notifications-worker" in text, "http://127.0.0.1:8122" in text, "requests" in text) == (
        True,
        True,
        figures,
    )
