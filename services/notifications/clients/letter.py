"""A mail as it is put together: text and HTML that say the same, and an invitation calendars act on by themselves."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from services.notifications.clients.outcomes import Never
from services.notifications.model.invitation import Invitation, ics
from services.notifications.model.notice import Reason
from services.notifications.model.wording import Words

_MAX_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails come from: an address, and the name people see beside it."""

    address: str
    name: str

    @classmethod
    def read(cls, mail_from: str, authority: str) -> "Sender":
        """Read the setting, an address or `Name <address>`; the authority's name where it gives none."""
        name, address = parseaddr(mail_from)
        return cls(recipient(address).addr_spec, name or authority)


def recipient(address: str) -> Address:
    """Return an address that mail can be sent to. Raises Never: it is not repeated, as it may be personal."""
    try:
        found = Address(addr_spec=address.strip())
    except (MessageError, ValueError, IndexError):
        raise Never(Reason.BAD_ADDRESS, "address-unreadable") from None
    if not found.username or "." not in found.domain or not address.isascii() or len(address) > _MAX_ADDRESS:
        raise Never(Reason.BAD_ADDRESS, "address-invalid")
    return found


def letter(
    words: Words, to: Address, sender: Sender, message_id: str, written_at: datetime, invitation: Invitation | None
) -> EmailMessage:
    """Put a mail together: multipart/alternative of text, HTML and, for changes of a meeting, text/calendar + .ics."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(sender.name, addr_spec=sender.address)
    mail["To"] = to
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(written_at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words.text, cte="quoted-printable")
    mail.add_alternative(words.html, subtype="html", cte="quoted-printable")
    if invitation is not None:
        calendar = ics(invitation)
        mail.add_alternative(calendar.decode(), subtype="calendar", cte="base64", params={"method": invitation.method})
        name = "aflyst.ics" if invitation.cancelled else "moede.ics"
        mail.add_attachment(calendar, maintype="application", subtype="ics", filename=name)
    mail["Content-Language"] = words.language  # last: adding parts moves such fields into the first of them
    return mail
