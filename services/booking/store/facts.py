"""What a decision needs to know, fetched in one round trip: rules in force, topic, citizen, adviser, closed days.

The database puts the facts together as JSON and msgspec reads them straight into the model's types; on the hot path
this is one statement instead of eight.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from services.booking.model import refusals as no
from services.booking.model.calendar import ClosedDays, ClosingDay, YearlyClosing
from services.booking.model.free_times import Adviser, FreeTime
from services.booking.model.meetings import Citizen, Topic
from services.booking.model.rules import Rule, Rules
from services.booking.model.week import Form
from shared.clock import at_local, local_date
from shared.database import Session


class Place(msgspec.Struct, frozen=True):
    """Where a form of meeting takes place."""

    form: Form
    place_da: str
    place_en: str


class Held(msgspec.Struct, frozen=True):
    """A hold the citizen has, living or not; whoever takes another time lets go of it."""

    hold_id: UUID
    adviser_no: int


class Facts(msgspec.Struct, frozen=True):
    """The facts of one case, as of `today`. What was not found is None; the getters refuse in that case."""

    today: date
    rows: list[Rule]
    yearly: list[YearlyClosing]
    closing: list[ClosingDay]
    places: list[Place]
    topic: Topic | None
    citizen: Citizen | None
    holds: list[Held]
    adviser: Adviser | None

    @property
    def rules(self) -> Rules:
        return Rules(self.rows, self.today)

    @property
    def closed(self) -> ClosedDays:
        return ClosedDays(self.closing, self.yearly)

    @property
    def known_topic(self) -> Topic:
        if self.topic is None:
            raise no.TopicUnknown
        return self.topic

    @property
    def known_citizen(self) -> Citizen:
        if self.citizen is None:
            raise no.CitizenUnknown
        return self.citizen

    @property
    def known_adviser(self) -> Adviser:
        if self.adviser is None:
            raise no.AdviserUnknown
        return self.adviser

    def shown(self, free: FreeTime) -> dict[str, Any]:
        """Return a free time as others see it: the form first chosen, all possible forms, and the place."""
        place = self.place_of(free.forms[0])
        return {
            "adviser_id": free.adviser_id,
            "starts_at": datetime.fromtimestamp(free.starts * 60, UTC),
            "ends_at": datetime.fromtimestamp(free.ends * 60, UTC),
            "form": free.forms[0],
            "forms": free.forms,
            "place": place.place_da if place else "",
            "place_en": place.place_en if place else "",
        }

    def place_of(self, form: str) -> Place | None:
        return next((place for place in self.places if place.form == form), None)


_IN_FORCE = "{0}.valid_from <= {1} and ({0}.valid_to is null or {0}.valid_to >= {1})"
ADVISER_JSON = """json_build_object(
    'adviser_no', a.adviser_no, 'adviser_id', a.adviser_id,
    'weeks', (
        select coalesce(json_agg(json_build_array(w.valid_from, w.valid_to, w.week)), '[]')
        from weekly_hours w where w.adviser_no = a.adviser_no
        and w.valid_from <= :until_day and (w.valid_to is null or w.valid_to >= :day)),
    'absences', (
        select coalesce(json_agg(json_build_array(
            floor(extract(epoch from b.starts_at) / 60)::bigint,
            ceil(extract(epoch from b.ends_at) / 60)::bigint)), '[]')
        from absence b where b.adviser_no = a.adviser_no
        and b.starts_at < :ends and b.ends_at > :starts))"""
_facts = text(f"""select json_build_object(
    'today', cast(:today as date),
    'rows', (select json_agg(r) from rule r where {_IN_FORCE.format("r", ":today")}),
    'yearly', (select coalesce(json_agg(y), '[]') from yearly_closing y),
    'closing', (select coalesce(json_agg(d), '[]') from closing_day d where d.day between :day and :until_day),
    'places', (select coalesce(json_agg(p), '[]') from place p where {_IN_FORCE.format("p", ":day")}),
    'topic', (select row_to_json(t) from topic t where t.topic_id = :topic and {_IN_FORCE.format("t", ":day")}),
    'citizen', (
        select json_build_object(
            'citizen_id', c.citizen_id, 'citizen_no', c.citizen_no, 'contact_group', c.contact_group,
            'deregistered_on', c.deregistered_on, 'exempt', (
                select e.reason from exemption e
                where e.citizen_id = c.citizen_id and e.revoked_at is null and {_IN_FORCE.format("e", ":today")}
                order by e.decided_at desc limit 1))
        from citizen c where c.citizen_id = :citizen),
    'holds', (
        select coalesce(json_agg(json_build_object('hold_id', h.hold_id, 'adviser_no', h.adviser_no)), '[]')
        from hold h join citizen c using (citizen_no) where c.citizen_id = :citizen),
    'adviser', (select {ADVISER_JSON} from adviser a where a.adviser_id = :adviser and a.bookable)
)::text""")  # noqa: S608 - put together from constants; every value is a parameter
_decoder = msgspec.json.Decoder(Facts)


async def gather(
    session: Session,
    now: datetime,
    *,
    topic_id: str | None,
    citizen_id: UUID | None,
    adviser_id: UUID | None,
    first: date,
    last: date,
) -> Facts:
    """Return the facts for meetings on the local days from `first` to `last`; topic and place as of `first`."""
    found = await session.scalar(
        _facts,
        {
            "today": local_date(now),
            "topic": topic_id,
            "citizen": citizen_id,
            "adviser": adviser_id,
            "day": first,
            "until_day": last,
            "starts": at_local(first, time(0)),
            "ends": at_local(last + timedelta(days=1), time(0)),
        },
    )
    return _decoder.decode(found)
