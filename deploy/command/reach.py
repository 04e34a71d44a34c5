"""How the commands reach the running platform: its record on disk, its health pages, its operations routes."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

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
T = TypeVar("T")
R = TypeVar("R")


class NotReached(RuntimeError):
    """A service did not answer, or refused; the message says which and why."""


class Reach:
    """One running platform, seen by its operator. Its questions may be asked from several threads."""

    def __init__(self, place: Place, at: Addresses, issuer: TokenIssuer) -> None:
        self.place, self.addresses, self._issuer = place, at, issuer
        self._client = httpx2.Client(timeout=SECONDS)

    def processes(self) -> list[dict[str, Any]]:
        """What the launcher wrote down about each process."""
        return list(read_json(self.place.processes_file).get("processes", []))

    def page(self, address: str, path: str) -> tuple[int, str]:
        """Status and text of a health page; 0 when nobody answers."""
        try:
            answer = self._client.get(f"{address}{path}")
        except httpx2.HTTPError as error:
            return 0, type(error).__name__
        return answer.status_code, answer.text

    def look(self, service: str, path: str) -> Any:
        """Look something up in a service, as a caseworker may. Raises NotReached."""
        return self.ops(service, "GET", path, role="caseworker")

    def ops(
        self, service: str, method: str, path: str, body: dict[str, Any] | None = None, role: str = "operations"
    ) -> Any:
        """Ask a route of a service as operator. Raises NotReached."""
        token = self._issuer.token(audience=service, role=role, purpose="drift")
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.addresses.url(f'{service}-api')}{path}"
        try:
            answer = self._client.request(method, url, headers=headers, json=body)
        except httpx2.HTTPError as error:
            raise NotReached(f"{service} does not answer ({type(error).__name__})") from error
        if answer.status_code >= 400:
            raise NotReached(f"{service}: {_detail(answer)}")
        return answer.json()

    def ops_everywhere(self, path: str) -> dict[str, Any]:
        """The answer of every service; the sentence of NotReached where there is none."""

        def ask(service: str) -> Any:
            try:
                return self.ops(service, "GET", path)
            except NotReached as error:
                return str(error)

        return dict(zip(SERVICES, at_once(ask, SERVICES), strict=True))


def at_once(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Do the work for all items side by side; the results are in their order."""
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(work, items))


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
