"""Rules of law and code lists as dated rows: what holds is asked as of a day. `valid_to` is the last day + 1."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from shared.errors import Kind, Refused


class Dated(Protocol):
    """Something that holds from a day until another (or for ever)."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """One number of the law or of the municipality's policy, with its source."""

    name: str
    value: int
    unit: str
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class ContactGroup:
    """A contact group: the governing category of a citizen (domain § 2.10)."""

    code: str
    target_group: str
    name_da: str
    name_en: str
    valid_from: date
    valid_to: date | None


class ContactGroupUnknown(Refused):
    """No such contact group is in force on the day."""

    slug = "contact-group-unknown"
    kind = Kind.INVALID
    message = "Kontaktgruppen findes ikke eller gælder ikke på datoen."


class RuleMissing(LookupError):
    """No row of this rule holds on the day: the code list is incomplete. For the operator."""


T = TypeVar("T", bound=Dated)


def in_force(rows: Iterable[T], on: date) -> list[T]:
    """Return the rows that hold on a day."""
    return [row for row in rows if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)]


def value_of(rules: Iterable[Rule], name: str, on: date) -> int:
    """Return the value of a rule on a day. Raises RuleMissing."""
    for rule in in_force(rules, on):
        if rule.name == name:
            return rule.value
    raise RuleMissing(f"no value of the rule {name} holds on {on}")


def contact_group(groups: Iterable[ContactGroup], code: str, on: date) -> ContactGroup:
    """Return the contact group with this code on a day. Raises ContactGroupUnknown."""
    wanted = code.strip()
    for group in in_force(groups, on):
        if group.code == wanted:
            return group
    raise ContactGroupUnknown(field="contact_group")


def months_before(day: date, months: int) -> date:
    """Return the first day of the month that lies some months back: whole months are kept."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
