"""What a search for free times reads: advisers with their hours, and what is claimed, in plain minutes."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Text, bindparam, func, insert, select, text

from services.booking.model.free_times import Adviser, Claimed, Roster
from services.booking.model.week import Minutes, Week
from services.booking.tables import offered_times
from shared.clock import at_local
from shared.database import Session

# One text for all advisers: it changes seldom, so that a process reads it once and knows it again (`_roster`).
_advisers = text("""
select coalesce(json_agg(json_build_array(
    a.adviser_no, a.adviser_id, hours.weeks, coalesce(away.spans, '[]')) order by a.adviser_no), '[]')::text
from adviser a
    join (
        select adviser_no, json_agg(json_build_array(valid_from, valid_to, week) order by valid_from) as weeks
        from weekly_hours where valid_from <= :until_day and (valid_to is null or valid_to >= :day)
        group by adviser_no
    ) as hours using (adviser_no)
    left join (
        select adviser_no, json_agg(json_build_array(
            floor(extract(epoch from starts_at) / 60)::int, ceil(extract(epoch from ends_at) / 60)::int)
            order by absence_id) as spans
        from absence where starts_at < :ends and ends_at > :starts group by adviser_no
    ) as away using (adviser_no)
where a.bookable and (cast(:adviser as uuid) is null or a.adviser_id = :adviser)""")
# Claims are never longer than 8 hours (a check in the table), so that an index on their start finds them all.
# A meeting claims its citizen too; those rows are of no interest but for the one who looks.
_CLAIMED = """
select array_agg(resource_no), array_agg((date_part('epoch', lower(busy)) / 60)::int),
    array_agg((date_part('epoch', upper(busy)) / 60)::int)
from (
    select resource_no, unnest(range_agg(during)) as busy
    from slot_claim
    where state <> 'released' and lower(during) >= cast(:starts as timestamptz) - interval '8 hours'
        and lower(during) < :ends and upper(during) > :starts
        and (:everybody or resource_no = any(cast(:nos as bigint[])))
        and (resource_no <> citizen_no or resource_no = :me)
        and not (state = 'held' and (held_until <= :now or citizen_no = :me)){}
    group by resource_no
) as merged"""
# Claims that touch come merged, so that a meeting can only be left out here. Other searches do not pay for it.
_claimed = text(_CLAIMED.format(""))
_claimed_by_others = text(_CLAIMED.format(" and booking_id is distinct from cast(:moving as uuid)"))
# The setting holds for this transaction only, and in the same statement it costs no round trip.
_kept = [column for column in offered_times.c if column.name != "offer_no"]
_wait = func.set_config("synchronous_commit", bindparam("wait", type_=Text), True).label("wait")
_values = select(*(bindparam(column.name, type_=column.type).label(column.name) for column in _kept), _wait).subquery()
_offered = insert(offered_times).from_select(
    [column.name for column in _kept], select(*(_values.c[column.name] for column in _kept)).where(_values.c.wait != "")
)
_offers_to = (
    select(*_kept)
    .where(offered_times.c.citizen_id == bindparam("citizen_id"))
    .order_by(offered_times.c.offer_no.desc())
    .limit(500)
)
EVERYBODY = 20


async def advisers(session: Session, adviser_id: UUID | None, first: date, last: date) -> Roster:
    """Return bookable advisers with working hours between two local days, or the one adviser asked for."""
    written = await session.scalar(
        _advisers,
        {
            "adviser": adviser_id,
            "day": first,
            "until_day": last,
            "starts": at_local(first, time(0)),
            "ends": at_local(last + timedelta(days=1), time(0)),
        },
    )
    return _roster(written)


class _Written(msgspec.Struct, frozen=True, array_like=True):
    adviser_no: int
    adviser_id: UUID
    weeks: list[tuple[date, date | None, msgspec.Raw]]
    absences: tuple[Minutes, ...]


_read = msgspec.json.Decoder(list[_Written])


@lru_cache(maxsize=32)
def _roster(written: str) -> Roster:
    return Roster(
        Adviser(
            adviser.adviser_no,
            adviser.adviser_id,
            tuple((begins, ends, _week(bytes(week))) for begins, ends, week in adviser.weeks),
            adviser.absences,
        )
        for adviser in _read.decode(written)
    )


# Many advisers share one week: equal ones become the same object.
@lru_cache(maxsize=4096)
def _week(written: bytes) -> Week:
    return msgspec.json.decode(written, type=Week)


async def claimed(
    session: Session,
    roster: Roster,
    citizen_no: int | None,
    days: tuple[date, date],
    now: datetime,
    moving: UUID | None = None,
) -> Claimed:
    """Return what is claimed on some local days (both included).

    The citizen's own holds do not count: they give way. Nor does the meeting `moving`: its time is let go.
    """
    me = citizen_no or 0
    everybody = len(roster.advisers) > EVERYBODY
    row = (
        await session.execute(
            _claimed if moving is None else _claimed_by_others,
            {
                "starts": at_local(days[0], time(0)),
                "ends": at_local(days[1] + timedelta(days=1), time(0)),
                "everybody": everybody,
                "nos": [] if everybody else [me, *(adviser.adviser_no for adviser in roster.advisers)],
                "now": now,
                "me": me,
            }
            | ({"moving": moving} if moving is not None else {}),
        )
    ).one()
    taken: dict[int, list[Minutes]] = {}
    for number, starts, ends in zip(*(column or () for column in row), strict=True):
        taken.setdefault(number, []).append((starts, ends))
    return Claimed(taken, taken.get(me, ()))


async def remember_offer(session: Session, values: dict[str, Any], *, durable: bool) -> None:
    """Keep the evidence of one search: how many times it showed, and the first.

    What is not `durable` is kept without waiting for the disk: a crash of PostgreSQL may lose its last half second.
    """
    await session.execute(_offered, values | {"wait": "on" if durable else "off"})


async def offers_to(session: Session, citizen_id: UUID) -> list[dict[str, Any]]:
    """Return what a citizen was shown, newest first."""
    return [dict(row._mapping) for row in await session.execute(_offers_to, {"citizen_id": citizen_id})]
