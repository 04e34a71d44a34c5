"""Staff: who works here, in which team, in which roles. A person leaves by becoming inactive, never by deletion."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.errors import Kind, Refused

STAFF_ROLES = frozenset({"frontdesk", "caseworker", "business_consultant", "team_leader", "operations"})
_LOGIN = re.compile(r"[a-z0-9æøå][a-z0-9æøå._@+-]{1,99}")


class StaffNotFound(Refused):
    """No member of staff with this id or login works here now."""

    slug = "staff-not-found"
    kind = Kind.NOT_FOUND
    message = "Medarbejderen findes ikke."


class TeamNotFound(Refused):
    """There is no such team."""

    slug = "team-not-found"
    kind = Kind.NOT_FOUND
    message = "Teamet findes ikke."


class TeamKnown(Refused):
    """A team with this name exists."""

    slug = "team-known"
    message = "Der findes allerede et team med det navn."


class LoginTaken(Refused):
    """The login belongs to another member of staff."""

    slug = "login-taken"
    message = "Brugernavnet hører til en anden medarbejder."


class StaffInvalid(Refused):
    """A value about a member of staff cannot be right; `field` says which."""

    slug = "staff-invalid"
    kind = Kind.INVALID
    message = "Oplysningen om medarbejderen er ikke gyldig."


@dataclass(frozen=True, slots=True)
class Team:
    """Some people who work together."""

    team_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff; `login` is what the municipality's identity provider calls the person."""

    staff_id: UUID
    login: str
    name: str
    team_id: UUID
    roles: tuple[str, ...]
    active: bool = True
    version: int = 1


def login(text: str) -> str:
    """Return a login in the one form it is kept and found in. Raises StaffInvalid."""
    tidy = text.strip().lower()
    if not _LOGIN.fullmatch(tidy):
        raise StaffInvalid("Brugernavnet er ikke gyldigt.", field="login")
    return tidy


def roles(given: Iterable[str]) -> tuple[str, ...]:
    """Return roles, each once and sorted. Raises StaffInvalid for none or an unknown one."""
    tidy = tuple(sorted(set(given)))
    if not tidy or not STAFF_ROLES.issuperset(tidy):
        raise StaffInvalid("Vælg mindst én rolle blandt dem, der findes.", field="roles")
    return tidy


def team_name(text: str) -> str:
    """Return a team's name with single spaces. Raises StaffInvalid."""
    tidy = " ".join(text.split())
    if not 2 <= len(tidy) <= 80 or not tidy.isprintable():
        raise StaffInvalid("Teamets navn skal være på 2 til 80 tegn.", field="name")
    return tidy
