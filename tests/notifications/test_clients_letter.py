"""A mail as it is put together, and the invitation that updates and cancels itself."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest

from services.notifications.clients.letter import Sender, letter, recipient
from services.notifications.clients.outcomes import Never
from services.notifications.model.invitation import Invitation, ics
from services.notifications.model.notice import Kind, Reason
from services.notifications.model.wording import Facts
from services.notifications.store.templates import wording
from shared.clock import COPENHAGEN
from tests.notifications.given import AUTHORITY, BOOKING, utc

SENDER = Sender("noreply@nordby.example", "Nordby Kommune")
MESSAGE_ID = "<notice-1@nordby.example>"
STARTS = utc("2026-11-27 09:00")


def invitation(version: int, *, cancelled: bool = False, days: int = 0) -> Invitation:
    return Invitation(
        booking_id=BOOKING,
        version=version,
        cancelled=cancelled,
        said_at=utc("2026-11-24 08:00"),
        starts_at=STARTS + timedelta(days=days),
        ends_at=STARTS + timedelta(days=days, minutes=45),
        place="Torvet 1, 9999 Nordby",
        description="Et ID med dit billede.",
        language="da",
        organizer=SENDER.address,
        organizer_name=SENDER.name,
        attendee="borger@mail.example",
        domain="nordby.example",
    )


def event(calendar: bytes) -> tuple[icalendar.Calendar, Any]:
    read = icalendar.Calendar.from_ical(calendar)
    (found,) = read.walk("VEVENT")
    return read, found


def mail(invited: Invitation | None = None, kind: Kind = Kind.CONFIRMATION) -> EmailMessage:
    facts = Facts(STARTS, STARTS + timedelta(minutes=45), "in_person", "Torvet 1", True)
    written = wording().words(kind, "da", facts, AUTHORITY)
    made = letter(written, recipient("borger@mail.example"), SENDER, MESSAGE_ID, utc("2026-11-24 08:00"), invited)
    return message_from_bytes(made.as_bytes(), policy=policy.default)


def test_an_invitation_is_updated_by_a_move_and_withdrawn_by_a_cancellation() -> None:
    history = [invitation(1), invitation(2, days=3), invitation(3, days=3, cancelled=True)]
    read = [event(ics(each)) for each in history]
    assert [calendar["METHOD"] for calendar, _ in read] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [found["SEQUENCE"] for _, found in read] == [0, 1, 2]
    assert len({found["UID"] for _, found in read}) == 1
    assert [found["STATUS"] for _, found in read] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [found.decoded("DTSTART") for _, found in read] == [each.starts_at for each in history]


def test_a_calendar_that_others_see_tells_nothing() -> None:
    _, found = event(ics(invitation(1)))
    assert (found["SUMMARY"], found["CLASS"]) == ("Møde", "PRIVATE")


def test_nobody_is_asked_to_answer_the_invitation() -> None:
    _, found = event(ics(invitation(1)))
    assert found["ATTENDEE"].params["RSVP"] == "FALSE"
    assert found["ORGANIZER"] == f"mailto:{SENDER.address}"


@pytest.mark.parametrize("day", ["2026-10-24", "2026-10-25", "2027-03-28", "2027-01-01"])
def test_the_zone_in_the_invitation_is_right_around_changes_of_the_clock(day: str) -> None:
    starts = utc(f"{day} 09:00")
    made = invitation(1, days=(starts - STARTS).days)
    calendar, found = event(ics(made))
    assert found.decoded("DTSTART") == starts
    (zone,) = calendar.timezones
    wall = starts.astimezone(COPENHAGEN)
    assert zone.to_tz(lookup_tzid=False).utcoffset(wall.replace(tzinfo=None)) == wall.utcoffset()


def test_a_confirmation_has_text_html_the_invitation_and_a_file() -> None:
    made = mail(invitation(1))
    assert made.get_content_type() == "multipart/mixed"
    alternative, file = made.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    calendar = list(alternative.iter_parts())[2]
    assert calendar["content-type"].params["method"] == "REQUEST"
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "moede.ics")
    inside, attached = (part.get_payload(decode=True) for part in (calendar, file))
    assert isinstance(inside, bytes)
    assert inside == attached
    assert event(inside)[1]["UID"] == f"{BOOKING}@nordby.example"


def test_a_cancellation_says_so_in_the_part_that_calendars_read() -> None:
    alternative, file = mail(invitation(2, cancelled=True), Kind.CANCELLED).iter_parts()
    assert list(alternative.iter_parts())[2]["content-type"].params["method"] == "CANCEL"
    assert file.get_filename() == "aflyst.ics"


def test_a_reminder_has_text_and_html_only() -> None:
    made = mail(kind=Kind.REMINDER_24H)
    assert [part.get_content_type() for part in made.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_mail_carries_the_id_of_its_notice_and_says_that_a_machine_wrote_it() -> None:
    made = mail()
    assert made["Message-ID"] == MESSAGE_ID
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["Content-Language"] == "da"
    assert made["From"] == "Nordby Kommune <noreply@nordby.example>"
    assert made["Subject"] == "Din samtale fredag den 27. november kl. 10.00"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "borger",
        "borger@",
        "@mail.example",
        "a b@mail.example",
        "a@b",
        "a@mail.example\nBcc: b@mail.example",
        "å@x.dk",
    ],
)
def test_an_address_that_cannot_be_right_is_refused_without_being_repeated(address: str) -> None:
    with pytest.raises(Never) as refused:
        recipient(address)
    assert refused.value.reason is Reason.BAD_ADDRESS
    assert address == "" or address not in str(refused.value)


def test_the_sender_is_an_address_with_or_without_a_name() -> None:
    assert Sender.read("Nordby Job <job@nordby.example>", "Nordby Kommune") == Sender(
        "job@nordby.example", "Nordby Job"
    )
    assert Sender.read("job@nordby.example", "Nordby Kommune") == Sender("job@nordby.example", "Nordby Kommune")
