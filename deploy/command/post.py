"""The demo's mailbox, as the person who waits for a mail about one meeting reads it."""

import re
import time
from typing import Any

import httpx2

from deploy.command.visitor import StoryBroken


class Post:
    """Reads mails that arrive from now on."""

    def __init__(self, mailbox: str) -> None:
        self._client = httpx2.Client(base_url=mailbox, timeout=5)
        self._seen = max((int(mail["id"]) for mail in self._client.get("/messages").json()), default=0)

    def wait(self, about: str, words: str, seconds: float) -> dict[str, Any]:
        """The next mail with `about` (a meeting's id) in it and `words` in its subject. Raises StoryBroken."""
        end = time.monotonic() + seconds
        subjects: list[str] = []
        while True:
            for summary in self._client.get("/messages", params={"after": self._seen}).json():
                self._seen = int(summary["id"])
                mail: dict[str, Any] = self._client.get(f"/messages/{summary['id']}").json()
                subjects.append(mail["subject"])
                if words.lower() in mail["subject"].lower() and about in mail["text"] + mail["html"] + mail["calendar"]:
                    return mail
            if time.monotonic() > end:
                told = f"; there were: {', '.join(subjects)}" if subjects else "; there was none at all"
                raise StoryBroken(f"no mail “{words}” about this meeting within {seconds:.0f} s{told}")
            time.sleep(0.1)

    def close(self) -> None:
        """Close the mailbox."""
        self._client.close()


def calendar_of(mail: dict[str, Any]) -> dict[str, str]:
    """Method, UID and sequence of the invitation in a mail. Raises StoryBroken when there is none."""
    found = entry_of(mail["calendar"])
    missing = {"METHOD", "UID", "SEQUENCE"} - set(found)
    if missing:
        raise StoryBroken(f"the mail “{mail['subject']}” has no calendar invitation ({', '.join(sorted(missing))})")
    return found


def entry_of(calendar: str) -> dict[str, str]:
    """Method, UID, sequence and beginning of the entry in a calendar file: those of them that it has."""
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar)
    return dict(re.findall(r"^(METHOD|UID|SEQUENCE|DTSTART)[^:\n]*:(.*?)\r?$", unfolded, re.MULTILINE))
