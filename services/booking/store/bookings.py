"""Meetings and their history, and the short holds before them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, insert, select, text, update

from services.booking.model.meetings import Actor, Booking, SaidBy, Topic
from services.booking.model.week import Form
from services.booking.store import claims
from services.booking.store.claims import Change
from services.booking.store.facts import Place
from services.booking.tables import adviser, booking, booking_history, citizen, hold
from shared.database import Session


class Meeting(msgspec.Struct, frozen=True):
    """A meeting with everything a person wants to know about it."""

    booking: Booking
    note: str
    said_by: SaidBy
    created_at: datetime
    topic: Topic | None
    place: Place | None
    citizen_no: int
    adviser_no: int


class Hold(msgspec.Struct, frozen=True):
    """A time kept for a citizen until `expires_at`."""

    hold_id: UUID
    citizen_id: UUID
    adviser_id: UUID
    topic_id: str
    starts_at: datetime
    form: Form
    expires_at: datetime


class Said(msgspec.Struct, frozen=True):
    """One line of a meeting's history."""

    what: str
    said_by: SaidBy
    actor_id: UUID | None
    reason: str | None
    said_at: datetime


# The meeting's own day decides which version of topic and place it has.
_MEETING = """select json_build_object(
    'booking', json_build_object(
        'booking_id', b.booking_id, 'citizen_id', c.citizen_id, 'adviser_id', a.adviser_id, 'topic_id', b.topic_id,
        'starts_at', b.starts_at, 'ends_at', b.ends_at, 'form', b.form, 'remind_2h', b.remind_2h,
        'state', b.state, 'version', b.version),
    'note', b.note, 'said_by', b.said_by, 'created_at', b.created_at,
    'citizen_no', b.citizen_no, 'adviser_no', b.adviser_no,
    'topic', (
        select row_to_json(t) from topic t
        where t.topic_id = b.topic_id and t.valid_from <= d.day and (t.valid_to is null or t.valid_to >= d.day)),
    'place', (
        select row_to_json(p) from place p
        where p.form = b.form and p.valid_from <= d.day and (p.valid_to is null or p.valid_to >= d.day))
)::text
from booking b join citizen c using (citizen_no) join adviser a using (adviser_no)
    cross join lateral (select (b.starts_at at time zone 'Europe/Copenhagen')::date as day) d
"""
_one = text(_MEETING + "where b.booking_id = :booking_id")
_one_locked = text(_MEETING + "where b.booking_id = :booking_id for update of b")
_of_citizen = text(
    _MEETING
    + """where c.citizen_id = :citizen_id and (b.ends_at > :since or b.created_at > :since)
    order by b.starts_at, b.booking_id limit 200"""
)
_of_adviser = text(
    _MEETING
    + """where a.adviser_id = :adviser_id and b.state = 'booked' and b.starts_at < :ends and b.ends_at > :starts
    order by b.starts_at, b.booking_id limit 500"""
)
_book = text(f"""{claims.CHANGE}, kept as (
    insert into booking (booking_id, citizen_no, adviser_no, topic_id, starts_at, ends_at, form, note, remind_2h,
        state, version, said_by, created_at)
    values (:booking, :citizen_no, :adviser_no, :topic, :starts, :ends, :form, :note, :remind_2h,
        'booked', :version, :said_by, :now)
), said as (
    insert into booking_history (booking_id, version, what, adviser_no, starts_at, form, said_by, actor_id, said_at)
    values (:booking, :version, 'created', :adviser_no, :starts, :form, :said_by, :actor, :now)
)
select array(select resource_no from claimed)""")  # noqa: S608 - put together from constants
_decoder = msgspec.json.Decoder(Meeting)
_new_line = insert(booking_history)
_new_hold = insert(hold)
_changed = (
    update(booking)
    .where(booking.c.booking_id == bindparam("of"))
    .values({name: bindparam(name) for name in ("adviser_no", "starts_at", "ends_at", "form", "state", "version")})
)
_the_hold = (
    select(hold, citizen.c.citizen_id, adviser.c.adviser_id)
    .join(citizen, citizen.c.citizen_no == hold.c.citizen_no)
    .join(adviser, adviser.c.adviser_no == hold.c.adviser_no)
    .where(hold.c.hold_id == bindparam("hold_id"))
)
_history = (
    select(booking_history).where(booking_history.c.booking_id == bindparam("of")).order_by(booking_history.c.version)
)


