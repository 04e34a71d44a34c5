"""How the commands reach the running platform: its record on disk, its health pages, its operations routes."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx2
import typer
from rich.console import Console

from deploy.embedded import addresses, demo_keys
from deploy.embedded.addresses import Addresses
from deploy.embedded.blueprint import SERVICES
from deploy.embedded.place import Place, read_json
from shared.identity import TokenIssuer

console = Console(soft_wrap=True, highlight=False)
SECONDS = 5.0


class NotReached(RuntimeError):
    """A service did not answer, or refused; the message says which and why."""


@dataclass(frozen=True)
class Reach:
    """One running platform, seen by its operator."""

    place: Place
    addresses: Addresses
    issuer: TokenIssuer

    def processes(self) -> list[dict[str, Any]]:
        """What the launcher wrote down about each process."""
        return list(read_json(self.place.processes_file).get("processes", []))

    async def page(self, address: str, path: str) -> tuple[int, str]:
        """Status and text of a health page; 0 when nobody answers."""
        try:
            async with httpx2.AsyncClient(timeout=SECONDS) as client:
                answer = await client.get(f"{address}{path}")
        except httpx2.HTTPError as error:
            return 0, type(error).__name__
        return answer.status_code, answer.text

    async def ask(self, service: str, path: str) -> Any:
        """Look something up in a service, as a caseworker may. Raises NotReached."""
        return await self.ops(service, "GET", path, role="caseworker")

    async def ops(
        self, service: str, method: str, path: str, body: dict[str, Any] | None = None, role: str = "operations"
    ) -> Any:
        """Ask a route of a service as operator. Raises NotReached."""
        token = self.issuer.token(audience=service, role=role, purpose="drift")
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.addresses.url(f'{service}-api')}{path}"
        try:
            async with httpx2.AsyncClient(timeout=SECONDS) as client:
                answer = await client.request(method, url, headers=headers, json=body)
        except httpx2.HTTPError as error:
            raise NotReached(f"{service} does not answer ({type(error).__name__})") from error
        if answer.status_code >= 400:
            raise NotReached(f"{service}: {_detail(answer)}")
        return answer.json()

    async def ops_everywhere(self, path: str) -> dict[str, Any]:
        """The answer of every service; the sentence of NotReached where there is none."""
        answers = await asyncio.gather(
            *(self.ops(service, "GET", path) for service in SERVICES), return_exceptions=True
        )
        told: dict[str, Any] = {}
        for service, answer in zip(SERVICES, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, NotReached):
                raise answer
            told[service] = str(answer) if isinstance(answer, NotReached) else answer
        return told


def running() -> Reach:
    """The platform of this checkout; ends the command with a sentence when it does not run."""
    place = Place.of_checkout()
    if not place.is_held():
        console.print("Jobvej does not run here. Start it with `make demo`.")
        raise typer.Exit(1)
    keys = demo_keys.load(place)
    return Reach(place, addresses.of_last_start(place), TokenIssuer(keys.private("jobvej"), "jobvej"))


def _detail(answer: httpx2.Response) -> str:
    try:
        return str(answer.json().get("detail") or answer.status_code)
    except (ValueError, AttributeError):
        return f"answered {answer.status_code}"
