"""Anything may be asked of people, in any form: it answers, and never with a fault of its own."""

import os
from typing import Any

import httpx2
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from shared.identity import TokenIssuer
from tests.people.conftest import KEYS, STAFF_ID, Process
from tests.people.given import registration
from tests.people.test_api_roles import MAY

EXAMPLES = int(os.environ.get("JOBVEJ_TEST_EXAMPLES", "10"))
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def headers_for(role: str) -> dict[str, str]:
    token = TokenIssuer(KEYS["gateway"], "gateway").token(
        audience="people", role=role, purpose="afprøvning", actor_id=STAFF_ID, citizen_id=STAFF_ID, seconds=600
    )
    return {"Authorization": f"Bearer {token}"}


def known_ids(url: str) -> dict[str, str]:
    """Make one of everything; return the ids by the names of the path's parameters."""
    with httpx2.Client(base_url=url) as client:
        leader = headers_for("team_leader")
        citizen = client.post("/citizens", json=registration(), headers=leader).json()
        team = client.post("/teams", json={"name": "Team Nord"}, headers=leader).json()
        new = {"login": "mette", "name": "Mette Krogh", "team_id": team["team_id"], "roles": ["caseworker"]}
        member = client.post("/staff", json=new, headers=leader).json()
        file = {"file": ("x.csv", b"cpr;navn;gruppe\n6201811005;Bo Krag;2\n", "text/csv")}
        imported = client.post("/imports", files=file, headers=leader).json()
    return {one: found[one] for one, found in _ids(citizen, member, imported)}


class Fuzzer:
    """Asks whatever comes; every other request is about somebody who exists, so that more than 404 is tried."""

    def __init__(self, ids: dict[str, str]) -> None:
        self._ids, self._asked, self.answered = ids, 0, set[int]()

    def ask_all(self, operation: schemathesis.APIOperation[Any, Any, Any, Any], role: str) -> None:
        @bounded
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case[Any]) -> None:
            self.ask(role, case)

        ask()

    def ask(self, role: str, case: schemathesis.Case[Any]) -> None:
        self._asked += 1
        if self._asked % 2:
            case.path_parameters.update({name: self._ids[name] for name in case.path_parameters if name in self._ids})
        answer = case.call(headers=headers_for(role), timeout=10)
        self.answered.add(answer.status_code)
        assert answer.status_code < 500, f"{role} {case.method} {case.path}: {answer.content[:500]!r}"
        assert answer.status_code != 401


def test_no_request_is_answered_with_a_server_error(process: Process) -> None:
    fuzzer = Fuzzer(known_ids(process.url))
    schema = schemathesis.openapi.from_url(f"{process.url}/openapi.json")
    for operation in [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]:
        role = sorted(MAY.get(f"{operation.method.upper()} {operation.path}", {"operations"}))[-1]
        fuzzer.ask_all(operation, role)
    assert {200, 404, 409, 422} <= fuzzer.answered
    assert "Traceback" not in process.output()


def _ids(citizen: Any, member: Any, imported: Any) -> list[tuple[str, Any]]:
    return [("citizen_id", citizen), ("staff_id", member), ("import_id", imported)]
