"""Looks at a person. Each one is written in the access log in the same transaction: no purpose, no look."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.people.model import access, citizen, contact
from services.people.model.access import Entry, Look
from services.people.model.citizen import Citizen
from services.people.model.cpr import masked
from services.people.model.rules import ContactGroup, in_force
from services.people.model.vault import Vault
from services.people.store import access_log, citizens, rules
from shared.clock import Clock, local_date
from shared.database import Session
from shared.identity import Caller

MAX_FOUND = 25


@dataclass(frozen=True, slots=True)
class Record:
    """A citizen as shown on a page: the CPR number masked, the contact group with its words."""

    citizen: Citizen
    cpr: str
    group: ContactGroup | None
    protected: bool


async def find_by_cpr(session: Session, clock: Clock, vault: Vault, who: Caller, text: str) -> Citizen:
    """Return the citizen who has this CPR number (for login). Raises CprInvalid, CitizenNotFound, PurposeMissing."""
    why = access.purpose(who.purpose)
    owner = await citizens.owner_of(session, vault.digest(vault.read(text, local_date(clock.now()))))
    if owner is None:
        raise access.CitizenNotFound
    return await _seen(session, clock, who, why, owner, Look.LOGIN)


async def look_at_record(session: Session, clock: Clock, vault: Vault, who: Caller, citizen_id: UUID) -> Record:
    """Return a citizen's record. Raises CitizenNotFound, PurposeMissing, Forbidden (a citizen about another)."""
    who.must_be_about(citizen_id)
    found = await _seen(session, clock, who, access.purpose(who.purpose), citizen_id, Look.RECORD)
    return (await _records(session, clock, vault, [found]))[0]


async def look_at_contact(session: Session, clock: Clock, who: Caller, citizen_id: UUID) -> Citizen:
    """Return a citizen for the contact data. Raises CitizenNotFound, PurposeMissing, Forbidden."""
    who.must_be_about(citizen_id)
    return await _seen(session, clock, who, access.purpose(who.purpose), citizen_id, Look.CONTACT)


async def look_at_names(session: Session, clock: Clock, who: Caller, citizen_ids: Sequence[UUID]) -> list[Citizen]:
    """Return those of the citizens that this role may know of, in Danish order of names. Raises PurposeMissing."""
    why, today = access.purpose(who.purpose), local_date(clock.now())
    found = await citizens.find_many(session, list(dict.fromkeys(citizen_ids)))
    seen = [one for one in found if access.may_know(who.role, protected=one.is_protected(today))]
    await access_log.note(session, clock, who, why, Look.NAME, (one.citizen_id for one in seen))
    return sorted(seen, key=lambda one: contact.danish_order(one.name))


async def search(session: Session, clock: Clock, vault: Vault, who: Caller, text: str) -> list[Record]:
    """Return at most MAX_FOUND + 1 citizens by CPR number or by the beginnings of words of their name.

    The last one only says that there are more, and is not shown. Raises PurposeMissing; CprInvalid for digits that are
    no CPR number.
    """
    why, today = access.purpose(who.purpose), local_date(clock.now())
    may = access.may_know(who.role, protected=True)
    if any(letter.isdigit() for letter in text):
        owner = await citizens.owner_of(session, vault.digest(vault.read(text, today)))
        one = None if owner is None else await citizens.find(session, owner)
        found = [one] if one is not None and (may or not one.is_protected(today)) else []
    else:
        words, limit = contact.search_words(text), MAX_FOUND + 1
        found = await citizens.search_names(session, words, today=today, with_protected=may, limit=limit)
    found.sort(key=lambda one: contact.danish_order(one.name))
    await access_log.note(session, clock, who, why, Look.SEARCH, (one.citizen_id for one in found[:MAX_FOUND]))
    return await _records(session, clock, vault, found)


async def look_at_access_log(
    session: Session, clock: Clock, who: Caller, citizen_id: UUID, *, before: UUID | None, limit: int
) -> list[Entry]:
    """Return who looked at a citizen, newest first (GDPR art. 15; Datatilsynet 2024-32-0283). This is a look too.

    Raises CitizenNotFound, PurposeMissing, Forbidden.
    """
    who.must_be_about(citizen_id)
    await _seen(session, clock, who, access.purpose(who.purpose), citizen_id, Look.ACCESS_LOG)
    return await access_log.of_citizen(session, citizen_id, before=before, limit=limit)


async def _seen(session: Session, clock: Clock, who: Caller, why: str, citizen_id: UUID, look: Look) -> Citizen:
    found = citizen.seen_by(await citizens.find(session, citizen_id), who.role, local_date(clock.now()))
    await access_log.note(session, clock, who, why, look, [citizen_id])
    return found


async def _records(session: Session, clock: Clock, vault: Vault, found: Sequence[Citizen]) -> list[Record]:
    today = local_date(clock.now())
    boxes = await citizens.cpr_boxes(session, [one.citizen_id for one in found])
    groups = {group.code: group for group in in_force(await rules.contact_groups(session), today)}
    return [
        Record(
            one,
            masked(vault.open(one.citizen_id, boxes[one.citizen_id])),
            groups.get(one.contact_group),
            one.is_protected(today),
        )
        for one in found
    ]
