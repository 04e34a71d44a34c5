"""Decide on exemption from self-booking (BEK § 45): the newest decision stands, earlier ones are kept."""

from datetime import date, timedelta
from uuid import UUID

from services.booking.model.exemption import Exemption, checked
from services.booking.store import people as store
from shared.clock import Clock
from shared.database import Session


async def exempt_citizen(session: Session, clock: Clock, decided: Exemption) -> list[Exemption]:
    """Put the decision in force from its first day and return all standing decisions, newest first.

    The same decision again changes nothing. Raises PeriodInvalid.
    """
    checked(decided)
    standing = await store.exemptions(session, decided.citizen_id)
    if any(_same(decided, known) for known in standing):
        return standing
    await store.end_exemptions(session, decided.citizen_id, decided.valid_from - timedelta(days=1), clock.now())
    await store.add_exemption(session, clock.new_id(), decided)
    return await store.exemptions(session, decided.citizen_id)


async def end_exemption(session: Session, clock: Clock, citizen_id: UUID, first_without: date) -> list[Exemption]:
    """Let the citizen book again from a day on; return all standing decisions, newest first."""
    await store.end_exemptions(session, citizen_id, first_without - timedelta(days=1), clock.now())
    return await store.exemptions(session, citizen_id)


def _same(one: Exemption, other: Exemption) -> bool:
    return (one.reason, one.valid_from, one.valid_to) == (other.reason, other.valid_from, other.valid_to)
