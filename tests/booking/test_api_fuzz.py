"""Anything may be asked of booking, in any form: it answers, and never with a fault of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.core.result import Ok

from deploy.embedded import ports
from deploy.embedded.engines import run_apart
from services.booking.settings import Settings
from shared.clock import FixedClock
from shared.database import Database
from shared.identity import TokenIssuer
from tests.booking.conftest import KEYS, settle
from tests.booking.given import adviser_id, citizen_id

EXAMPLES = int(os.environ.get("JOBVEJ_TEST_EXAMPLES", "10"))
bounded = hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
IDS = {"citizen_id": str(citizen_id(1)), "adviser_id": str(adviser_id(1))}


@pytest.fixture
def address(settings: Settings, tmp_path: Path) -> Iterator[str]:
    """The API as a process of its own, started from environment variables only."""
    run_apart(_town(settings.database_url))
    port = ports.any_free()
    given_ = settings.model_dump(mode="json") | {"port": port, "log_level": "DEBUG"}
    written = {f"JOBVEJ_{name.upper()}": _text(value) for name, value in given_.items()}
    output = tmp_path / "output.log"
    with output.open("wb") as file:
        command = [sys.executable, "-m", "services.booking", "api"]
        running = subprocess.Popen(command, env=os.environ | written, stdout=file, stderr=subprocess.STDOUT)
    try:
        _until_ready(f"http://127.0.0.1:{port}/readyz", running)
        yield f"http://127.0.0.1:{port}"
        assert "Traceback" not in output.read_text()
    finally:
        running.terminate()
        assert running.wait(10) in (0, -signal.SIGTERM)


async def _town(url: str) -> None:
    database = Database(url)
    await settle(database, FixedClock(datetime.now(UTC)), advisers=2, citizens=3)
    await database.close()


def _text(value: Any) -> str:
    import json

    return json.dumps(value) if isinstance(value, dict) else str(value)


def _until_ready(url: str, running: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        assert running.poll() is None
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(url)


def headers_for(role: str) -> dict[str, str]:
    someone = citizen_id(1) if role == "citizen" else adviser_id(1)
    token = TokenIssuer(KEYS["gateway"], "gateway").token(
        audience="booking", role=role, purpose="afprøvning", actor_id=someone, citizen_id=citizen_id(1), seconds=600
    )
    return {"Authorization": f"Bearer {token}"}


class Fuzzer:
    """Asks whatever comes; every other request is about somebody who exists, so that more than 404 is tried."""

    def __init__(self) -> None:
        self._asked, self.answered = 0, set[int]()

    def ask_all(self, operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> None:
        @bounded
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case[Any]) -> None:
            self.ask(case)

        ask()

    def ask(self, case: schemathesis.Case[Any]) -> None:
        self._asked += 1
        if self._asked % 2:
            case.path_parameters.update({name: IDS[name] for name in case.path_parameters if name in IDS})
            if isinstance(case.body, dict):
                case.body.update({name: IDS[name] for name in case.body if name in IDS})
        role = "operations" if case.path.startswith("/ops") else ("citizen", "team_leader")[self._asked // 2 % 2]
        answer = case.call(headers=headers_for(role), timeout=10)
        self.answered.add(answer.status_code)
        assert answer.status_code < 500, f"{role} {case.method} {case.path}: {answer.content[:500]!r}"
        assert answer.status_code != 401


def test_no_request_is_answered_with_a_server_error(address: str) -> None:
    fuzzer = Fuzzer()
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    for operation in [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]:
        fuzzer.ask_all(operation)
    assert {200, 404, 422} <= fuzzer.answered
