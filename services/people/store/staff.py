"""Staff and teams in the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from services.people.model.staff import Staff, Team
from services.people.tables import staff, team
from shared.database import Session

_OF_STAFF = [column.name for column in staff.columns]


async def all_staff(session: Session) -> list[Staff]:
    """Return everybody, also those who have left."""
    return [_staff(row) for row in await session.execute(select(staff))]


async def find(session: Session, staff_id: UUID, *, lock: bool = False) -> Staff | None:
    """Return a member of staff; with `lock`, nobody else changes the row until this transaction ends."""
    query = select(staff).where(staff.c.staff_id == staff_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return None if row is None else _staff(row)


async def find_by_login(session: Session, login: str) -> Staff | None:
    """Return the member of staff with this login."""
    row = (await session.execute(select(staff).where(staff.c.login == login))).one_or_none()
    return None if row is None else _staff(row)


async def add(session: Session, new: Staff) -> bool:
    """Remember a new member of staff. False: the login is taken."""
    statement = insert(staff).values(_values(new)).on_conflict_do_nothing(index_elements=[staff.c.login])
    return (await session.scalar(statement.returning(staff.c.staff_id))) is not None


async def save(session: Session, changed: Staff) -> None:
    """Remember a changed member of staff."""
    await session.execute(update(staff).where(staff.c.staff_id == changed.staff_id).values(_values(changed)))


async def all_teams(session: Session) -> Sequence[Team]:
    """Return every team."""
    return [Team(row.team_id, row.name) for row in await session.execute(select(team))]


async def find_team(session: Session, team_id: UUID) -> Team | None:
    """Return a team."""
    row = (await session.execute(select(team).where(team.c.team_id == team_id))).one_or_none()
    return None if row is None else Team(row.team_id, row.name)


async def add_team(session: Session, new: Team) -> bool:
    """Remember a new team. False: a team has this name."""
    statement = insert(team).values(team_id=new.team_id, name=new.name).on_conflict_do_nothing()
    return (await session.scalar(statement.returning(team.c.team_id))) is not None


def _staff(row: Row[Any]) -> Staff:
    found = dict(row._mapping)
    return Staff(**{**found, "roles": tuple(found["roles"])})


def _values(member: Staff) -> dict[str, Any]:
    return {name: getattr(member, name) for name in _OF_STAFF} | {"roles": list(member.roles)}
