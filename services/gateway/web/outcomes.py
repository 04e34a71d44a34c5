"""How a call to a service can end when it does not end with an answer."""

from typing import Any


class ServiceDown(Exception):
    """A service did not answer, or answered with a fault of its own."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(service)


class Problem(Exception):
    """A service refused: `slug` names the reason, `detail` is its Danish sentence, `members` is what it added."""

    def __init__(self, status: int, slug: str, detail: str, members: dict[str, Any]) -> None:
        self.status, self.slug, self.detail, self.members = status, slug, detail, members
        super().__init__(f"{status} {slug}")
