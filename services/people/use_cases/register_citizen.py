"""Registering a citizen, once: the CPR number is claimed before anything else is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.people.model import access, registration
from services.people.model.access import Look
from services.people.model.citizen import Citizen, CitizenKnown
from services.people.model.registration import Basis, NewCitizen, Problem
from services.people.model.vault import Vault
from services.people.store import access_log, citizens, rules
from shared.clock import Clock, local_date
from shared.contracts.people import CitizenRegistered
from shared.database import Session
from shared.identity import Caller
from shared.messaging import outbox


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a registration: who, whether they came back or were here all along, what to look at twice."""

    citizen_id: UUID
    again: bool
    warnings: list[Problem]
    known: bool = False


async def basis(session: Session, clock: Clock, vault: Vault) -> Basis:
    """Return what registrations are checked against today."""
    groups, dated_rules = await rules.contact_groups(session), await rules.rules(session)
    return Basis(local_date(clock.now()), vault.read, groups, dated_rules)


async def register_citizen(
    session: Session, clock: Clock, vault: Vault, who: Caller, fields: Mapping[str, str]
) -> Registered:
    """Register a person, or one who comes back. Somebody registered already stays as is: to learn that is a look.

    Raises RegistrationInvalid, DateInvalid, PurposeMissing.
    """
    why = access.purpose(who.purpose)
    new, warnings = registration.checked(fields, await basis(session, clock, vault))
    try:
        return await register_checked(session, clock, vault, who, why, new, warnings)
    except CitizenKnown:
        known = await citizens.holder_of(session, vault.digest(new.cpr))
        await access_log.note(session, clock, who, why, Look.SEARCH, [known.citizen_id])
        return Registered(known.citizen_id, again=False, warnings=[], known=True)


async def register_checked(
    session: Session,
    clock: Clock,
    vault: Vault,
    who: Caller,
    why: str,
    new: NewCitizen,
    warnings: list[Problem],
) -> Registered:
    """Register a checked person. Raises CitizenKnown, before writing anything, when registered already."""
    citizen_id, digest = clock.new_id(), vault.digest(new.cpr)
    box = vault.seal(citizen_id, new.cpr.number)
    first_time = await citizens.claim_cpr(session, digest, citizen_id, box, clock.now())
    if first_time:
        person = _new(citizen_id, new)
        await citizens.add(session, person)
    else:
        person = registration.returned(await citizens.holder_of(session, digest), new)
        await citizens.save(session, person)
    await access_log.note(session, clock, who, why, Look.REGISTRATION, [person.citizen_id])
    outbox.add(
        session,
        CitizenRegistered(
            citizen_id=person.citizen_id,
            version=person.version,
            registered_on=person.registered_on,
            contact_group=person.contact_group,
            language=person.language,
        ),
    )
    return Registered(person.citizen_id, not first_time, warnings)


def _new(citizen_id: UUID, new: NewCitizen) -> Citizen:
    return Citizen(
        citizen_id=citizen_id,
        registered_on=new.registered_on,
        contact_group=new.contact_group,
        language=new.language,
        name=new.name,
        email=new.email,
        mobile=new.mobile,
        digital_post=new.digital_post,
        protected_until=new.protected_until,
    )
