"""A citizen: registration, contact data, Digital Post and name and address protection, and what may change them."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.people.model import access
from shared.errors import Kind, Refused


class DigitalPost(StrEnum):
    """Whether legal letters reach the citizen digitally; the municipality may exempt (lov om Digital Post § 5)."""

    REGISTERED = "registered"
    EXEMPT = "exempt"
    UNKNOWN = "unknown"


class CitizenKnown(Refused):
    """The CPR number belongs to a citizen who is registered already."""

    slug = "citizen-known"
    message = "Borgeren er allerede tilmeldt."


class NotRegistered(Refused):
    """The citizen is deregistered; what was asked for needs a registered citizen."""

    slug = "not-registered"
    message = "Borgeren er afmeldt."


class CprTaken(Refused):
    """The CPR number belongs to another citizen."""

    slug = "cpr-taken"
    message = "CPR-nummeret hører til en anden borger."


class ChangedMeanwhile(Refused):
    """Somebody else changed the citizen after the page was read."""

    slug = "changed-meanwhile"
    message = "Oplysningerne er ændret af en anden i mellemtiden. Se dem igen, før du gemmer."


class DateInvalid(Refused):
    """A date lies where it cannot lie."""

    slug = "date-invalid"
    kind = Kind.INVALID
    message = "Datoen er ikke gyldig."


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person in the municipality's employment work. `version` counts the changes; CPR is kept apart."""

    citizen_id: UUID
    registered_on: date
    contact_group: str
    language: str
    name: str
    email: str | None = None
    mobile: str | None = None
    digital_post: DigitalPost = DigitalPost.UNKNOWN
    protected_until: date | None = None
    deregistered_on: date | None = None
    version: int = 1

    @property
    def is_registered(self) -> bool:
        return self.deregistered_on is None

    def is_protected(self, today: date) -> bool:
        """Name and address protection ends by itself unless renewed (CPR-loven § 28)."""
        return self.protected_until is not None and today < self.protected_until


def seen_by(citizen: Citizen | None, role: str, today: date) -> Citizen:
    """Return the citizen if this role may know of them. Raises CitizenNotFound, the same for absent and hidden."""
    if citizen is None or not access.may_know(role, protected=citizen.is_protected(today)):
        raise access.CitizenNotFound
    return citizen


def changed(citizen: Citizen, expected_version: int | None = None, **fields: Any) -> Citizen:
    """Return the citizen with these fields and the next version; the same object when nothing differs.

    Raises ChangedMeanwhile when the version is not the expected one.
    """
    if expected_version is not None and expected_version != citizen.version:
        raise ChangedMeanwhile(version=citizen.version)
    new = replace(citizen, **fields)
    return citizen if new == citizen else replace(new, version=citizen.version + 1)


def registration_day(day: date, *, born: date, today: date) -> date:
    """Return a day a person can have registered on: after birth, not in the future. Raises DateInvalid."""
    if day > today:
        raise DateInvalid("Tilmeldingsdatoen ligger i fremtiden.", field="registered_on")
    if day <= born:
        raise DateInvalid("Tilmeldingsdatoen ligger før borgerens fødsel.", field="registered_on")
    return day


def registered_again(citizen: Citizen, day: date, **fields: Any) -> Citizen:
    """Return a deregistered citizen registered anew. Raises CitizenKnown, or DateInvalid before the deregistration."""
    if citizen.deregistered_on is None:
        raise CitizenKnown
    if day < citizen.deregistered_on:
        raise DateInvalid("Gentilmeldingen ligger før afmeldingen.", field="registered_on")
    return changed(citizen, registered_on=day, deregistered_on=None, **fields)


def deregistered(citizen: Citizen, day: date, *, today: date) -> Citizen:
    """Return the citizen deregistered on a day. Raises NotRegistered, or DateInvalid outside registration to today."""
    if not citizen.is_registered:
        raise NotRegistered
    if not citizen.registered_on <= day <= today:
        raise DateInvalid("Afmeldingen skal ligge mellem tilmeldingen og i dag.", field="deregistered_on")
    return changed(citizen, deregistered_on=day)


def protection_end(until: date | None, *, today: date, default_years: int) -> date:
    """Return the day the protection ends: the one given, or the rule's number of years ahead. Raises DateInvalid."""
    if until is None:
        return years_after(today, default_years)
    if until <= today:
        raise DateInvalid("Beskyttelsen skal slutte efter i dag.", field="until")
    return until


def years_after(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
