"""Citizens and their CPR numbers in the database. Whoever reads a person here notes it in the access log."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Row, cast, collate, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from services.people.model.citizen import Citizen, DigitalPost
from services.people.model.vault import Box
from services.people.tables import citizen, cpr_number
from shared.database import Session

# The order of the Danish alphabet (… z, æ, ø, å; aa is å), the same on every server: "z" is followed by "{|}" in ASCII,
# and whether a server knows Danish collation depends on how it was built.
_AFTER_Z = ("ÆØÅÄÖÉæøåäöé", "{|}{|e{|}{|e")
_OF_CITIZEN = [column.name for column in citizen.columns]


async def find(session: Session, citizen_id: UUID, *, lock: bool = False) -> Citizen | None:
    """Return a citizen; with `lock`, no other transaction changes the row until this one ends."""
    query = select(citizen).where(citizen.c.citizen_id == citizen_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else _citizen(row)


async def find_many(session: Session, citizen_ids: Sequence[UUID]) -> list[Citizen]:
    """Return those of the citizens that exist, in no order."""
    rows = await session.execute(select(citizen).where(citizen.c.citizen_id.in_(citizen_ids)))
    return [_citizen(row) for row in rows]


async def add(session: Session, new: Citizen) -> None:
    """Remember a new citizen."""
    await session.execute(insert(citizen).values(_values(new)))


async def save(session: Session, changed: Citizen) -> None:
    """Remember a changed citizen; the row was locked when it was read."""
    await session.execute(update(citizen).where(citizen.c.citizen_id == changed.citizen_id).values(_values(changed)))


async def owner_of(session: Session, digest: bytes) -> UUID | None:
    """Return whose CPR number this is, or was."""
    found: UUID | None = await session.scalar(select(cpr_number.c.citizen_id).where(cpr_number.c.digest == digest))
    return found


async def holder_of(session: Session, digest: bytes) -> Citizen:
    """Return the citizen whose number this is, locked; the number must be known."""
    number = cpr_number.c.citizen_id == citizen.c.citizen_id
    query = select(citizen).join(cpr_number, number).where(cpr_number.c.digest == digest).with_for_update(of=citizen)
    return _citizen((await session.execute(query)).one())


async def registered_among(session: Session, digests: Sequence[bytes]) -> dict[bytes, UUID]:
    """Return those of the numbers whose citizen is registered now, and who it is."""
    query = (
        select(cpr_number.c.digest, citizen.c.citizen_id)
        .join(citizen, cpr_number.c.citizen_id == citizen.c.citizen_id)
        .where(cpr_number.c.digest == func.any(cast(digests, ARRAY(LargeBinary))), citizen.c.deregistered_on.is_(None))
    )
    return {row.digest: row.citizen_id for row in await session.execute(query)}


async def claim_cpr(session: Session, digest: bytes, citizen_id: UUID, box: Box, at: datetime) -> bool:
    """Give a CPR number to a citizen (who may be added later in this transaction). False: somebody has it already.

    Waits for another transaction that is claiming the same number, so that two registrations never both succeed.
    """
    statement = (
        insert(cpr_number)
        .values(digest=digest, citizen_id=citizen_id, key_id=box.key_id, sealed=box.sealed, added_at=at)
        .on_conflict_do_nothing(index_elements=[cpr_number.c.digest])
        .returning(cpr_number.c.digest)
    )
    return (await session.scalar(statement)) is not None


async def retire_cpr(session: Session, citizen_id: UUID, at: datetime) -> None:
    """Mark the citizen's current number as replaced; it still finds the citizen."""
    current = (cpr_number.c.citizen_id == citizen_id, cpr_number.c.replaced_at.is_(None))
    await session.execute(update(cpr_number).where(*current).values(replaced_at=at))


async def reinstate_cpr(session: Session, digest: bytes) -> None:
    """Make an earlier number of a citizen the current one again (after `retire_cpr`)."""
    await session.execute(update(cpr_number).where(cpr_number.c.digest == digest).values(replaced_at=None))


async def cpr_boxes(session: Session, citizen_ids: Sequence[UUID]) -> dict[UUID, Box]:
    """Return the sealed current number of each citizen."""
    query = select(cpr_number.c.citizen_id, cpr_number.c.key_id, cpr_number.c.sealed).where(
        cpr_number.c.citizen_id.in_(citizen_ids), cpr_number.c.replaced_at.is_(None)
    )
    return {row.citizen_id: Box(row.key_id, row.sealed) for row in await session.execute(query)}


async def boxes_under_other_keys(session: Session, active: str, limit: int) -> list[tuple[bytes, UUID, Box]]:
    """Return numbers (current and earlier) not sealed with the active key, locked; (digest, citizen, box)."""
    query = (
        select(cpr_number.c.digest, cpr_number.c.citizen_id, cpr_number.c.key_id, cpr_number.c.sealed)
        .where(cpr_number.c.key_id != active)
        .order_by(cpr_number.c.digest)
        .limit(limit)
        .with_for_update()
    )
    return [(row.digest, row.citizen_id, Box(row.key_id, row.sealed)) for row in await session.execute(query)]


async def replace_box(session: Session, digest: bytes, box: Box) -> None:
    """Keep a number sealed anew."""
    statement = update(cpr_number).where(cpr_number.c.digest == digest)
    await session.execute(statement.values(key_id=box.key_id, sealed=box.sealed))


async def search_names(
    session: Session, words: Sequence[str], *, today: date, with_protected: bool, limit: int
) -> list[Citizen]:
    """Return citizens whose name has, for each word (letters only), one that begins with it; none for no words."""
    if not words:
        return []
    pattern = " & ".join(f"'{word}':*" for word in words)
    matches = func.to_tsvector("simple", citizen.c.name).bool_op("@@")(func.to_tsquery("simple", pattern))
    visible = [] if with_protected else [_not_protected(today)]
    query = (
        select(citizen)
        .where(matches, *visible)
        .order_by(_danish_order(citizen.c.name), citizen.c.citizen_id)
        .limit(limit)
    )
    return [_citizen(row) for row in await session.execute(query)]


def _danish_order(name: ColumnElement[str]) -> ColumnElement[str]:
    return collate(func.translate(func.replace(func.lower(name), "aa", "å"), *_AFTER_Z), "C")


def _not_protected(today: date) -> ColumnElement[bool]:
    return or_(citizen.c.protected_until.is_(None), citizen.c.protected_until <= today)


def _citizen(row: Row[Any]) -> Citizen:
    found = dict(row._mapping)
    return Citizen(**{**found, "digital_post": DigitalPost(found["digital_post"])})


def _values(person: Citizen) -> dict[str, Any]:
    return {name: getattr(person, name) for name in _OF_CITIZEN}