async def meeting(session: Session, booking_id: UUID, *, lock: bool = False) -> Meeting | None:
    """Return a meeting; with `lock` nobody else changes it until the transaction ends."""
    found = await session.scalar(_one_locked if lock else _one, {"booking_id": booking_id})
    return None if found is None else _decoder.decode(found)


async def of_citizen(session: Session, citizen_id: UUID, since: datetime) -> list[Meeting]:
    """Return a citizen's meetings that end or were made after `since`, cancelled ones too, by time."""
    rows = await session.execute(_of_citizen, {"citizen_id": citizen_id, "since": since})
    return [_decoder.decode(row) for row in rows.scalars()]


async def of_adviser(session: Session, adviser_id: UUID, starts: datetime, ends: datetime) -> list[Meeting]:
    """Return an adviser's meetings that touch the half-open time, by start."""
    rows = await session.execute(_of_adviser, {"adviser_id": adviser_id, "starts": starts, "ends": ends})
    return [_decoder.decode(row) for row in rows.scalars()]


async def book(session: Session, meeting: Meeting, who: Actor, change: Change) -> set[int]:
    """Remember a new meeting, the first line of its history and its claims, in one round trip.

    Return the resource numbers that were NOT free: then the transaction must not be committed.
    """
    new = meeting.booking
    got = await session.scalar(
        _book,
        {
            **claims.parameters(change),
            "adviser_no": meeting.adviser_no,
            "topic": new.topic_id,
            "form": new.form,
            "note": meeting.note,
            "remind_2h": new.remind_2h,
            "version": new.version,
            "said_by": meeting.said_by,
            "actor": who.actor_id,
        },
    )
    return set(change.claim) - set(got)


async def change(session: Session, meeting: Meeting) -> None:
    """Remember what has changed about a meeting whose row is locked."""
    now = meeting.booking
    await session.execute(
        _changed,
        {
            "of": now.booking_id,
            "adviser_no": meeting.adviser_no,
            "starts_at": now.starts_at,
            "ends_at": now.ends_at,
            "form": now.form,
            "state": now.state,
            "version": now.version,
        },
    )


async def add_line(
    session: Session, meeting: Meeting, what: str, who: Actor, at: datetime, reason: str | None = None
) -> None:
    """Add to a meeting's history what was just said about it."""
    await session.execute(
        _new_line,
        {
            "booking_id": meeting.booking.booking_id,
            "version": meeting.booking.version,
            "what": what,
            "adviser_no": meeting.adviser_no,
            "starts_at": meeting.booking.starts_at,
            "form": meeting.booking.form,
            "reason": reason,
            "said_by": who.said_by,
            "actor_id": who.actor_id,
            "said_at": at,
        },
    )


async def history(session: Session, booking_id: UUID) -> list[Said]:
    """Return what was said about a meeting, oldest first."""
    rows = await session.execute(_history, {"of": booking_id})
    return [Said(row.what, row.said_by, row.actor_id, row.reason, row.said_at) for row in rows]


async def add_hold(session: Session, values: dict[str, Any]) -> None:
    """Remember a hold. Its claims follow in the same transaction."""
    await session.execute(_new_hold, values)


async def held(session: Session, hold_id: UUID) -> Hold | None:
    """Return a hold, expired ones too while they are not swept away."""
    row = (await session.execute(_the_hold, {"hold_id": hold_id})).one_or_none()
    if row is None:
        return None
    return Hold(row.hold_id, row.citizen_id, row.adviser_id, row.topic_id, row.starts_at, row.form, row.expires_at)
