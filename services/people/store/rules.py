"""Dated code lists in the database: contact groups and rules."""

from sqlalchemy import select

from services.people.model.rules import ContactGroup, Rule
from services.people.tables import contact_group, rule
from shared.database import Session


async def contact_groups(session: Session) -> list[ContactGroup]:
    """Return every contact group with its validity, also past and future ones."""
    found = await session.execute(select(contact_group))
    return [ContactGroup(r.code, r.target_group, r.name_da, r.name_en, r.valid_from, r.valid_to) for r in found]


async def rules(session: Session) -> list[Rule]:
    """Return every rule with its validity."""
    found = await session.execute(select(rule))
    return [Rule(r.name, r.value, r.unit, r.valid_from, r.valid_to, r.source) for r in found]
