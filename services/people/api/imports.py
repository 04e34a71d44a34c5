"""Import of citizens from a file over HTTP: preview, run, stop, how far it is. Answers never hold the file's data."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile
from pydantic import BaseModel

from services.people.api.doors import Keyed, Vaulted
from services.people.use_cases import import_citizens as use
from services.people.use_cases.import_citizens import Import
from shared.http import Now, Tx
from shared.identity import Who, allow

router = APIRouter(prefix="/imports", tags=["imports"])
# Only roles that may know of address-protected citizens: a preview tells who is known already.
IMPORTS = ("team_leader",)


class RowProblem(BaseModel):
    """What is wrong in a field of a row. A warning stops nothing."""

    field: str
    message: str
    warning: bool


class RowProblems(BaseModel):
    """A row by its line number in the file, with its state and what is wrong."""

    line: int
    state: str
    problems: list[RowProblem]


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
    after_line: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[RowProblems]:
    """List rows with errors or warnings, by line number."""
    rows = await use.look_at_problems(session, import_id, after_line, limit)
    return [RowProblems(line=row.line, state=row.state, problems=row.problems) for row in rows]


@router.post("/{import_id}/run", dependencies=[allow(*IMPORTS)])
async def run(import_id: UUID, session: Tx, clock: Now, vault: Vaulted) -> ImportAnswer:
    """Start an import or go on with a stopped one. Repeating is harmless: each row is settled once."""
    return _answer(await use.run_import(session, clock, vault, import_id))


@router.post("/{import_id}/stop", dependencies=[allow(*IMPORTS)])
async def stop(import_id: UUID, session: Tx) -> ImportAnswer:
    """Stop an import; it can go on later."""
    return _answer(await use.stop_import(session, import_id))


def _answer(found: Import) -> ImportAnswer:
    counts: dict[str, Any] = {
        state: found.counts.get(state, 0) for state in ("ready", "refused", "known", "registered", "again")
    }
    return ImportAnswer(
        import_id=found.import_id,
        state=found.state,
        created_at=found.created_at,
        encoding=found.encoding,
        separator=found.separator,
        ignored_columns=found.ignored_columns,
        rows=sum(found.counts.values()),
        **counts,
    )
