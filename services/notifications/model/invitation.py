"""The meeting as an iCalendar object (RFC 5545, 5546) that updates and cancels itself: the same UID, a rising SEQUENCE.
It lands in calendars that others may see: CLASS PRIVATE, and a title that tells nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from shared.clock import local, local_date

TITLE = {"da": "Møde", "en": "Meeting"}


@dataclass(frozen=True, slots=True)
class Invitation:
    """What goes into a calendar. `version` counts from 1; the times are aware; `said_at` is when it became so."""

    booking_id: UUID
    version: int
    cancelled: bool
    said_at: datetime
    starts_at: datetime
    ends_at: datetime
    place: str
    description: str
    language: str
    organizer: str
    organizer_name: str
    attendee: str
    domain: str

    @property
    def method(self) -> str:
        """Return the iTIP method, which the MIME part must repeat."""
        return "CANCEL" if self.cancelled else "REQUEST"


def ics(invitation: Invitation) -> bytes:
    """Write the calendar object. Its SEQUENCE is the meeting's version less one, so a late copy never wins."""
    calendar = Calendar()
    calendar.add("prodid", "-//Jobvej//notifications//DA")
    calendar.add("version", "2.0")
    calendar.add("method", invitation.method)
    event = Event()
    event.add("uid", f"{invitation.booking_id}@{invitation.domain}")
    event.add("sequence", invitation.version - 1)
    event.add("dtstamp", invitation.said_at)
    event.add("dtstart", local(invitation.starts_at))
    event.add("dtend", local(invitation.ends_at))
    event.add("summary", TITLE[invitation.language])
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if invitation.cancelled else "OPAQUE")
    event.add("location", invitation.place)
    event.add("description", invitation.description)
    event.add("organizer", _organizer(invitation), encode=False)
    event.add("attendee", _attendee(invitation), encode=False)
    calendar.add_component(event)
    # The rules of the years around it: without a change of clocks in the range the zone would be empty, so invalid.
    year = local_date(invitation.starts_at).year
    calendar.add_missing_timezones(first_date=date(year - 1, 1, 1), last_date=date(year + 1, 12, 31))
    return bytes(calendar.to_ical())


def _organizer(invitation: Invitation) -> vCalAddress:
    address = vCalAddress(f"mailto:{invitation.organizer}")
    address.params["CN"] = vText(invitation.organizer_name)
    return address


def _attendee(invitation: Invitation) -> vCalAddress:
    """Invite the citizen without asking for an answer: the answer was given when the time was booked."""
    address = vCalAddress(f"mailto:{invitation.attendee}")
    for name, value in (("ROLE", "REQ-PARTICIPANT"), ("PARTSTAT", "ACCEPTED"), ("RSVP", "FALSE")):
        address.params[name] = vText(value)
    return address
