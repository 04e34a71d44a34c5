"""Looks at citizens over HTTP. What is searched for stands in the body: no personal data in URLs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.people.api import answers
from services.people.api.doors import MEETING_STAFF, Text, Vaulted, through
from services.people.use_cases import look_at_citizen as looks
from shared.http import Now, Tx
from shared.identity import Who, allow

router = APIRouter(prefix="/citizens", tags=["looks"])
MAX_NAMES = 500


class ByCpr(BaseModel):
    """A CPR number as the identity provider tells it."""

    cpr: Text = Field(repr=False)


class Wanted(BaseModel):
    """A CPR number, or the beginnings of names."""

    query: Text = Field(repr=False)


class Ids(BaseModel):
    """Whose names are needed."""

    ids: Annotated[list[UUID], Field(max_length=MAX_NAMES)]


@router.post("/find-by-cpr", dependencies=[allow("service"), through("gateway")])
async def find_by_cpr(told: ByCpr, session: Tx, clock: Now, who: Who, vault: Vaulted) -> answers.Known:
    """Find who logs in."""
    one = await looks.find_by_cpr(session, clock, vault, who, told.cpr)
    return answers.Known(citizen_id=one.citizen_id, name=one.name, language=one.language, registered=one.is_registered)


@router.post("/search", dependencies=[allow(*MEETING_STAFF)])
async def search(told: Wanted, session: Tx, clock: Now, who: Who, vault: Vaulted) -> answers.Findings:
    """Find citizens by CPR number or name."""
    found = await looks.search(session, clock, vault, who, told.query)
    return answers.findings(found, looks.MAX_FOUND)


@router.post("/names", dependencies=[allow(*MEETING_STAFF)])
async def names(told: Ids, session: Tx, clock: Now, who: Who) -> list[answers.Named]:
    """Give names to the ids of a list; ids that may not be known are left out."""
    found = await looks.look_at_names(session, clock, who, told.ids)
    return [answers.Named(citizen_id=one.citizen_id, name=one.name) for one in found]


@router.get("/{citizen_id}", dependencies=[allow("citizen", *MEETING_STAFF)])
async def record(citizen_id: UUID, session: Tx, clock: Now, who: Who, vault: Vaulted) -> answers.CitizenRecord:
    """Look at a citizen's record."""
    return answers.record(await looks.look_at_record(session, clock, vault, who, citizen_id))


@router.get("/{citizen_id}/contact", dependencies=[allow("citizen", *MEETING_STAFF, "service")])
async def contact(citizen_id: UUID, session: Tx, clock: Now, who: Who) -> answers.Contact:
    """Look at how a citizen is reached."""
    return answers.contact(await looks.look_at_contact(session, clock, who, citizen_id))


@router.get("/{citizen_id}/access-log", dependencies=[allow("citizen", "team_leader")])
async def access_log(
    citizen_id: UUID,
    session: Tx,
    clock: Now,
    who: Who,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[answers.LogEntry]:
    """Look at who looked: the citizen's own view, and the team leader's spot checks (domain § 5.4)."""
    entries = await looks.look_at_access_log(session, clock, who, citizen_id, before=before, limit=limit)
    return [answers.log_entry(entry, with_actor=who.role == "team_leader") for entry in entries]
