"""Import from a file: looked through first, then registered in batches; what is broken off goes on where it stopped.

Each row is settled in the transaction that registers its citizen, and a CPR number is claimed once: no doubles.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.people.model import access, import_file, registration
from services.people.model.citizen import CitizenKnown
from services.people.model.import_file import ImportFile, ImportFinished, ImportNotFound
from services.people.model.registration import Basis, Problem
from services.people.model.vault import Vault
from services.people.store import citizens, imports
from services.people.use_cases.register_citizen import basis, register_checked
from shared.clock import Clock
from shared.database import Session
from shared.errors import Refused
from shared.identity import Caller

ROWS_AT_ONCE = 200


@dataclass(slots=True)
class Checked:
    """A row of the file as it will be kept."""

    line: int
    state: str
    problems: list[Problem]
    values: dict[str, str] = field(repr=False)
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """How far an import is. States of rows: ready, refused, known, registered, again."""

    import_id: UUID
    state: str
    created_at: datetime
    encoding: str
    separator: str
    ignored_columns: list[str]
    counts: dict[str, int]


async def preview_import(session: Session, clock: Clock, vault: Vault, who: Caller, content: bytes) -> UUID:
    """Look through a file and keep it, sealed; nobody is registered yet. Raises ImportUnreadable, PurposeMissing."""
    why = access.purpose(who.purpose)
    against = await basis(session, clock, vault)
    # Some thousand rows take a second or two of pure computing: other requests go on meanwhile.
    file, rows = await asyncio.to_thread(_look_through, content, against, vault)
    known = await citizens.owners_of(session, [row.digest for row in rows if row.digest is not None])
    for row in rows:
        owner = known.get(row.digest) if row.digest is not None else None
        if row.state == "ready" and owner is not None and owner[1]:
            row.state = "known"
    import_id = clock.new_id()
    kept = {
        "import_id": import_id,
        "state": "previewed",
        "created_at": clock.now(),
        "created_by": who.actor_id,
        "purpose": why,
        "role": who.role,
        "service": who.service,
        "encoding": file.encoding,
        "separator": file.separator,
        "ignored_columns": file.ignored_columns,
    }
    await imports.add(session, kept, [_kept(import_id, row, vault) for row in rows])
    return import_id


async def look_at_import(session: Session, import_id: UUID) -> Import:
    """Return how far an import is. Raises ImportNotFound."""
    return await _import(session, await _found(session, import_id))


async def look_at_problems(session: Session, import_id: UUID, after_line: int, limit: int) -> Sequence[Row[Any]]:
    """Return rows with errors or warnings, by line. Raises ImportNotFound."""
    await _found(session, import_id)
    return await imports.rows_with_problems(session, import_id, after_line, limit)


async def run_import(session: Session, clock: Clock, vault: Vault, import_id: UUID) -> Import:
    """Start an import, or go on with a stopped one: registers a first batch now, the schedule does the rest.

    Raises ImportNotFound, ImportFinished.
    """
    file = await _found(session, import_id, lock=True)
    if file.state == "done":
        raise ImportFinished
    await imports.set_state(session, import_id, "running")
    await _register_batch(session, clock, vault, file)
    return await look_at_import(session, import_id)


async def stop_import(session: Session, import_id: UUID) -> Import:
    """Stop an import; who is registered stays so, and `run_import` goes on later. Raises as run_import."""
    file = await _found(session, import_id, lock=True)
    if file.state == "done":
        raise ImportFinished
    await imports.set_state(session, import_id, "stopped")
    return await look_at_import(session, import_id)


async def resume_imports(session: Session, clock: Clock, vault: Vault) -> int:
    """Register the next batch of the oldest running import; return how many rows were settled."""
    file = await imports.next_running(session)
    return 0 if file is None else await _register_batch(session, clock, vault, file)


def _look_through(content: bytes, against: Basis, vault: Vault) -> tuple[ImportFile, list[Checked]]:
    file = import_file.read(content)
    rows, first_line_of = [], dict[bytes, int]()
    for line in file.lines:
        new, problems = registration.check(line.fields, against)
        digest = None if new is None else vault.digest(new.cpr)
        if line.fault is not None:
            problems.append(Problem("line", line.fault))
        if digest is not None and first_line_of.setdefault(digest, line.number) != line.number:
            problems.append(Problem("cpr", f"Samme CPR-nummer står også på linje {first_line_of[digest]}."))
        refused = any(not problem.warning for problem in problems)
        rows.append(Checked(line.number, "refused" if refused else "ready", problems, line.fields, digest))
    return file, rows


def _kept(import_id: UUID, row: Checked, vault: Vault) -> dict[str, Any]:
    """Return a row for the database: only one that is still to be registered keeps its content, sealed."""
    box = None
    if row.state == "ready":
        box = vault.seal(imports.subject_of(import_id, row.line), json.dumps(row.values))
    return {
        "import_id": import_id,
        "line": row.line,
        "state": row.state,
        "problems": [asdict(problem) for problem in row.problems],
        "key_id": box and box.key_id,
        "sealed": box and box.sealed,
    }


async def _register_batch(session: Session, clock: Clock, vault: Vault, file: Row[Any]) -> int:
    await imports.one_batch_at_a_time(session)
    who = Caller(file.service, file.role, file.purpose, file.created_by)
    rows = await imports.ready_rows(session, file.import_id, ROWS_AT_ONCE)
    against = await basis(session, clock, vault)
    for line, box in rows:
        values = json.loads(vault.open(imports.subject_of(file.import_id, line), box))
        await _register_row(session, clock, vault, who, file.import_id, line, values, against)
    if len(rows) < ROWS_AT_ONCE:
        await imports.set_state(session, file.import_id, "done")
    return len(rows)


async def _register_row(
    session: Session,
    clock: Clock,
    vault: Vault,
    who: Caller,
    import_id: UUID,
    line: int,
    values: dict[str, str],
    against: Basis,
) -> None:
    """Register one row and settle it; a refusal settles it too, and the others go on."""
    try:
        new, problems = registration.checked(values, against)
        done = await register_checked(session, clock, vault, who, who.purpose, new, problems)
        state, citizen_id = "again" if done.again else "registered", done.citizen_id
    except CitizenKnown:
        state, citizen_id, problems = "known", None, []
    except Refused as refused:
        state, citizen_id, problems = "refused", None, [Problem("line", refused.message)]
    await imports.settle(session, import_id, line, state, citizen_id, [asdict(problem) for problem in problems])


async def _found(session: Session, import_id: UUID, *, lock: bool = False) -> Row[Any]:
    found = await imports.find(session, import_id, lock=lock)
    if found is None:
        raise ImportNotFound
    return found


async def _import(session: Session, file: Row[Any]) -> Import:
    counts = await imports.counts(session, file.import_id)
    return Import(
        file.import_id,
        file.state,
        file.created_at,
        file.encoding,
        file.separator,
        file.ignored_columns,
        counts,
    )
