"""What the routes of people share: the vault, keyed commands, who may ask, and the forms of answers."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel, StringConstraints

from services.people.model.vault import Vault
from shared import idempotency
from shared.errors import Forbidden
from shared.http import Now, Tx
from shared.identity import Who

CASE_STAFF = ("caseworker", "team_leader")
MEETING_STAFF = ("frontdesk", *CASE_STAFF)
STAFF = ("frontdesk", "caseworker", "business_consultant", "team_leader", "operations")

# As shared.idempotency.Key, but people's commands may come without one: each of them is safe to repeat by itself.
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Text = Annotated[str, StringConstraints(max_length=300)]


def vault(request: Request) -> Vault:
    """Return the vault that `main.create_app` built."""
    found: Vault = request.app.state.vault
    return found


Vaulted = Annotated[Vault, Depends(vault)]


class Once:
    """Does a command once per Idempotency-Key, or simply when the header is absent."""

    def __init__(self, session: Tx, clock: Now, who: Who, vault: Vaulted, key: Key = None) -> None:
        self._session, self._clock, self._who, self._vault, self._key = session, clock, who, vault, key

    async def do(self, command: str, told: BaseModel | bytes | None, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do `work` and return its answer. The request is remembered by a keyed hash: it may hold a CPR number.

        Raises KeyReused.
        """
        if self._key is None:
            return await work()
        content = told.model_dump_json().encode() if isinstance(told, BaseModel) else told or b""
        request = self._vault.fingerprint(command.encode() + b" " + content)
        return await idempotency.once(self._session, self._clock, self._key, self._who, request, work)


Keyed = Annotated[Once, Depends(Once)]


def through(*services: str) -> Any:
    """Make the dependency that lets only these calling services through. Raises Forbidden for others."""

    def check(who: Who) -> None:
        if who.service not in services:
            raise Forbidden

    check.__dict__["allowed_services"] = services
    return Depends(check)
