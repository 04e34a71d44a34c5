"""Import from a file: looked through first, then registered in batches; what is broken off goes on where it stopped.

Each row is settled in the transaction that registers its citizen, and a CPR number is claimed once: no doubles.
"""

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.people.model import access, import_file, registration
from services.people.model.access import Look
from services.people.model.citizen import CitizenKnown
from services.people.model.import_file import Import, ImportFile, ImportNotFound, RowProblems, RowState, State
from services.people.model.registration import Basis, NewCitizen, Problem
from services.people.model.vault import Box, KeyMissing, Vault, VaultError
from services.people.store import access_log, citizens, imports
from services.people.use_cases.register_citizen import basis, register_checked
from shared.clock import Clock
from shared.database import Session
from shared.errors import Refused
from shared.identity import Caller
from shared.telemetry import get_logger

ROWS_AT_ONCE = 200
# What is wrong with the row itself. A database that is away is wrong with nobody's row: the whole batch comes again.
_BROKEN = (ValueError, LookupError, TypeError, *imports.CANNOT_BE_KEPT)
_UNREADABLE = Problem("line", "Linjen kan ikke læses. Send den igen.")
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """A row of the file as it was found: its problems, its values, and the hash of its CPR number if that is one."""

    row: RowProblems
    values: dict[str, str] = field(repr=False)
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Progress:
    """An import and how many of its rows are in each state."""

    file: Import
    counts: dict[RowState, int]


async def preview_import(session: Session, clock: Clock, vault: Vault, who: Caller, content: bytes) -> UUID:
    """Look through a file and keep it, sealed; nobody is registered yet. To tell who is known already is a look.

    Raises ImportUnreadable, PurposeMissing.
    """
    why = access.purpose(who.purpose)
    against = await basis(session, clock, vault)
    # Some thousand rows take a second or two of pure computing: other requests go on meanwhile.
    file, rows = await asyncio.to_thread(_look_through, content, against, vault)
    new = Import(
        import_id=clock.new_id(),
        state=State.PREVIEWED,
        created_at=clock.now(),
        created_by=who.actor_id,
        purpose=why,
        role=who.role,
        service=who.service,
        encoding=file.encoding,
        separator=file.separator,
        ignored_columns=file.ignored_columns,
    )
    known = await citizens.registered_among(session, [one.digest for one in rows if one.digest is not None])
    await access_log.note(session, clock, who, why, Look.SEARCH, set(known.values()))
    await imports.add(session, new, [_kept(new.import_id, one, known, vault) for one in rows])
    return new.import_id


async def look_at_import(session: Session, import_id: UUID) -> Progress:
    """Return how far an import is. Raises ImportNotFound."""
    return Progress(await _found(session, import_id), await imports.counts(session, import_id))


async def look_at_problems(session: Session, import_id: UUID, after_line: int, limit: int) -> list[RowProblems]:
    """Return rows with errors or warnings, by line. Raises ImportNotFound."""
    await _found(session, import_id)
    return await imports.rows_with_problems(session, import_id, after_line, limit)


async def look_at_rows(
    session: Session, clock: Clock, vault: Vault, who: Caller, import_id: UUID, after_line: int, limit: int
) -> list[tuple[int, NewCitizen]]:
    """Return rows still to be registered as they would be, by line: only to the one who brought the file.

    Nobody in them is a citizen yet, so there is no log of theirs to write in. Raises ImportNotFound.
    """
    import_file.brought_by(await _found(session, import_id), who.actor_id)
    against = await basis(session, clock, vault)
    rows = await imports.ready_rows(session, import_id, limit, after_line=after_line)
    read = [(line, _opened(vault, import_id, line, box)) for line, box in rows]
    seen = [(line, registration.check(values, against)[0]) for line, values in read if values is not None]
    return [(line, new) for line, new in seen if new is not None]


