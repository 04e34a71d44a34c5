"""What a search for free times reads: advisers with their hours, and what is claimed, in plain minutes."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, text

from services.booking.model.free_times import Adviser, Claimed
from services.booking.model.week import Minutes
from services.booking.store.facts import ADVISER_JSON
from services.booking.tables import offered_times
from shared.clock import at_local
from shared.database import Session

_advisers = text(f"""select coalesce(json_agg({ADVISER_JSON} order by a.adviser_no), '[]')::text
from adviser a where a.bookable and (cast(:adviser as uuid) is null or a.adviser_id = :adviser)
    and exists (
        select 1 from weekly_hours w where w.adviser_no = a.adviser_no
        and w.valid_from <= :until_day and (w.valid_to is null or w.valid_to >= :day))""")  # noqa: S608 - own constants
# Claims are never longer than 8 hours (a check in the table), so that an index on their start finds them all.
_claimed = text("""select array_agg(resource_no), array_agg(starts), array_agg(ends)
from (
    select resource_no, (extract(epoch from lower(during)) / 60)::int as starts,
        (extract(epoch from upper(during)) / 60)::int as ends
    from slot_claim
    where state <> 'released' and lower(during) >= cast(:starts as timestamptz) - interval '8 hours'
        and lower(during) < :ends and upper(during) > :starts
        and (:everybody or resource_no = any(cast(:nos as bigint[])))
        and not (state = 'held' and (held_until <= :now or citizen_no = :me))
    order by lower(during)
) as claims""")
_offered = insert(offered_times)
_offers_to = (
    select(*(column for column in offered_times.c if column.name != "offer_no"))
    .where(offered_times.c.citizen_id == bindparam("citizen_id"))
    .order_by(offered_times.c.offer_no.desc())
    .limit(500)
)
_decoder = msgspec.json.Decoder(list[Adviser])
EVERYBODY = 20


async def advisers(session: Session, adviser_id: UUID | None, first: date, last: date) -> list[Adviser]:
    """Return bookable advisers with working hours between two local days, or the one adviser asked for."""
    found = await session.scalar(
        _advisers,
        {
            "adviser": adviser_id,
            "day": first,
            "until_day": last,
            "starts": at_local(first, time(0)),
            "ends": at_local(last + timedelta(days=1), time(0)),
        },
    )
    return _decoder.decode(found)


async def claimed(
    session: Session, numbers: Collection[int], citizen_no: int | None, first: date, last: date, now: datetime
) -> Claimed:
    """Return what is claimed between two local days. The citizen's own holds do not count: they give way."""
    me = citizen_no or 0
    row = (
        await session.execute(
            _claimed,
            {
                "starts": at_local(first, time(0)),
                "ends": at_local(last + timedelta(days=1), time(0)),
                "everybody": len(numbers) > EVERYBODY,
                "nos": [me] if len(numbers) > EVERYBODY else [*numbers, me],
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
