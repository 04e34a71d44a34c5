"""Import of citizens from a file over HTTP: preview, run, stop, and how far it is."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile
from pydantic import BaseModel

from services.people.api.doors import Keyed, Vaulted
from services.people.model.citizen import DigitalPost
from services.people.model.import_file import RowState
from services.people.use_cases import import_citizens as use
from services.people.use_cases.import_citizens import Progress
from shared.http import Now, Tx
from shared.identity import Who, allow

router = APIRouter(prefix="/imports", tags=["imports"])
# Only roles that may know of address-protected citizens: a preview tells who is known already.
IMPORTS = ("team_leader",)
Line = Annotated[int, Query(ge=0, le=2**31 - 1)]


class RowProblem(BaseModel):
    """What is wrong in a field of a row. A warning stops nothing."""

    field: str
    message: str
    warning: bool


class RowAnswer(BaseModel):
    """A row by its line number in the file, with its state and what is wrong."""

    line: int
    state: str
    problems: list[RowProblem]


class PreviewRow(BaseModel):
    """A row as it would be registered, by its line number; the CPR number masked."""

    line: int
    cpr: str
    name: str
    contact_group: str
    registered_on: date
    language: str
    email: str | None
    mobile: str | None
    digital_post: DigitalPost
    protected_until: date | None


class ImportAnswer(BaseModel):
    """How far an import is.

    State: previewed, running, stopped, done. Of the rows: `ready` can be registered, `refused` have errors, `known`
    are registered citizens already, `registered` are new, `again` have come back.
    """

    import_id: UUID
    state: str
    created_at: datetime
    encoding: str
    separator: str
    ignored_columns: list[str]
    rows: int
    ready: int
    refused: int
    known: int
    registered: int
    again: int


@router.post("", status_code=201, dependencies=[allow(*IMPORTS)])
async def preview(file: UploadFile, session: Tx, clock: Now, who: Who, vault: Vaulted, once: Keyed) -> ImportAnswer:
    """Look through a CSV file; nobody is registered yet."""
    content = await file.read()

    async def work() -> str:
        return str(await use.preview_import(session, clock, vault, who, content))

    return _answer(await use.look_at_import(session, UUID(await once.do("import", content, work))))


@router.get("/{import_id}", dependencies=[allow(*IMPORTS)])
async def how_far(import_id: UUID, session: Tx) -> ImportAnswer:
    """Say how far an import is."""
    return _answer(await use.look_at_import(session, import_id))


@router.get("/{import_id}/problems", dependencies=[allow(*IMPORTS)])
async def problems(
    import_id: UUID,
    session: Tx,
    after_line: Line = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[RowAnswer]:
    """List rows with errors or warnings, by line number."""
    rows = await use.look_at_problems(session, import_id, after_line, limit)
    return [
        RowAnswer(
            line=row.line,
            state=row.state,
            problems=[RowProblem(field=one.field, message=one.message, warning=one.warning) for one in row.problems],
        )
        for row in rows
    ]


@router.get("/{import_id}/rows", dependencies=[allow(*IMPORTS)])
async def rows(
    import_id: UUID,
    session: Tx,
    clock: Now,
    who: Who,
    vault: Vaulted,
    after_line: Line = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[PreviewRow]:
    """Show rows as they would be registered, to the one who brought the file."""
    found = await use.look_at_rows(session, clock, vault, who, import_id, after_line, limit)
    return [
        PreviewRow(
            line=line,
            cpr=new.cpr.masked,
            name=new.name,
            contact_group=new.contact_group,
            registered_on=new.registered_on,
            language=new.language,
            email=new.email,
            mobile=new.mobile,
            digital_post=new.digital_post,
            protected_until=new.protected_until,
        )
        for line, new in found
    ]


@router.post("/{import_id}/run", dependencies=[allow(*IMPORTS)])
async def run(import_id: UUID, session: Tx, clock: Now, vault: Vaulted) -> ImportAnswer:
    """Start an import or go on with a stopped one. Repeating is harmless: each row is settled once."""
    return _answer(await use.run_import(session, clock, vault, import_id))


@router.post("/{import_id}/stop", dependencies=[allow(*IMPORTS)])
async def stop(import_id: UUID, session: Tx) -> ImportAnswer:
    """Stop an import; it can go on later."""
    return _answer(await use.stop_import(session, import_id))


def _answer(found: Progress) -> ImportAnswer:
    file = found.file
    return ImportAnswer(
        import_id=file.import_id,
        state=file.state,
        created_at=file.created_at,
        encoding=file.encoding,
        separator=file.separator,
        ignored_columns=file.ignored_columns,
        rows=sum(found.counts.values()),
        ready=found.counts.get(RowState.READY, 0),
        refused=found.counts.get(RowState.REFUSED, 0),
        known=found.counts.get(RowState.KNOWN, 0),
        registered=found.counts.get(RowState.REGISTERED, 0),
        again=found.counts.get(RowState.AGAIN, 0),
    )
