"""Staff and teams: who arrives, changes and leaves."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.people.model import contact, staff
from services.people.model.staff import LoginTaken, Staff, StaffNotFound, Team, TeamKnown, TeamNotFound
from services.people.store import staff as store
from shared.clock import Clock
from shared.contracts.people import StaffChanged
from shared.database import Session
from shared.messaging import outbox


async def find_by_login(session: Session, text: str) -> Staff:
    """Return the member of staff who logs in. Raises StaffInvalid, StaffNotFound (also when no longer active)."""
    found = await store.find_by_login(session, staff.login(text))
    if found is None or not found.active:
        raise StaffNotFound
    return found


async def directory(session: Session, *, only_active: bool) -> list[Staff]:
    """Return the staff in Danish order of names."""
    found = [member for member in await store.all_staff(session) if member.active or not only_active]
    return sorted(found, key=lambda member: contact.danish_order(member.name))


async def teams(session: Session) -> list[Team]:
    """Return the teams in Danish order."""
    return sorted(await store.all_teams(session), key=lambda team: contact.danish_order(team.name))


async def open_team(session: Session, clock: Clock, name: str) -> Team:
    """Open a team. Raises StaffInvalid, TeamKnown."""
    team = Team(clock.new_id(), staff.team_name(name))
    if not await store.add_team(session, team):
        raise TeamKnown
    return team


async def employ(
    session: Session, clock: Clock, *, login: str, name: str, team_id: UUID, roles: Sequence[str]
) -> Staff:
    """Add a member of staff. Raises StaffInvalid, ContactInvalid (name), TeamNotFound, LoginTaken."""
    new = Staff(clock.new_id(), staff.login(login), contact.name(name), team_id, staff.roles(roles))
    await _require_team(session, team_id)
    if not await store.add(session, new):
        raise LoginTaken
    _say(session, new)
    return new


async def change_staff(
    session: Session,
    staff_id: UUID,
    *,
    name: str | None,
    team_id: UUID | None,
    roles: Sequence[str] | None,
    active: bool | None,
) -> Staff:
    """Change a member of staff, or let them leave (active = False); None leaves a field as it is.

    Raises StaffNotFound, StaffInvalid, ContactInvalid, TeamNotFound.
    """
    before = await store.find(session, staff_id, lock=True)
    if before is None:
        raise StaffNotFound
    if team_id is not None:
        await _require_team(session, team_id)
    after = replace(
        before,
        name=before.name if name is None else contact.name(name),
        team_id=team_id or before.team_id,
        roles=before.roles if roles is None else staff.roles(roles),
        active=before.active if active is None else active,
    )
    if after == before:
        return before
    after = replace(after, version=before.version + 1)
    await store.save(session, after)
    _say(session, after)
    return after


async def _require_team(session: Session, team_id: UUID) -> None:
    if await store.find_team(session, team_id) is None:
        raise TeamNotFound


def _say(session: Session, member: Staff) -> None:
    outbox.add(
        session,
        StaffChanged(
            staff_id=member.staff_id,
            version=member.version,
            team_id=member.team_id,
            roles=member.roles,
            active=member.active,
        ),
    )
