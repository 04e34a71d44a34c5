"""The forms in which people answers about citizens: no more than each route needs."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.people.model.access import LOOK_LABELS, ROLE_LABELS, Entry
from services.people.model.citizen import Citizen, DigitalPost
from services.people.model.registration import Problem
from services.people.use_cases.look_at_citizen import Record


class Known(BaseModel):
    """Who logged in."""

    citizen_id: UUID
    name: str
    language: str
    registered: bool


class Group(BaseModel):
    """A contact group in force."""

    code: str
    target_group: str
    name_da: str
    name_en: str


class CitizenRecord(BaseModel):
    """The record. `cpr` is masked. Contact data is a look of its own."""

    citizen_id: UUID
    name: str
    cpr: str
    language: str
    contact_group: str
    contact_group_da: str | None
    contact_group_en: str | None
    registered_on: date
    deregistered_on: date | None
    digital_post: DigitalPost
    address_protected: bool
    protected_until: date | None
    version: int


class Contact(BaseModel):
    """How to reach a citizen. `digital_post`: legal letters go digitally."""

    citizen_id: UUID
    name: str
    email: str | None
    mobile: str | None
    language: str
    digital_post: bool
    registered: bool
    version: int


class Named(BaseModel):
    """A citizen's name for a list."""

    citizen_id: UUID
    name: str


class Found(BaseModel):
    """One hit of a search: the masked number tells people of the same name apart."""

    citizen_id: UUID
    name: str
    cpr: str
    contact_group: str
    registered: bool


class Findings(BaseModel):
    """The hits; `more` says that the search must be narrowed."""

    citizens: list[Found]
    more: bool


class LogEntry(BaseModel):
    """A look at the citizen. `actor_id` is told to the team leader who checks, not to the citizen (domain § 5.4)."""

    entry_id: UUID
    at: datetime
    look: str
    look_da: str
    purpose: str
    role: str
    role_da: str
    actor_id: UUID | None


class Warned(BaseModel):
    """Something worth a second look; it stopped nothing."""

    field: str
    why: str


def record(found: Record) -> CitizenRecord:
    """Return the record's answer."""
    one, group = found.citizen, found.group
    return CitizenRecord(
        citizen_id=one.citizen_id,
        name=one.name,
        cpr=found.cpr,
        language=one.language,
        contact_group=one.contact_group,
        contact_group_da=group and group.name_da,
        contact_group_en=group and group.name_en,
        registered_on=one.registered_on,
        deregistered_on=one.deregistered_on,
        digital_post=one.digital_post,
        address_protected=found.protected,
        protected_until=one.protected_until if found.protected else None,
        version=one.version,
    )


def contact(one: Citizen) -> Contact:
    """Return the contact data's answer."""
    return Contact(
        citizen_id=one.citizen_id,
        name=one.name,
        email=one.email,
        mobile=one.mobile,
        language=one.language,
        digital_post=one.digital_post is DigitalPost.REGISTERED,
        registered=one.is_registered,
        version=one.version,
    )


def findings(found: list[Record], limit: int) -> Findings:
    """Return the first hits of a search."""
    return Findings(
        citizens=[
            Found(
                citizen_id=hit.citizen.citizen_id,
                name=hit.citizen.name,
                cpr=hit.cpr,
                contact_group=hit.citizen.contact_group,
                registered=hit.citizen.is_registered,
            )
            for hit in found[:limit]
        ],
        more=len(found) > limit,
    )


def log_entry(entry: Entry, *, with_actor: bool) -> LogEntry:
    """Return an entry of the access log in words."""
    return LogEntry(
        entry_id=entry.entry_id,
        at=entry.at,
        look=entry.look,
        look_da=LOOK_LABELS[entry.look],
        purpose=entry.purpose,
        role=entry.role,
        role_da=ROLE_LABELS[entry.role],
        actor_id=entry.actor_id if with_actor else None,
    )


def warnings(problems: list[Problem]) -> list[dict[str, str]]:
    """Return warnings as plain values, for an answer that is remembered."""
    return [Warned(field=problem.field, why=problem.message).model_dump() for problem in problems]
