"""Find free times, and keep the evidence of what was shown to whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.booking.model import free_times
from services.booking.model import refusals as no
from services.booking.model.free_times import FreeTime, PartOfDay, Present, Roster, Wish
from services.booking.model.meetings import Booking, SaidBy, may_book, may_have, may_move
from services.booking.model.week import Form
from services.booking.store import bookings
from services.booking.store import facts as facts_store
from services.booking.store import search as store
from services.booking.store.facts import Facts
from shared.clock import local_date
from shared.database import Session
from shared.errors import Refused

# Further than anyone plans: how far closing days are read before the rule says how far the search may go.
FAR = timedelta(days=370)
NEAR = timedelta(days=3)
PLENTY = 500
WANTED = 3


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for; `citizen_id` is whom the times are for, where one is known.

    `moving`: the meeting of that citizen which is to be moved there; its time is let go when it is moved.
    """

    topic_id: str
    said_by: SaidBy
    citizen_id: UUID | None = None
    adviser_id: UUID | None = None
    form: Form | None = None
    part_of_day: PartOfDay | None = None
    since: datetime | None = None
    limit: int = 20
    each_adviser: bool = False
    moving: UUID | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Free times by start, with the facts they were found under."""

    times: list[FreeTime]
    facts: Facts


async def find_free_times(session: Session, now: datetime, search: Search) -> Found:
    """Return the earliest free times and remember that they were shown.

    Raises TopicUnknown, CitizenUnknown, BookingUnknown, and the refusals of may_book and may_have.
    """
    since = max(now, search.since or now)
    first = local_date(since)
    facts = await _gather(session, now, search, first)
    if search.citizen_id is not None:
        may_book(facts.known_citizen, search.said_by, facts.today)
        may_have(facts.known_topic, facts.known_citizen, search.said_by)
    present = None
    if search.moving is not None:
        present = await _present(session, now, facts, search, search.moving)
        search = search if present else replace(search, moving=None)
    wish, last = _wish(facts, search, since, now, present)
    times, until = await _earliest(session, now, facts, wish, search, first, last)
    if search.citizen_id is not None:
        await _remember(session, now, search, times, since, until)
    return Found(times, facts)


async def _present(session: Session, now: datetime, facts: Facts, search: Search, booking_id: UUID) -> Present | None:
    """Return where the meeting to be moved is; None when it may not be moved (any more): then it counts as always.

    Raises BookingUnknown for another citizen's meeting as for none, so that nothing can be found out.
    """
    found = await bookings.meeting(session, booking_id)
    if found is None or found.booking.citizen_id != search.citizen_id:
        raise no.BookingUnknown
    try:
        may_move(found.booking, facts.rules, search.said_by, now)
    except Refused:
        return None
    return place_of(found.booking)


def place_of(booking: Booking) -> Present:
    """Return where a meeting is now, in the minutes of the search."""
    return Present(booking.adviser_id, int(booking.starts_at.timestamp()) // 60, booking.form)


async def alternatives(
    session: Session, now: datetime, facts: Facts, search: Search, wanted: datetime, present: Present | None = None
) -> list[FreeTime]:
    """Return the three free times nearest to the wanted start: of its day, else of the days around it, else later.

    `facts` are those of the wanted day; `present` is where the meeting is that was to be moved, its time let go
    in this transaction.
    """
    minute, day = int(wanted.timestamp()) // 60, local_date(wanted)
    since = max(now, wanted - NEAR)
    wish, last = _wish(facts, search, since, now, present)
    roster = await store.advisers(session, None, day, day)
    claimed = await store.claimed(session, roster, facts.known_citizen.citizen_no, (day, day), now)
    times = free_times.near(day, roster, claimed, wish, minute, WANTED)
    if len(times) < WANTED:
        wide = await _gather(session, now, search, local_date(since))
        near = replace(search, limit=PLENTY)
        times, _ = await _earliest(session, now, wide, wish, near, local_date(since), min(last, day + NEAR))
        if len(times) < WANTED:
            more = await _earliest(session, now, wide, wish, search, day + NEAR + timedelta(days=1), last)
            times += more[0]
    return free_times.nearest(times, minute, WANTED)


async def _gather(session: Session, now: datetime, search: Search, first: date) -> Facts:
    return await facts_store.gather(
        session,
        now,
        topic_id=search.topic_id,
        citizen_id=search.citizen_id,
        adviser_id=None,
        first=first,
        last=first + FAR,
    )


def _wish(facts: Facts, search: Search, since: datetime, now: datetime, present: Present | None) -> tuple[Wish, date]:
    """Return the wish in minutes and the last local day it may reach."""
    topic, rules = facts.known_topic, facts.rules
    notice = rules["booking.min_notice_minutes"].value if search.said_by == "citizen" else 1
    horizon = timedelta(days=rules["booking.horizon_days"].value)
    last = (facts.today if search.said_by == "citizen" else local_date(since)) + horizon
    forms = tuple(form for form in topic.forms if search.form in (None, form))
    earliest = max(since, now + timedelta(minutes=notice))
    wish = Wish(
        minutes=topic.minutes,
        grid=rules["booking.grid_minutes"].value,
        forms=forms,
        earliest=-int(-earliest.timestamp() // 60),
        latest=2**31,
        part_of_day=search.part_of_day,
        each_adviser=search.each_adviser,
        present=present,
    )
    return wish, last


async def _earliest(
    session: Session, now: datetime, facts: Facts, wish: Wish, search: Search, first: date, last: date
) -> tuple[list[FreeTime], datetime]:
    """Search day by day in growing stretches and stop as soon as there are enough; return also how far it looked."""
    roster = await store.advisers(session, search.adviser_id, first, last)
    number = facts.citizen.citizen_no if facts.citizen else None
    times: list[FreeTime] = []
    for days in free_times.stretches(_open_days(facts, roster, wish, first, last)):
        claimed = await store.claimed(session, roster, number, (days[0], days[-1]), now, search.moving)
        for day in days:
            times += free_times.of_day(day, roster, claimed, wish, search.limit - len(times))
            if len(times) >= search.limit:
                return times, _moment(times[-1].ends)
    return times, max(now, datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1))


def _open_days(facts: Facts, roster: Roster, wish: Wish, first: date, last: date) -> Iterator[date]:
    """Yield the days on which a meeting could begin if nothing were booked."""
    closed = facts.closed
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if closed.reason(day) is None and roster.may_start(day, wish):
            yield day


async def _remember(
    session: Session, now: datetime, search: Search, times: Sequence[FreeTime], since: datetime, until: datetime
) -> None:
    """Keep the evidence; on disk before the answer when times were missing: that is what it must prove."""
    await store.remember_offer(
        session,
        {
            "citizen_id": search.citizen_id,
            "said_at": now,
            "topic_id": search.topic_id,
            "adviser_id": search.adviser_id,
            "form": search.form,
            "part_of_day": search.part_of_day,
            "from_at": since,
            "until_at": until,
            "times": len(times),
            "first_at": _moment(times[0].starts) if times else None,
            "said_by": search.said_by,
        },
        durable=len(times) < search.limit,
    )


def _moment(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)
