"""The mails the demo's catcher was handed: kept as files, so that a restart loses none; read back as plain facts."""

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

ENVELOPE_TO, ENVELOPE_FROM = "X-Demo-Envelope-To", "X-Demo-Envelope-From"


@dataclass(frozen=True)
class Mail:
    """One mail as it was received."""

    number: int
    received: datetime
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    def summary(self) -> dict[str, Any]:
        """What a list shows."""
        message = self.message
        return {
            "id": self.number,
            "received": self.received.isoformat(timespec="milliseconds"),
            "from": str(message["From"] or message[ENVELOPE_FROM]),
            "to": [part.strip() for part in str(message[ENVELOPE_TO]).split(",")],
            "subject": str(message["Subject"] or ""),
            "message_id": str(message["Message-ID"] or ""),
        }

    def whole(self) -> dict[str, Any]:
        """The list's facts, all headers, and the parts as text."""
        message = self.message
        return self.summary() | {
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": self._part("text/plain"),
            "html": self._part("text/html"),
            "calendar": self._part("text/calendar"),
        }

    def _part(self, kind: str) -> str:
        for part in self.message.walk():
            if part.get_content_type() == kind:
                content = part.get_content()
                return content.decode() if isinstance(content, bytes) else str(content)
        return ""


class Mailbox:
    """All mails of the demo, oldest first, one file each."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._mails = [_read(path) for path in sorted(directory.glob("*.eml"))]

    def put(self, sender: str, recipients: list[str], content: bytes) -> Mail:
        """Keep a mail: it is on disk when this returns."""
        envelope = f"{ENVELOPE_FROM}: {sender}\r\n{ENVELOPE_TO}: {', '.join(recipients)}\r\n".encode()
        number = self._mails[-1].number + 1 if self._mails else 1
        path = self._directory / f"{number:06}.eml"
        path.with_suffix(".part").write_bytes(envelope + content)
        path.with_suffix(".part").replace(path)
        mail = _read(path)
        self._mails.append(mail)
        return mail

    def list(self, to: str = "", after: int = 0) -> list[Mail]:
        """The mails with a number above `after`, to this address when one is given; oldest first."""
        found = [mail for mail in self._mails if mail.number > after]
        return [mail for mail in found if not to or to in mail.summary()["to"]]

    def get(self, number: int) -> Mail | None:
        """One mail by its number."""
        return next((mail for mail in self._mails if mail.number == number), None)

    def empty(self) -> None:
        """Throw all of them away."""
        for path in self._directory.glob("*.eml"):
            path.unlink()
        self._mails.clear()


def _read(path: Path) -> Mail:
    received = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Mail(int(path.stem), received, path.read_bytes())
