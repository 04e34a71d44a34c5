"""Claims on advisers' and citizens' time: CHANGE is the only statement that takes or gives back a time.

Invariant: whoever changes claims first locks all resources concerned in rising order, then lets go, then claims in
rising order, all in one statement. So there are no deadlocks, and events of one citizen commit in the order they
were said. Overlaps are impossible without the locks as well: the exclusion constraint `no_two_at_once` forbids them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.database import Session

# `locked` must have been read before anything is let go, and that before anything is claimed: hence the cross joins.
CHANGE = """
with locked as materialized (
    select count(pg_advisory_xact_lock(no)) as n
    from (select no from unnest(cast(:lock as bigint[])) as r (no) order by no) as sorted
), expired as (
    delete from slot_claim using locked
    where resource_no = any(cast(:claim as bigint[])) and state = 'held' and held_until <= :now
        and during && tstzrange(:starts, :ends) and locked.n > 0
    returning 1
), let_go as (
    delete from slot_claim using locked
    where resource_no = any(cast(:lock as bigint[])) and state = 'held'
        and hold_id = any(cast(:holds as uuid[])) and locked.n > 0
    returning 1
), forgotten as (
    delete from hold where hold_id = any(cast(:holds as uuid[])) returning 1
), released as (
    update slot_claim set state = 'released' from locked
    where booking_id = :released and state = 'booked' and locked.n > 0
    returning 1
), gone as materialized (
    select (select count(*) from expired) + (select count(*) from let_go) + (select count(*) from released) as n
), claimed as (
    insert into slot_claim (resource_no, during, state, citizen_no, hold_id, booking_id, held_until)
    select no, tstzrange(:starts, :ends), cast(:state as text), cast(:citizen_no as bigint), cast(:hold as uuid),
        cast(:booking as uuid), cast(:held_until as timestamptz)
    from (select no from unnest(cast(:claim as bigint[])) as r (no) order by no) as sorted, gone
    where gone.n >= 0
    on conflict do nothing
    returning resource_no
)"""
_change = text(CHANGE + " select array(select resource_no from claimed)")  # noqa: S608 - two constants

_take_back = text("""
delete from slot_claim
where resource_no = any(cast(:nos as bigint[])) and during = tstzrange(:starts, :ends) and state <> 'released'
    and citizen_no = :citizen_no and (hold_id = cast(:hold as uuid) or booking_id = cast(:booking as uuid))""")


# Advisory locks with two keys never meet those with one: whoever waits here holds no resource yet.
_HOLDS = 7_240
_one_at_a_time = text("select pg_advisory_xact_lock(:space, hashtext(cast(cast(:citizen as uuid) as text)))")


async def one_hold_at_a_time(session: Session, citizen_id: UUID) -> None:
    """Wait for any other hold of this citizen; what is read afterwards includes it. Before everything else."""
    await session.execute(_one_at_a_time, {"space": _HOLDS, "citizen": citizen_id})


@dataclass(frozen=True, slots=True)
class Change:
    """One change of claims. `lock`: all resources concerned; `claim`: those to have from `starts` to `ends`."""

    lock: Collection[int]
    claim: Collection[int]
    citizen_no: int
    starts: datetime
    ends: datetime
    now: datetime
    hold_id: UUID | None = None
    held_until: datetime | None = None
    booking_id: UUID | None = None
    let_go_holds: Collection[UUID] = ()
    released_booking: UUID | None = None


async def change(session: Session, wanted: Change) -> set[int]:
    """Let go, remove expired holds, claim; return the resource numbers that were NOT free.

    Waits for a transaction that has just taken an overlapping time; when that one is undone, the time is free.
    """
    got = await session.scalar(_change, parameters(wanted))
    return set(wanted.claim) - set(got)


def parameters(wanted: Change) -> dict[str, Any]:
    """Return the parameters of a statement that begins with CHANGE."""
    return {
        "lock": list(wanted.lock),
        "claim": list(wanted.claim),
        "citizen_no": wanted.citizen_no,
        "starts": wanted.starts,
        "ends": wanted.ends,
        "now": wanted.now,
        "state": "held" if wanted.hold_id else "booked",
        "hold": wanted.hold_id,
        "held_until": wanted.held_until,
        "booking": wanted.booking_id,
        "holds": list(wanted.let_go_holds),
        "released": wanted.released_booking,
    }


async def take_back(session: Session, wanted: Change) -> None:
    """Undo the claims of a change that got only some: what follows in this transaction sees them free again."""
    await session.execute(
        _take_back,
        {
            "citizen_no": wanted.citizen_no,
            "starts": wanted.starts,
            "ends": wanted.ends,
            "hold": wanted.hold_id,
            "booking": wanted.booking_id,
            "nos": list(wanted.claim),
        },
    )
