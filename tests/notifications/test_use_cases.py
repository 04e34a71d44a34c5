"""From what booking says to what a citizen reads: told once, in time, and never what is not so any more."""

from datetime import timedelta

import icalendar
import pytest

from services.notifications.model.notice import Channel, Kind, message_id, notice_id
from shared.telemetry import attached
from tests.notifications.conftest import World
from tests.notifications.given import BOOKING, utc

pytestmark = pytest.mark.anyio
FRIDAY = utc("2026-11-27 09:00")
MONDAY = utc("2026-11-30 12:00")


async def test_a_booking_is_confirmed_at_once_and_reminded_of_a_day_before(world: World) -> None:
    await world.book(FRIDAY)
    await world.send()
    assert world.subjects() == ["Din samtale fredag den 27. november kl. 10.00"]
    await world.at(FRIDAY - timedelta(hours=24, seconds=1))
    assert len(world.mailbox.mails) == 1
    await world.at(FRIDAY - timedelta(hours=24))
    assert world.subjects()[1:] == ["Husk din samtale fredag den 27. november kl. 10.00"]
    await world.at(FRIDAY + timedelta(days=1))
    await world.heal()
    assert len(world.mailbox.mails) == 2


async def test_the_second_reminder_goes_by_sms_two_hours_before_when_chosen(world: World) -> None:
    await world.book(MONDAY, remind_2h=True)
    await world.send()
    await world.at(MONDAY - timedelta(hours=24))
    await world.at(MONDAY - timedelta(hours=2))
    assert len(world.mailbox.mails) == 2
    ((to, said),) = world.phones.texts.values()
    assert to == "+4570102030"
    assert said == (
        "Nordby Kommune: Husk din samtale mandag 30/11 kl. 13.00. Sted: Torvet 1. Tag ID med. "
        "Kan du ikke? Ring 70 10 20 30"
    )


async def test_an_english_speaker_reads_english(world: World) -> None:
    world.town.reach(email="a@mail.example", mobile=None, language="en")
    await world.book(FRIDAY)
    await world.send()
    (mail,) = world.mailbox.mails
    assert mail.message["Subject"] == "Your meeting on Friday 27 November at 10:00"
    assert b"Your CV." in mail.part("text/plain")
    assert b"first floor" in mail.part("text/plain")


