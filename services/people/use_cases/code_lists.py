"""Code lists that others show: what is in force on a day."""

from datetime import date

from services.people.model.rules import ContactGroup, in_force
from services.people.store import rules
from shared.database import Session


async def contact_groups(session: Session, on: date) -> list[ContactGroup]:
    """Return the contact groups in force on a day, in the order of their codes (2 before 10)."""
    found = in_force(await rules.contact_groups(session), on)
    return sorted(found, key=lambda group: (len(group.code), group.code))