async def run_import(session: Session, clock: Clock, vault: Vault, import_id: UUID) -> Progress:
    """Start an import, or go on with a stopped one: registers a first batch now, the schedule does the rest.

    Raises ImportNotFound, ImportFinished.
    """
    file = import_file.unfinished(await _found(session, import_id, lock=True))
    await imports.set_state(session, import_id, State.RUNNING)
    await _register_batch(session, clock, vault, file)
    return await look_at_import(session, import_id)


async def stop_import(session: Session, import_id: UUID) -> Progress:
    """Stop an import; who is registered stays so, and `run_import` goes on later. Raises as run_import."""
    import_file.unfinished(await _found(session, import_id, lock=True))
    await imports.set_state(session, import_id, State.STOPPED)
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
        state = RowState.REFUSED if refused else RowState.READY
        rows.append(Checked(RowProblems(line.number, state, problems), line.fields, digest))
    return file, rows


def _kept(import_id: UUID, one: Checked, known: Collection[bytes], vault: Vault) -> tuple[RowProblems, Box | None]:
    """Return a row for the database: only one that is still to be registered keeps its content, sealed."""
    if one.row.state is not RowState.READY:
        return one.row, None
    if one.digest in known:
        return replace(one.row, state=RowState.KNOWN), None
    return one.row, vault.seal(imports.subject_of(import_id, one.row.line), json.dumps(one.values))


async def _register_batch(session: Session, clock: Clock, vault: Vault, file: Import) -> int:
    await imports.one_batch_at_a_time(session)
    who = Caller(file.service, file.role, file.purpose, file.created_by)
    rows = await imports.ready_rows(session, file.import_id, ROWS_AT_ONCE)
    against = await basis(session, clock, vault)
    for settled, (line, box) in enumerate(rows):
        try:
            values = _opened(vault, file.import_id, line, box)
        except KeyMissing:
            # Nothing of the file is lost: it goes on once the key is back. Until then it keeps no other waiting.
            log.error("import stopped: its key is not configured", import_id=str(file.import_id), key=box.key_id)
            await imports.set_state(session, file.import_id, State.STOPPED)
            return settled
        row, citizen_id = await _register_row(session, clock, vault, who, line, values, against)
        await imports.settle(session, file.import_id, row, citizen_id)
    if len(rows) < ROWS_AT_ONCE:
        await imports.set_state(session, file.import_id, State.DONE)
    return len(rows)


def _opened(vault: Vault, import_id: UUID, line: int, box: Box) -> dict[str, str] | None:
    """Return what a row says, None for one that was altered. Raises KeyMissing."""
    try:
        values: dict[str, str] = json.loads(vault.open(imports.subject_of(import_id, line), box))
    except KeyMissing:
        raise
    except (VaultError, ValueError):
        log.error("import row cannot be opened", import_id=str(import_id), line=line)
        return None
    return values


async def _register_row(
    session: Session,
    clock: Clock,
    vault: Vault,
    who: Caller,
    line: int,
    values: dict[str, str] | None,
    against: Basis,
) -> tuple[RowProblems, UUID | None]:
    """Register one row and return what became of it; a refusal is an outcome too, and the others go on."""
    if values is None:
        return RowProblems(line, RowState.REFUSED, [_UNREADABLE]), None
    try:
        async with session.savepoint():
            new, warnings = registration.checked(values, against)
            done = await register_checked(session, clock, vault, who, who.purpose, new, warnings)
    except _BROKEN as fault:
        # Only its kind: the message of a fault may repeat a person's data.
        log.error("import row not registered", line=line, fault=type(fault).__name__)
        return RowProblems(line, RowState.REFUSED, [_UNREADABLE]), None
    except CitizenKnown:
        return RowProblems(line, RowState.KNOWN, []), None
    except Refused as refused:
        return RowProblems(line, RowState.REFUSED, [Problem("line", refused.message)]), None
    return RowProblems(line, RowState.AGAIN if done.again else RowState.REGISTERED, warnings), done.citizen_id


async def _found(session: Session, import_id: UUID, *, lock: bool = False) -> Import:
    found = await imports.find(session, import_id, lock=lock)
    if found is None:
        raise ImportNotFound
    return found
