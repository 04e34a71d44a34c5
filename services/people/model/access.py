"""Who may know of whom, and what a look at a person is called in the log the person can read."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Kind, Refused


class Look(StrEnum):
    """What kind of look at a person (or change of one) it was."""

    LOGIN = "login"
    RECORD = "record"
    CONTACT = "contact"
    NAME = "name"
    SEARCH = "search"
    ACCESS_LOG = "access_log"
    REGISTRATION = "registration"
    CHANGE = "change"


LOOK_LABELS = {
    Look.LOGIN: "Login",
    Look.RECORD: "Stamoplysninger",
    Look.CONTACT: "Kontaktoplysninger",
    Look.NAME: "Navn",
    Look.SEARCH: "Fundet ved søgning",
    Look.ACCESS_LOG: "Log over opslag",
    Look.REGISTRATION: "Tilmelding",
    Look.CHANGE: "Ændring af oplysninger",
}
ROLE_LABELS = {
    "citizen": "Dig selv",
    "frontdesk": "Medarbejder i receptionen",
    "caseworker": "Sagsbehandler",
    "business_consultant": "Virksomhedskonsulent",
    "team_leader": "Teamleder",
    "operations": "Driftsmedarbejder",
    "service": "Systemet",
}
# Name and address protection (CPR-loven § 28): only those who handle the case, the person, and the machinery that
# must reach the person may know that a protected citizen is here at all. For all others: not found (design § 4).
KNOWS_PROTECTED = frozenset({"citizen", "caseworker", "team_leader", "service"})
_LONG_NUMBER = re.compile(r"[0-9][0-9 -]{4,}[0-9]")
_MIN_PURPOSE, _MAX_PURPOSE = 2, 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the access log: who (role, person, through which service), why, when, and what kind of look."""

    entry_id: UUID
    citizen_id: UUID
    at: datetime
    look: Look
    purpose: str
    role: str
    actor_id: UUID | None
    service: str


class PurposeMissing(Refused):
    """Nobody looks at a person without saying why."""

    slug = "purpose-missing"
    kind = Kind.INVALID
    message = "Skriv, hvorfor du slår personen op."


class CitizenNotFound(Refused):
    """There is no such citizen, or the one who asks may not know that there is: the two look the same."""

    slug = "citizen-not-found"
    kind = Kind.NOT_FOUND
    message = "Borgeren findes ikke."


def purpose(text: str) -> str:
    """Return the reason for a look, fit for the log. Raises PurposeMissing.

    A number as long as a birth date is refused: the reason must not itself carry a CPR number.
    """
    tidy = " ".join(text.split())
    if not _MIN_PURPOSE <= len(tidy) <= _MAX_PURPOSE or not any(c.isalpha() for c in tidy):
        raise PurposeMissing
    if _LONG_NUMBER.search(tidy):
        raise PurposeMissing("Begrundelsen må ikke indeholde et CPR-nummer eller andre lange numre.")
    return tidy


def may_know(role: str, *, protected: bool) -> bool:
    """Say whether this role may know that the citizen exists."""
    return not protected or role in KNOWS_PROTECTED
