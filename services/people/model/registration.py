"""What it takes to register a citizen. One check for the form and for the import file: it finds every fault at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from services.people.model import citizen, contact, rules
from services.people.model.citizen import Citizen, DateInvalid, DigitalPost
from services.people.model.cpr import Cpr
from services.people.model.rules import ContactGroup, Rule
from shared.errors import Kind, Refused

FIELDS = (
    "cpr",
    "name",
    "contact_group",
    "registered_on",
    "language",
    "email",
    "mobile",
    "digital_post",
    "protected_until",
)
REQUIRED = ("cpr", "name", "contact_group")
PROTECTION_RULE = "address_protection.default_years"
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
_DANISH = re.compile(r"(?P<d>\d{1,2})[-./](?P<m>\d{1,2})[-./](?P<y>\d{4})")
_DIGITAL_POST = {
    "": DigitalPost.UNKNOWN,
    "ja": DigitalPost.REGISTERED,
    "tilmeldt": DigitalPost.REGISTERED,
    "nej": DigitalPost.EXEMPT,
    "fritaget": DigitalPost.EXEMPT,
    "undtaget": DigitalPost.EXEMPT,
    "ukendt": DigitalPost.UNKNOWN,
    **{status.value: status for status in DigitalPost},
}
T = TypeVar("T")


class RegistrationInvalid(Refused):
    """One or more fields cannot be right; `errors` lists all of them."""

    slug = "registration-invalid"
    kind = Kind.INVALID
    message = "Nogle oplysninger mangler eller er forkerte."


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong (or worth a second look) in one field. Never repeats the value."""

    field: str
    message: str
    warning: bool = False


# Since 2007 numbers are issued that fail modulus 11, so this never refuses (domain § 5.1).
CHECK_DIGIT = Problem("cpr", "Kontrolcifferet passer ikke. Tjek nummeret; det kan godt være rigtigt.", warning=True)


@dataclass(frozen=True, slots=True)
class NewCitizen:
    """A checked registration."""

    cpr: Cpr
    name: str
    contact_group: str
    registered_on: date
    language: str
    email: str | None
    mobile: str | None
    digital_post: DigitalPost
    protected_until: date | None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a registration is checked against on a day."""

    today: date
    read_cpr: Callable[[str, date], Cpr]
    groups: Sequence[ContactGroup]
    rules: Sequence[Rule]


def check(fields: Mapping[str, str], basis: Basis) -> tuple[NewCitizen | None, list[Problem]]:
    """Check the fields of a registration; return the citizen unless a problem is more than a warning.

    An empty field counts as absent. Fields: see FIELDS; dates as 2026-11-24 or 24-11-2026.
    """
    problems: list[Problem] = []
    given = {name: fields.get(name, "").strip() for name in FIELDS}

    def attempt(field: str, read: Callable[[str], T], otherwise: T) -> T:
        if not given[field]:
            if field in REQUIRED:
                problems.append(Problem(field, "Feltet skal udfyldes."))
            return otherwise
        try:
            return read(given[field])
        except Refused as refused:
            problems.append(Problem(field, refused.message))
            return otherwise

    today = basis.today
    number = attempt("cpr", lambda text: basis.read_cpr(text, today), None)
    born = date.min if number is None else number.birth_date
    name = attempt("name", contact.name, "")
    group = attempt("contact_group", lambda text: rules.contact_group(basis.groups, text, today).code, "")
    registered_on = attempt(
        "registered_on", lambda text: citizen.registration_day(day(text), born=born, today=today), today
    )
    language = attempt("language", contact.language, "da")
    email = attempt("email", contact.email, None)
    mobile = attempt("mobile", contact.mobile, None)
    post = attempt("digital_post", digital_post, DigitalPost.UNKNOWN)
    protected_until = attempt("protected_until", lambda text: _protection(text, basis), None)
    if number is None or problems:
        return None, problems
    if not number.check_digit_ok:
        problems.append(CHECK_DIGIT)
    return (
        NewCitizen(number, name, group, registered_on, language, email, mobile, post, protected_until),
        problems,
    )


def checked(fields: Mapping[str, str], basis: Basis) -> tuple[NewCitizen, list[Problem]]:
    """Check a registration and return it with its warnings. Raises RegistrationInvalid with every error."""
    new, problems = check(fields, basis)
    if new is None:
        raise RegistrationInvalid(errors=[{"field": p.field, "why": p.message} for p in problems])
    return new, problems


def returned(known: Citizen, new: NewCitizen) -> Citizen:
    """Return a deregistered citizen registered anew; what was not told this time stays as it was.

    Raises CitizenKnown when not deregistered, DateInvalid when the new registration begins before the old one ended.
    """
    return citizen.registered_again(
        known,
        new.registered_on,
        name=new.name,
        contact_group=new.contact_group,
        language=new.language,
        email=new.email or known.email,
        mobile=new.mobile or known.mobile,
        digital_post=known.digital_post if new.digital_post is DigitalPost.UNKNOWN else new.digital_post,
        protected_until=new.protected_until or known.protected_until,
    )


def day(text: str) -> date:
    """Read a date written the ISO or the Danish way. Raises DateInvalid."""
    found = _ISO.fullmatch(text) or _DANISH.fullmatch(text)
    try:
        return date(*(int(found[part]) for part in "ymd")) if found else _no_date()
    except ValueError:
        return _no_date()


def digital_post(text: str) -> DigitalPost:
    """Read a Digital Post status, in Danish or by its code. Raises ContactInvalid."""
    status = _DIGITAL_POST.get(text.strip().lower())
    if status is None:
        raise contact.ContactInvalid("Digital Post skal være ja, nej eller ukendt.", field="digital_post")
    return status


def _protection(text: str, basis: Basis) -> date | None:
    """Read an address protection: no, yes (then as long as the rule says), or the day it ends."""
    word = text.lower()
    if word == "nej":
        return None
    years = rules.value_of(basis.rules, PROTECTION_RULE, basis.today)
    until = None if word == "ja" else day(text)
    return citizen.protection_end(until, today=basis.today, default_years=years)


def _no_date() -> date:
    raise DateInvalid("Datoen findes ikke. Skriv den som 24-11-2026 eller 2026-11-24.")
