"""What a search for free times reads: advisers with their hours, and what is claimed, in plain minutes."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, text

from services.booking.model.free_times import Adviser, Claimed
from services.booking.model.week import Minutes, Week
from services.booking.tables import offered_times
from shared.clock import at_local
from shared.database import Session

# Many advisers share one week, and weeks change seldom: each is read once per process, by its own text.
_advisers = text("""
select a.adviser_no, a.adviser_id,
    array_agg(w.valid_from order by w.valid_from), array_agg(w.valid_to order by w.valid_from),
    array_agg(w.week::text order by w.valid_from), min(away.starts), min(away.ends)
from adviser a
    join weekly_hours w using (adviser_no)
    left join (
        select adviser_no, array_agg(floor(extract(epoch from starts_at) / 60)::int order by absence_id) as starts,
            array_agg(ceil(extract(epoch from ends_at) / 60)::int order by absence_id) as ends
        from absence where starts_at < :ends and ends_at > :starts group by adviser_no
    ) as away using (adviser_no)
where a.bookable and (cast(:adviser as uuid) is null or a.adviser_id = :adviser)
    and w.valid_from <= :until_day and (w.valid_to is null or w.valid_to >= :day)
group by a.adviser_no, a.adviser_id
order by a.adviser_no""")
# Claims are never longer than 8 hours (a check in the table), so that an index on their start finds them all.
# Each is stretched to the front by a meeting's length, so that gaps no meeting fits into close when they are merged.
_claimed = text("""
select array_agg(resource_no), array_agg(lower(busy) + :short), array_agg(upper(busy))
from (
    select resource_no, unnest(range_agg(int4range(
        (date_part('epoch', lower(during)) / 60)::int - :short, (date_part('epoch', upper(during)) / 60)::int))) as busy
    from slot_claim
    where state <> 'released' and lower(during) >= cast(:starts as timestamptz) - interval '8 hours'
        and lower(during) < :ends and upper(during) > :starts
        and (:everybody or resource_no = any(cast(:nos as bigint[])))
        and not (state = 'held' and (held_until <= :now or citizen_no = :me))
    group by resource_no
) as merged""")
_offered = insert(offered_times)
_offers_to = (
    select(*(column for column in offered_times.c if column.name != "offer_no"))
    .where(offered_times.c.citizen_id == bindparam("citizen_id"))
    .order_by(offered_times.c.offer_no.desc())
    .limit(500)
)
EVERYBODY = 20


async def advisers(session: Session, adviser_id: UUID | None, first: date, last: date) -> list[Adviser]:
    """Return bookable advisers with working hours between two local days, or the one adviser asked for."""
    rows = await session.execute(
        _advisers,
        {
            "adviser": adviser_id,
            "day": first,
            "until_day": last,
            "starts": at_local(first, time(0)),
            "ends": at_local(last + timedelta(days=1), time(0)),
        },
    )
    return [_adviser(row) for row in rows]


def _adviser(row: Any) -> Adviser:
    number, adviser_id, begins, ends, weeks, away, back = row
    absences = tuple(zip(away or (), back or (), strict=True))
    return Adviser(number, adviser_id, tuple(zip(begins, ends, map(_week, weeks), strict=True)), absences)


@lru_cache(maxsize=4096)
def _week(written: str) -> Week:
    return msgspec.json.decode(written, type=Week)


async def claimed(
    session: Session,
    numbers: Collection[int],
    citizen_no: int | None,
    days: tuple[date, date],
    minutes: int,
    now: datetime,
) -> Claimed:
    """Return what is claimed on some local days (both included); gaps shorter than the wanted meeting count as taken.

    The citizen's own holds do not count: they give way.
    """
    me = citizen_no or 0
    row = (
        await session.execute(
            _claimed,
            {
                "starts": at_local(days[0], time(0)),
                "ends": at_local(days[1] + timedelta(days=1), time(0)),
                "everybody": len(numbers) > EVERYBODY,
                "nos": [me] if len(numbers) > EVERYBODY else [*numbers, me],
                "short": minutes - 1,
                "now": now,
                "me": me,
            },
        )
    ).one()
    taken: dict[int, list[Minutes]] = {}
    for number, starts, ends in zip(*(column or () for column in row), strict=True):
        taken.setdefault(number, []).append((starts, ends))
    return Claimed(taken, taken.get(me, ()))


async def remember_offer(session: Session, values: dict[str, Any]) -> None:
    """Keep the evidence of one search: how many times it showed, and the first."""
    await session.execute(_offered, values)


async def offers_to(session: Session, citizen_id: UUID) -> list[dict[str, Any]]:
    """Return what a citizen was shown, newest first."""
    return [dict(row._mapping) for row in await session.execute(_offers_to, {"citizen_id": citizen_id})]
