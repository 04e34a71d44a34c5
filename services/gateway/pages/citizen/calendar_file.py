"""A meeting as a file for one's calendar (RFC 5545).

The identifier and the title are those of the invitation by mail, so that a calendar shows the meeting once.
"""

from datetime import UTC, datetime

from services.gateway.clients.booking import Booking
from services.gateway.web.i18n import gettext as _

_LINE_BYTES = 75


def calendar_file(booking: Booking, *, public_url: str, mail_domain: str, now: datetime) -> str:
    """Write the file. Its title tells nothing: others may see the calendar."""
    cancelled = booking.state == "cancelled"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Jobvej//gateway//DA",
        "BEGIN:VEVENT",
        f"UID:{booking.booking_id}@{mail_domain}",
        f"SEQUENCE:{booking.version - 1}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(booking.starts_at)}",
        f"DTEND:{_utc(booking.ends_at)}",
        f"SUMMARY:{_text(_('Møde'))}",
        f"LOCATION:{_text(booking.place)}",
        f"URL:{public_url}/aftaler/{booking.booking_id}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "CLASS:PRIVATE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(_('Møde'))}",
        "TRIGGER:-PT1H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    for sign, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(sign, escaped)
    return value


def _folded(line: str) -> str:
    """Break a line into pieces of at most 75 bytes, never inside a letter."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > _LINE_BYTES:
            pieces.append(piece)
            piece = " "
        piece += letter
    return "\r\n".join([*pieces, piece])
