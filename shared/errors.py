"""Refusals: the one way a rule says no. Their kinds become HTTP statuses in one place, `shared/http.py`."""

from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """What sort of no it is; `shared/http.py` maps each to a status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    GONE = "gone"
    UNAVAILABLE = "unavailable"


class Refused(Exception):
    """Something asked for that the rules do not allow.

    Subclasses live in a service's `model.py`, are named after the reason (`SlotTaken`), and set `slug`, `kind` and
    a Danish `message` that the person who asked may read. `details` become further members of the problem document.
    """

    slug: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    message: str = "Det kan ikke lade sig gøre."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        if message is not None:
            self.message = message
        self.details: dict[str, Any] = details
        super().__init__(f"{self.slug}: {self.message}")


class NotFound(Refused):
    """What was asked for does not exist, or the one who asks may not know that it does."""

    slug = "not-found"
    kind = Kind.NOT_FOUND
    message = "Det, du leder efter, findes ikke."


class Forbidden(Refused):
    """The caller is known, but this is not theirs to do or see."""

    slug = "forbidden"
    kind = Kind.FORBIDDEN
    message = "Du har ikke adgang til dette."


class Unauthenticated(Refused):
    """No valid token came with the request."""

    slug = "unauthenticated"
    kind = Kind.UNAUTHENTICATED
    message = "Du er ikke logget ind."


class Invalid(Refused):
    """The request could be read, but a value in it cannot be right; `errors` says which and why."""

    slug = "invalid"
    kind = Kind.INVALID
    message = "Noget i det, du sendte, er forkert."
