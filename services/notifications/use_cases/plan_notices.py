"""Planning: after every change of a meeting, and whenever the sweeper asks, the ledger is made right."""

from dataclasses import replace
from uuid import UUID

from prometheus_client import Counter

from services.notifications.model.notice import Kind, Meeting, Notice, Reason, State
from services.notifications.model.plan import Changes, compare
from services.notifications.store import ledger, meetings, rules
from shared import tasks
from shared.clock import Clock
from shared.contracts.notifications import NoticeDue, NoticeUndeliverable
from shared.database import Session
from shared.messaging import outbox, timers
from shared.telemetry import carrier, get_logger

TASK = "notice-undeliverable"
log = get_logger(__name__)
_unplanned = Counter("jobvej_meetings_unplanned", "Looks at a meeting whose notices could not be planned")
_WHY = {
    Reason.NO_ADDRESS: "Borgeren har hverken e-mail eller mobilnummer hos os.",
    Reason.BAD_ADDRESS: "Borgerens e-mail eller mobilnummer virker ikke.",
    Reason.REFUSED: "Borgerens e-mail eller mobilnummer tager ikke imod beskeder.",
    Reason.PROVIDER_DOWN: "Mail og sms har været ude af drift.",
    Reason.NO_TIME_LEFT: "Beskeden kunne ikke nå frem inden for sendetiden.",
    Reason.BEGUN: "Beskeden nåede ikke frem, før mødet begyndte.",
}


async def hear_meeting(session: Session, clock: Clock, meeting: Meeting) -> None:
    """Keep what was said about a meeting and plan for it; what is older than what is known changes nothing."""
    meeting = await _still_believed(session, meeting)
    if await meetings.heard(session, meeting, clock.now()):
        # A message that never arrived about an earlier state of the meeting is nobody's task any more.
        await tasks.settle(session, clock, kinds=[TASK], data={"booking_id": str(meeting.booking_id)})
        await make_right(session, clock, meeting)


async def _still_believed(session: Session, meeting: Meeting) -> Meeting:
    """Keep the earlier time of a move that nobody was told of yet: after the next change it is still believed in."""
    known = await meetings.locked(session, meeting.booking_id)
    if known is None or known.version >= meeting.version or known.previous_starts_at is None:
        return meeting
    rows = await ledger.of_booking(session, meeting.booking_id)
    if any(row.kind is Kind.MOVED and row.occasion == known.version and row.state is State.SENT for row in rows):
        return meeting
    times = [time for time in (meeting.previous_starts_at, known.previous_starts_at) if time is not None]
    return replace(meeting, previous_starts_at=min(times))


async def make_right_by_id(session: Session, clock: Clock, booking_id: UUID) -> None:
    """Make the ledger of a meeting right, if the meeting is known and can be planned."""
    meeting = await meetings.locked(session, booking_id)
    if meeting is not None:
        await try_to_make_right(session, clock, meeting)


async def try_to_make_right(session: Session, clock: Clock, meeting: Meeting) -> Changes:
    """Make the ledger of one among many right; a meeting that cannot be planned keeps nothing else from going on."""
    try:
        async with session.savepoint():
            return await make_right(session, clock, meeting)
    except Exception as fault:  # the edge of one meeting: the sweeper comes back to it, and the log says why it waits
        if session.connection.invalidated:
            raise
        _unplanned.inc()
        log.error("meeting not planned", booking=str(meeting.booking_id), exc_info=fault)
        return Changes()


async def make_right(session: Session, clock: Clock, meeting: Meeting) -> Changes:
    """Do the difference between what should be told about a meeting and what is in the ledger.

    The caller holds the meeting's lock. Raises NoSendingRule.
    """
    now = clock.now()
    existing = await ledger.of_booking(session, meeting.booking_id)
    changes = compare(meeting, existing, await rules.all_rules(session), now)
    await ledger.close(session, changes.close, now)
    for closing in changes.close:
        if closing.notice.state is State.PLANNED:
            await timers.cancel(session, timer_of(closing.notice))
    await ledger.reschedule(session, changes.reschedule)
    if changes.create:
        await ledger.add(session, changes.create, carrier(), now)
    await timers.set_many(
        session,
        [
            (timer_of(each), each.due_at, NoticeDue(**_ids(each)))
            for each in (*changes.create, *changes.reschedule)
            if each.state is State.PLANNED
        ],
    )
    for given_up in changes.hand_over:
        await _hand_over(session, clock, meeting, given_up)
    return changes


async def _hand_over(session: Session, clock: Clock, meeting: Meeting, notice: Notice) -> None:
    """Give to a person what no channel could deliver: once, with the reason, due before the meeting."""
    now = clock.now()
    reason = Reason(notice.reason) if notice.reason else Reason.BEGUN
    # Without any address every message about this meeting fails alike: one task says it once.
    about = reason if reason is Reason.NO_ADDRESS else notice.kind
    await tasks.add(
        session,
        clock,
        kind=TASK,
        reason=f"Vi kunne ikke give borgeren besked om en samtale. {_WHY.get(reason, '')}".strip(),
        due_at=max(now, meeting.starts_at),
        unique_key=f"{TASK}/{meeting.booking_id}/{notice.occasion}/{about}",
        citizen_id=meeting.citizen_id,
        staff_id=meeting.adviser_id,
        data={"booking_id": str(meeting.booking_id), "kind": notice.kind, "reason": reason},
    )
    await ledger.mark_handed_over(session, notice.notice_id, now)
    outbox.add(
        session, NoticeUndeliverable(**_ids(notice), kind=notice.kind, channel=notice.channel, reason=reason.value)
    )


def timer_of(notice: Notice) -> str:
    """The key of a notice's timer."""
    return f"notice/{notice.notice_id}"


def _ids(notice: Notice) -> dict[str, UUID]:
    return {"notice_id": notice.notice_id, "citizen_id": notice.citizen_id, "booking_id": notice.booking_id}
