"""Staff, teams and code lists over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.people.api.answers import Group
from services.people.api.doors import STAFF, Keyed, Text, through
from services.people.model.staff import Staff
from services.people.use_cases import code_lists, manage_staff
from shared.clock import local_date
from shared.http import Now, Tx
from shared.identity import Who, allow

router = APIRouter(tags=["staff"])
Roles = Annotated[list[Text], Field(max_length=10)]
MANAGES = ("team_leader", "operations")


class ByLogin(BaseModel):
    """A login as the identity provider tells it."""

    login: Text


class NewTeam(BaseModel):
    """A team to open."""

    name: Text


class NewStaff(BaseModel):
    """Who arrives."""

    login: Text
    name: Text
    team_id: UUID
    roles: Roles


class StaffChange(BaseModel):
    """What to change; a field left out stays. `active: false`: the person has left."""

    name: Text | None = None
    team_id: UUID | None = None
    roles: Roles | None = None
    active: bool | None = None


class Member(BaseModel):
    """A member of staff as everybody may know them. `login` only for those who manage staff."""

    staff_id: UUID
    name: str
    team_id: UUID
    roles: list[str]
    active: bool
    login: str | None = None


class TeamAnswer(BaseModel):
    """A team."""

    team_id: UUID
    name: str


@router.post("/staff/find-by-login", dependencies=[allow("service"), through("gateway")])
async def find_by_login(told: ByLogin, session: Tx) -> Member:
    """Find who logs in."""
    return _member(await manage_staff.find_by_login(session, told.login), with_login=False)


@router.get("/staff", dependencies=[allow("citizen", *STAFF, "service")])
async def directory(session: Tx, who: Who) -> list[Member]:
    """List the staff; those who have left are shown only to those who manage staff and to services."""
    found = await manage_staff.directory(session, only_active=who.role not in (*MANAGES, "service"))
    return [_member(member, with_login=who.role in MANAGES) for member in found]


@router.post("/staff", status_code=201, dependencies=[allow(*MANAGES)], response_model=Member)
async def employ(told: NewStaff, session: Tx, clock: Now, once: Keyed) -> Any:
    """Add a member of staff."""

    async def work() -> dict[str, Any]:
        new = await manage_staff.employ(
            session, clock, login=told.login, name=told.name, team_id=told.team_id, roles=told.roles
        )
        return _member(new, with_login=True).model_dump(mode="json")

    return await once.do("employ", told, work)


@router.patch("/staff/{staff_id}", dependencies=[allow(*MANAGES)], response_model=Member)
async def change_staff(staff_id: UUID, told: StaffChange, session: Tx, once: Keyed) -> Any:
    """Change a member of staff, or let them leave."""

    async def work() -> dict[str, Any]:
        changed = await manage_staff.change_staff(
            session, staff_id, name=told.name, team_id=told.team_id, roles=told.roles, active=told.active
        )
        return _member(changed, with_login=True).model_dump(mode="json")

    return await once.do(f"change staff {staff_id}", told, work)


@router.get("/teams", dependencies=[allow(*STAFF, "service")])
async def teams(session: Tx) -> list[TeamAnswer]:
    """List the teams."""
    return [TeamAnswer(team_id=team.team_id, name=team.name) for team in await manage_staff.teams(session)]


@router.post("/teams", status_code=201, dependencies=[allow(*MANAGES)], response_model=TeamAnswer)
async def open_team(told: NewTeam, session: Tx, clock: Now, once: Keyed) -> Any:
    """Open a team."""

    async def work() -> dict[str, Any]:
        team = await manage_staff.open_team(session, clock, told.name)
        return {"team_id": str(team.team_id), "name": team.name}

    return await once.do("open team", told, work)


@router.get("/contact-groups", dependencies=[allow("citizen", *STAFF, "service")])
async def contact_groups(session: Tx, clock: Now, on: date | None = None) -> list[Group]:
    """List the contact groups in force on a day (today)."""
    found = await code_lists.contact_groups(session, on or local_date(clock.now()))
    return [
        Group(code=one.code, target_group=one.target_group, name_da=one.name_da, name_en=one.name_en) for one in found
    ]


def _member(one: Staff, *, with_login: bool) -> Member:
    return Member(
        staff_id=one.staff_id,
        name=one.name,
        team_id=one.team_id,
        roles=list(one.roles),
        active=one.active,
        login=one.login if with_login else None,
    )