async def test_book_move_cancel_keeps_one_calendar_entry_right(world: World) -> None:
    await world.book(FRIDAY)
    await world.send()
    await world.move(MONDAY)
    await world.send()
    await world.cancel()
    await world.send()
    calendars = [icalendar.Calendar.from_ical(mail.part("application/ics")) for mail in world.mailbox.mails]
    events = [calendar.walk("VEVENT")[0] for calendar in calendars]
    assert [calendar["METHOD"] for calendar in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert len({event["UID"] for event in events}) == 1
    assert [event.decoded("DTSTART") for event in events] == [FRIDAY, MONDAY, MONDAY]


async def test_a_meeting_moved_twice_is_told_once_and_reminded_of_once_at_the_right_time(world: World) -> None:
    await world.book(FRIDAY)
    await world.send()
    await world.move(MONDAY)
    await world.move(utc("2026-12-02 12:00"))
    await world.send()
    assert world.subjects()[1:] == ["Ny tid til din samtale: onsdag den 2. december kl. 13.00"]
    for moment in ("2026-11-26 09:00", "2026-11-29 12:00", "2026-12-01 11:59"):
        await world.at(utc(moment))
        await world.heal()
        assert len(world.mailbox.mails) == 2
    await world.at(utc("2026-12-01 12:00"))
    assert world.subjects()[2:] == ["Husk din samtale onsdag den 2. december kl. 13.00"]


async def test_nobody_is_reminded_of_a_cancelled_meeting(world: World) -> None:
    await world.book(FRIDAY, remind_2h=True)
    await world.send()
    await world.cancel(by="authority", said_by="staff")
    await world.send()
    for hours in (24, 12, 2, 0):
        await world.at(FRIDAY - timedelta(hours=hours))
        await world.heal()
    assert world.subjects()[1:] == ["Aflyst: din samtale fredag den 27. november kl. 10.00"]
    assert world.phones.asked == []
    assert b"har aflyst din tid" in world.mailbox.mails[1].part("text/plain")


@pytest.mark.parametrize("change", ["move", "cancel"])
async def test_a_reminder_is_held_back_when_the_event_that_changes_the_meeting_is_still_under_way(
    world: World, change: str
) -> None:
    await world.book(FRIDAY)
    await world.send()
    world.clock.set(FRIDAY - timedelta(hours=24))
    event = await (world.move(MONDAY, arrives=False) if change == "move" else world.cancel(arrives=False))
    await world.fire_timers()
    await world.send()
    assert len(world.mailbox.mails) == 1
    assert (await world.notices())["reminder_24h", "email", 1] == "superseded"
    await world.hear(event)
    await world.send()
    assert len(world.mailbox.mails) == 2


async def test_events_that_come_twice_late_or_in_the_wrong_order_change_nothing(world: World) -> None:
    await world.book(FRIDAY)
    moved = await world.move(MONDAY, arrives=False)
    cancelled = await world.cancel(arrives=False)
    await world.hear(cancelled)
    for event in (moved, cancelled, moved):
        await world.hear(event)
    await world.send()
    await world.send()
    assert world.subjects() == ["Aflyst: din samtale mandag den 30. november kl. 13.00"]


async def test_a_move_that_comes_before_its_booking_is_told_and_the_booking_is_not(world: World) -> None:
    world.version, world.starts_at = 1, FRIDAY
    moved = await world.move(MONDAY)
    await world.hear(moved)
    await world.send()
    assert await world.notices() == {("moved", "email", 2): "sent", ("reminder_24h", "email", 2): "planned"}


async def test_what_staff_do_at_night_is_told_at_nine(world: World) -> None:
    world.clock.set(utc("2026-11-24 21:30"))
    await world.book(FRIDAY, said_by="staff")
    await world.send()
    assert world.mailbox.mails == []
    await world.at(utc("2026-11-25 07:59"))
    assert world.mailbox.mails == []
    await world.at(utc("2026-11-25 08:00"))
    assert b"har givet dig en tid" in world.mailbox.mails[0].part("text/plain")


async def test_a_meeting_tomorrow_at_eight_that_staff_move_at_night_is_told_at_once(world: World) -> None:
    await world.book(utc("2026-11-25 07:00"))
    await world.send()
    world.clock.set(utc("2026-11-24 22:00"))
    await world.move(utc("2026-11-25 11:00"), said_by="staff")
    await world.send()
    assert world.subjects()[1:] == ["Ny tid til din samtale: onsdag den 25. november kl. 12.00"]


@pytest.mark.parametrize("second", ["move", "cancel"])
async def test_a_time_the_citizen_was_never_told_the_end_of_counts_after_the_next_change_too(
    world: World, second: str
) -> None:
    await world.book(utc("2026-11-25 07:00"))
    await world.send()
    world.clock.set(utc("2026-11-24 22:00"))
    await world.move(utc("2026-11-25 11:00"), said_by="staff")
    if second == "move":
        await world.move(utc("2026-11-26 11:00"), said_by="staff")
    else:
        await world.cancel(by="authority", said_by="staff")
    await world.send()
    assert len(world.mailbox.mails) == 2


async def test_a_time_the_citizen_knows_to_be_off_wakes_nobody_at_the_next_change(world: World) -> None:
    await world.book(utc("2026-11-25 07:00"))
    await world.send()
    await world.move(utc("2026-11-26 11:00"), said_by="staff")
    await world.send()
    world.clock.set(utc("2026-11-24 22:00"))
    await world.move(utc("2026-11-27 11:00"), said_by="staff")
    await world.send()
    assert len(world.mailbox.mails) == 2
    await world.at(utc("2026-11-25 08:00"))
    assert len(world.mailbox.mails) == 3


async def test_a_meeting_booked_an_hour_ahead_is_confirmed_and_not_reminded_of(world: World) -> None:
    await world.book(world.clock.now() + timedelta(hours=1), remind_2h=True)
    await world.send()
    rows = await world.rows("select kind, reason from notice where state = 'dropped' order by kind")
    assert [tuple(row.values()) for row in rows] == [("reminder_24h", "booked-late"), ("reminder_2h", "booked-late")]
    assert len(world.mailbox.mails) == 1


async def test_a_lost_timer_is_healed_by_the_sweeper(world: World) -> None:
    await world.book(FRIDAY)
    await world.send()
    await world.rows("delete from timer returning timer_key")
    world.clock.set(FRIDAY - timedelta(hours=23))
    await world.heal()
    await world.send()
    assert world.subjects()[1:] == ["Husk din samtale fredag den 27. november kl. 10.00"]


async def test_a_notice_that_was_never_planned_is_healed_by_the_sweeper(world: World) -> None:
    await world.book(FRIDAY)
    await world.rows("delete from notice returning notice_id")
    await world.heal()
    await world.send()
    assert len(world.mailbox.mails) == 1
    await world.rows("delete from notice where kind = 'reminder_24h' returning notice_id")
    world.clock.advance(timedelta(minutes=1))
    await world.heal()
    assert (await world.notices())["reminder_24h", "email", 1] == "planned"


async def test_every_message_of_a_booking_says_so_in_an_event(world: World) -> None:
    await world.book(FRIDAY)
    await world.send()
    (said,) = await world.rows("select convert_from(body, 'utf8')::jsonb as body from outbox")
    assert said["body"]["notice_id"] == str(notice_id(BOOKING, Kind.CONFIRMATION, Channel.EMAIL, 1))
    assert (said["body"]["kind"], said["body"]["channel"]) == ("confirmation", "email")


async def test_a_message_carries_its_notices_id_and_the_ledger_which_words_were_read(world: World) -> None:
    await world.book(FRIDAY)
    await world.send()
    (mail,) = world.mailbox.mails
    expected = notice_id(BOOKING, Kind.CONFIRMATION, Channel.EMAIL, 1)
    assert mail.message_id == message_id(expected, "nordby.example")
    (row,) = await world.rows("select language, template_version, attempts from notice where state = 'sent'")
    assert row == {"language": "da", "template_version": 1, "attempts": 1}


async def test_the_trace_of_a_booking_leads_to_its_reminder_a_day_later(world: World) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    with attached({"traceparent": f"00-{trace}-b7ad6b7169203331-01"}, "booking"):
        await world.book(FRIDAY)
    await world.send()
    world.town.traces.clear()
    await world.at(FRIDAY - timedelta(hours=24))
    assert len(world.town.traces) == 2
    assert {each.split("-")[1] for each in world.town.traces} == {trace}


async def test_no_address_or_name_is_kept(world: World) -> None:
    await world.book(FRIDAY, remind_2h=True)
    await world.send()
    for table in ("meeting", "notice", "task", "timer", "outbox"):
        kept = await world.rows(f"select {table}::text as row from {table}")
        assert not [row for row in kept if "mail.example" in row["row"] or "Ida" in row["row"] or "7010" in row["row"]]


async def test_old_notices_and_their_meetings_are_forgotten(world: World) -> None:
    await world.book(FRIDAY)
    await world.send()
    world.clock.set(FRIDAY + timedelta(days=729))
    await world.forget()
    assert len(await world.rows("select 1 as one from notice")) == 2
    world.clock.set(FRIDAY + timedelta(days=731))
    await world.forget()
    assert await world.rows("select 1 as one from notice union all select 1 from meeting") == []
