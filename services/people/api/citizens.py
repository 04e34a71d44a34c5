"""Registration and changes of citizens over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.people.api import answers
from services.people.api.doors import CASE_STAFF, MEETING_STAFF, Keyed, Text, Vaulted
from services.people.model.citizen import Citizen, CitizenKnown, DigitalPost
from services.people.use_cases import change_citizen as changes
from services.people.use_cases.register_citizen import register_citizen
from shared.clock import local_date
from shared.http import Now, Tx, problem
from shared.identity import Who, allow

router = APIRouter(prefix="/citizens", tags=["citizens"])
Version = Annotated[int | None, Field(ge=1, le=2**31 - 1)]


class Registration(BaseModel):
    """A new citizen. Without `registered_on` it is today; `protected_until` gives address protection until a day."""

    cpr: Text = Field(repr=False)
    name: Text = Field(repr=False)
    contact_group: Text
    registered_on: date | None = None
    language: Text = "da"
    email: Text | None = Field(None, repr=False)
    mobile: Text | None = Field(None, repr=False)
    digital_post: DigitalPost = DigitalPost.UNKNOWN
    protected_until: date | None = None


class ContactChange(BaseModel):
    """What to change; a field left out stays, null or empty removes e-mail or mobile."""

    email: Text | None = Field(None, repr=False)
    mobile: Text | None = Field(None, repr=False)
    language: Text | None = None
    version: Version = None


class RecordChange(BaseModel):
    """What to change; a field left out stays."""

    name: Text | None = Field(None, repr=False)
    contact_group: Text | None = None
    digital_post: DigitalPost | None = None
    version: Version = None


class NewCpr(BaseModel):
    """The new number of a citizen."""

    cpr: Text = Field(repr=False)


class Protection(BaseModel):
    """Until when; without a day, as long as the rule says."""

    until: date | None = None


class Leaving(BaseModel):
    """The last day; without one, today."""

    deregistered_on: date | None = None


class RegisteredAnswer(BaseModel):
    """Who was registered, whether the person came back, and what to look at twice."""

    citizen_id: UUID
    again: bool
    warnings: list[answers.Warned]


class ChangedAnswer(BaseModel):
    """The citizen's version after the change."""

    citizen_id: UUID
    version: int


class CprAnswer(BaseModel):
    """What to look at twice."""

    warnings: list[answers.Warned]


@router.post("", status_code=201, dependencies=[allow(*CASE_STAFF)], response_model=RegisteredAnswer)
async def register(told: Registration, session: Tx, clock: Now, who: Who, vault: Vaulted, once: Keyed) -> Any:
    """Register a citizen. One who is registered already is a 409 that commits: the look at them stays in the log."""

    async def work() -> dict[str, Any]:
        fields = {name: _text(value) for name, value in told.model_dump().items() if value is not None}
        done = await register_citizen(session, clock, vault, who, fields)
        return {
            "citizen_id": str(done.citizen_id),
            "again": done.again,
            "known": done.known,
            "warnings": answers.warnings(done.warnings),
        }

    done = await once.do("register", told, work)
    if done["known"]:
        return problem(409, CitizenKnown.slug, CitizenKnown.message, citizen_id=done["citizen_id"])
    return done


@router.patch("/{citizen_id}/contact", dependencies=[allow("citizen", *MEETING_STAFF)], response_model=ChangedAnswer)
async def change_contact(citizen_id: UUID, told: ContactChange, session: Tx, clock: Now, who: Who, once: Keyed) -> Any:
    """Change how a citizen is reached."""
    fields = told.model_dump(include=told.model_fields_set - {"version"})

    async def work() -> dict[str, Any]:
        return _changed(await changes.change_contact(session, clock, who, citizen_id, fields, told.version))

    return await once.do(f"change contact {citizen_id}", told, work)


@router.patch("/{citizen_id}", dependencies=[allow(*CASE_STAFF)], response_model=ChangedAnswer)
async def change_record(citizen_id: UUID, told: RecordChange, session: Tx, clock: Now, who: Who, once: Keyed) -> Any:
    """Change name, contact group or Digital Post status."""

    async def work() -> dict[str, Any]:
        return _changed(
            await changes.change_record(
                session,
                clock,
                who,
                citizen_id,
                name=told.name,
                contact_group=told.contact_group,
                digital_post=told.digital_post,
                expected_version=told.version,
            )
        )

    return await once.do(f"change record {citizen_id}", told, work)


@router.put("/{citizen_id}/address-protection", dependencies=[allow(*CASE_STAFF)], response_model=ChangedAnswer)
async def protect(citizen_id: UUID, told: Protection, session: Tx, clock: Now, who: Who, once: Keyed) -> Any:
    """Give name and address protection."""

    async def work() -> dict[str, Any]:
        return _changed(await changes.protect_address(session, clock, who, citizen_id, told.until))

    return await once.do(f"protect {citizen_id}", told, work)


@router.delete("/{citizen_id}/address-protection", dependencies=[allow(*CASE_STAFF)], response_model=ChangedAnswer)
async def end_protection(citizen_id: UUID, session: Tx, clock: Now, who: Who, once: Keyed) -> Any:
    """End name and address protection."""

    async def work() -> dict[str, Any]:
        return _changed(await changes.end_protection(session, clock, who, citizen_id))

    return await once.do(f"end protection {citizen_id}", None, work)


@router.put("/{citizen_id}/cpr", dependencies=[allow(*CASE_STAFF)], response_model=CprAnswer)
async def change_cpr(
    citizen_id: UUID, told: NewCpr, session: Tx, clock: Now, who: Who, vault: Vaulted, once: Keyed
) -> Any:
    """Give a citizen the new CPR number."""

    async def work() -> dict[str, Any]:
        done = await changes.change_cpr(session, clock, vault, who, citizen_id, told.cpr)
        return {"warnings": answers.warnings(done)}

    return await once.do(f"change cpr {citizen_id}", told, work)


@router.post("/{citizen_id}/deregister", dependencies=[allow(*CASE_STAFF)], response_model=ChangedAnswer)
async def deregister(citizen_id: UUID, told: Leaving, session: Tx, clock: Now, who: Who, once: Keyed) -> Any:
    """End a registration."""
    day = told.deregistered_on or local_date(clock.now())

    async def work() -> dict[str, Any]:
        return _changed(await changes.deregister_citizen(session, clock, who, citizen_id, day))

    return await once.do(f"deregister {citizen_id}", told, work)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _changed(one: Citizen) -> dict[str, Any]:
    return {"citizen_id": str(one.citizen_id), "version": one.version}
