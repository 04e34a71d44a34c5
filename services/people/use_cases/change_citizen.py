"""Changes of a citizen. Each writes who made it in the access log and says what others need to know."""

from datetime import date
from typing import Any
from uuid import UUID

from services.people.model import access, citizen, contact, registration, rules
from services.people.model.access import Look
from services.people.model.citizen import Citizen, CprTaken, DigitalPost, NotRegistered
from services.people.model.cpr import Cpr
from services.people.model.registration import PROTECTION_RULE, Problem
from services.people.model.vault import Vault
from services.people.store import access_log, citizens
from services.people.store import rules as rule_store
from shared.clock import Clock, local_date
from shared.contracts.people import CitizenChanged, CitizenDeregistered
from shared.database import Session
from shared.identity import Caller
from shared.messaging import outbox


async def change_contact(
    session: Session,
    clock: Clock,
    who: Caller,
    citizen_id: UUID,
    told: dict[str, str | None],
    expected_version: int | None,
) -> Citizen:
    """Change e-mail, mobile or language; None or an empty text removes e-mail or mobile.

    Raises ContactInvalid, ChangedMeanwhile, CitizenNotFound, NotRegistered, PurposeMissing, Forbidden.
    """
    who.must_be_about(citizen_id)
    before = await _found(session, clock, who, citizen_id)
    return await _save(session, before, citizen.changed(before, expected_version, **contact.changes(told)))


async def change_record(
    session: Session,
    clock: Clock,
    who: Caller,
    citizen_id: UUID,
    *,
    name: str | None,
    contact_group: str | None,
    digital_post: DigitalPost | None,
    expected_version: int | None,
) -> Citizen:
    """Change name, contact group or Digital Post status; None leaves a field as it is.

    Raises ContactInvalid, ContactGroupUnknown, ChangedMeanwhile, CitizenNotFound, NotRegistered, PurposeMissing.
    """
    before = await _found(session, clock, who, citizen_id)
    fields: dict[str, Any] = {}
    if name is not None:
        fields["name"] = contact.name(name)
    if contact_group is not None:
        groups = await rule_store.contact_groups(session)
        fields["contact_group"] = rules.contact_group(groups, contact_group, local_date(clock.now())).code
    if digital_post is not None:
        fields["digital_post"] = digital_post
    return await _save(session, before, citizen.changed(before, expected_version, **fields))


async def protect_address(session: Session, clock: Clock, who: Caller, citizen_id: UUID, until: date | None) -> Citizen:
    """Give name and address protection until a day, or as long as the rule says (CPR-loven § 28: one year).

    Raises DateInvalid, CitizenNotFound, NotRegistered, PurposeMissing.
    """
    before, today = await _found(session, clock, who, citizen_id), local_date(clock.now())
    years = rules.value_of(await rule_store.rules(session), PROTECTION_RULE, today)
    end = citizen.protection_end(until, today=today, default_years=years)
    return await _save(session, before, citizen.changed(before, protected_until=end))


async def end_protection(session: Session, clock: Clock, who: Caller, citizen_id: UUID) -> Citizen:
    """End name and address protection now. Raises CitizenNotFound, NotRegistered, PurposeMissing."""
    before = await _found(session, clock, who, citizen_id)
    return await _save(session, before, citizen.changed(before, protected_until=None))


async def change_cpr(
    session: Session, clock: Clock, vault: Vault, who: Caller, citizen_id: UUID, text: str
) -> list[Problem]:
    """Give a citizen a new CPR number (they can change: domain § 5.1); the earlier one still finds the person.

    Returns warnings. Raises CprInvalid, CprTaken, CitizenNotFound, NotRegistered, PurposeMissing.
    """
    await _found(session, clock, who, citizen_id)
    number = vault.read(text, local_date(clock.now()))
    digest, now = vault.digest(number), clock.now()
    owner = await citizens.owner_of(session, digest)
    if owner not in (None, citizen_id):
        raise CprTaken
    await citizens.retire_cpr(session, citizen_id, now)
    if owner is not None:
        await citizens.reinstate_cpr(session, digest)
    elif not await citizens.claim_cpr(session, digest, citizen_id, vault.seal(citizen_id, number.number), now):
        raise CprTaken
    return _warnings(number)


async def deregister_citizen(session: Session, clock: Clock, who: Caller, citizen_id: UUID, day: date) -> Citizen:
    """End the registration on a day. Raises DateInvalid, NotRegistered, CitizenNotFound, PurposeMissing."""
    before = await _found(session, clock, who, citizen_id)
    after = citizen.deregistered(before, day, today=local_date(clock.now()))
    await citizens.save(session, after)
    said = CitizenDeregistered(citizen_id=citizen_id, version=after.version, deregistered_on=day)
    outbox.add(session, said)
    return after


async def _found(session: Session, clock: Clock, who: Caller, citizen_id: UUID) -> Citizen:
    """Return the citizen to change, locked, and note the change. Raises CitizenNotFound, NotRegistered."""
    why = access.purpose(who.purpose)
    row = await citizens.find(session, citizen_id, lock=True)
    found = citizen.seen_by(row, who.role, local_date(clock.now()))
    if not found.is_registered:
        raise NotRegistered
    await access_log.note(session, clock, who, why, Look.CHANGE, [citizen_id])
    return found


async def _save(session: Session, before: Citizen, after: Citizen) -> Citizen:
    """Keep the change and say so, unless nothing changed."""
    if after is before:
        return before
    await citizens.save(session, after)
    outbox.add(
        session,
        CitizenChanged(
            citizen_id=after.citizen_id,
            version=after.version,
            contact_group=after.contact_group,
            language=after.language,
            digital_post=after.digital_post is DigitalPost.REGISTERED,
        ),
    )
    return after


def _warnings(number: Cpr) -> list[Problem]:
    return [] if number.check_digit_ok else [registration.CHECK_DIGIT]
