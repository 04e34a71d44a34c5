"""The main story, step by step: Amina books with Mette, hears of it, moves the meeting, cancels it. Each is checked."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.command.live_ear import LiveEar
from deploy.command.markup import Field
from deploy.command.post import Post, calendar_of, entry_of
from deploy.command.reach import NotReached, Reach
from deploy.command.visitor import StoryBroken, Visitor
from shared.clock import local

MAIL_SECONDS, LIVE_SECONDS = 20.0, 10.0
CITIZEN, ADVISER = "Amina", "Mette"
NOTE = "Skrevet af jobvej check"
Step = Callable[[], str]
WAKING_HOURS = range(9, 22)
# States of a notice in which nothing will be sent any more.
OVER = ("sent", "dropped", "superseded", "undeliverable")


class Story:
    """The people in it and what has happened so far. Every step returns a short note or raises StoryBroken."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        gateway = reach.addresses.url("gateway")
        self._citizen, self._adviser = Visitor(gateway), Visitor(gateway)
        self._post = Post(reach.addresses.url("mailbox"))
        self._ear: LiveEar | None = None
        self._booking = ""
        self._invitation: dict[str, str] = {}
        self._booked_at = 0.0

    def __enter__(self) -> "Story":
        return self

    def __exit__(self, *_: object) -> None:
        if self._ear:
            self._ear.close()
        self._post.close()
        for visitor in (self._citizen, self._adviser):
            visitor.__exit__()

    def steps(self) -> list[tuple[str, Step]]:
        """In their order; each leans on those before it."""
        return [
            ("Amina logs in with the identity provider", self.citizen_logs_in),
            ("Mette logs in and keeps her day open", self.adviser_logs_in),
            ("Amina books a meeting in four steps", self.books),
            ("Mette's open page is told at once", self.adviser_is_told),
            ("Mette's day shows Amina", self.day_shows),
            ("The confirmation is in the mailbox", self.confirmation_arrives),
            ("The calendar file on her page is the invitation's twin", self.calendar_file_is_the_same),
            ("The reminder is in the mailbox", self.reminder_arrives),
            ("Amina moves the meeting", self.moves),
            ("The new time is in the mailbox", self.new_time_arrives),
            ("Amina cancels the meeting", self.cancels),
            ("The cancellation is in the mailbox", self.cancellation_arrives),
            ("No reminder is left for the cancelled meeting", self.nothing_is_left),
            ("Amina logs out", self.logs_out),
        ]

    def citizen_logs_in(self) -> str:
        self._log_in(self._citizen, CITIZEN)
        return f"“{self._citizen.page.heading}”"

    def adviser_logs_in(self) -> str:
        self._log_in(self._adviser, ADVISER)
        self._adviser.expect("Min dag")
        streams = self._adviser.page.streams
        if not streams:
            raise StoryBroken("her day does not update itself: there is no live stream on the page")
        origin = self._reach.addresses.url("gateway")
        self._ear = LiveEar(origin + streams[0], self._adviser.cookies())
        return "the page listens"

    def books(self) -> str:
        citizen = self._citizen
        citizen.go("/book/emne")
        citizen.press("Næste", {"topic": citizen.radios("topic")[0].value, "note": NOTE})
        citizen.press("Vis tider", {"Hvem vil du tale med?": ADVISER})
        citizen.press("Næste", {"time": self._time_to_choose()})
        if "/book/paamindelse" in citizen.address:
            choices = citizen.radios("reminder")
            citizen.press("Næste", {"reminder": choices[-1].value} if choices else {})
        self._booked_at = time.monotonic()
        citizen.press("Book samtalen")
        found = re.search(r"/aftaler/([0-9a-f-]{36})/kvittering", citizen.address)
        if not found:
            raise StoryBroken(f"no receipt after booking: “{citizen.page.heading}” ({citizen.address})")
        self._booking = found[1]
        citizen.expect("Din samtale er booket")
        return _when(self._state()["starts_at"])

    def _time_to_choose(self) -> str:
        """The last one shown, from the day after tomorrow on where there is one: far enough ahead to be reminded of."""
        citizen, tomorrow = self._citizen, local(datetime.now(UTC)).date() + timedelta(days=1)
        while not any(local(_start(one)).date() > tomorrow for one in citizen.radios("time")):
            if not citizen.has_link("Vis flere tider"):
                break
            citizen.follow("Vis flere tider")
        times = [one for one in citizen.radios("time") if local(_start(one)).date() >= tomorrow]
        if not times:
            raise StoryBroken(f"no free time with {ADVISER} from tomorrow on (“{citizen.page.heading}”)")
        return times[-1].value

    def adviser_is_told(self) -> str:
        if self._ear is None:
            raise StoryBroken("nobody listens")
        return f"{self._ear.wait('changed', self._booked_at, LIVE_SECONDS) * 1000:.0f} ms after the click"

    def day_shows(self) -> str:
        day = local(_moment(self._state()["starts_at"])).date()
        self._adviser.go(f"/dag?dato={day.isoformat()}")
        self._adviser.expect("Amina Yusuf")
        return day.isoformat()

    def confirmation_arrives(self) -> str:
        mail = self._post.wait(self._booking, "Din samtale", MAIL_SECONDS)
        self._invitation = calendar_of(mail)
        if self._invitation["METHOD"] != "REQUEST":
            raise StoryBroken(f"the invitation says {self._invitation['METHOD']}, not REQUEST")
        return f"“{mail['subject']}”, with an invitation"

    def calendar_file_is_the_same(self) -> str:
        """Another UID would show the meeting twice in her calendar."""
        mailed, own = self._invitation, entry_of(self._citizen.read(f"/aftaler/{self._booking}/kalender.ics"))
        differing = [name for name in ("UID", "SEQUENCE") if own.get(name) != mailed[name]]
        if differing:
            raise StoryBroken(f"the calendar entry is another one than the mail's ({differing}): {own} ≠ {mailed}")
        return mailed["UID"]

    def reminder_arrives(self) -> str:
        """What is planned stands in the ledger. The next is sent now, as the front desk can do for a caller."""
        starts = _moment(self._state()["starts_at"])
        waiting = [notice for notice in self._notices("reminder") if notice["state"] not in OVER]
        for notice in waiting:
            if _moment(notice["due_at"]) >= starts:
                raise StoryBroken(f"a reminder is due at {_when(notice['due_at'])}, not before the meeting")
        if not waiting:
            return "there is none: booked less than 24 h ahead, its confirmation is the reminder"
        planned = " and ".join(_when(notice["due_at"]) for notice in waiting)
        try:
            self._reach.ops("notifications", "POST", f"/bookings/{self._booking}/remind-now", role="frontdesk")
        except NotReached as refusal:
            if local(datetime.now(UTC)).hour in WAKING_HOURS:
                raise StoryBroken(str(refusal)) from refusal
            return f"planned for {planned}; none is read now, as nobody is reminded at night ({refusal})"
        mail = self._post.wait(self._booking, "Husk din samtale", MAIL_SECONDS)
        return f"“{mail['subject']}”, planned for {planned} and sent ahead of its time"

    def moves(self) -> str:
        citizen = self._citizen
        citizen.go(f"/aftaler/{self._booking}")
        citizen.follow("Flyt samtalen")
        times = citizen.buttons("Flyt til")
        if not times:
            raise StoryBroken("no time to move to")
        citizen.press(times[-1])
        return f"to {_when(self._state()['starts_at'])}"

    def new_time_arrives(self) -> str:
        return self._next_invitation("REQUEST", "tid")

    def cancels(self) -> str:
        citizen = self._citizen
        citizen.go(f"/aftaler/{self._booking}")
        citizen.follow("Aflys samtalen")
        citizen.press("Aflys samtalen")
        state = self._state()["state"]
        if state != "cancelled":
            raise StoryBroken(f"the meeting is {state}, not cancelled")
        return ""

    def cancellation_arrives(self) -> str:
        return self._next_invitation("CANCEL", "Aflyst")

    def nothing_is_left(self) -> str:
        """Events travel a moment; then no reminder may be waiting any more."""
        end = time.monotonic() + MAIL_SECONDS
        while left := [notice for notice in self._notices("reminder") if notice["state"] not in OVER]:
            if time.monotonic() > end:
                raise StoryBroken(f"still planned: {', '.join(notice['kind'] for notice in left)}")
            time.sleep(0.1)
        return ""

    def logs_out(self) -> str:
        self._citizen.press("Log af")
        if self._citizen.buttons("Log også ud"):
            self._citizen.press("Log også ud")
        self._citizen.go(f"{self._reach.addresses.url('gateway')}/aftaler")
        if "Mine aftaler" in self._citizen.page.heading:
            raise StoryBroken("her meetings are still shown after she logged out")
        return ""

    def _log_in(self, visitor: Visitor, name: str) -> None:
        visitor.go("/")
        visitor.follow("Log ind")
        visitor.press(f"Log ind som {name}")
        visitor.expect("Log af")

    def _next_invitation(self, method: str, words: str) -> str:
        mail = self._post.wait(self._booking, words, MAIL_SECONDS)
        before, now = self._invitation, calendar_of(mail)
        if now["METHOD"] != method or now["UID"] != before["UID"]:
            raise StoryBroken(f"the calendar entry does not follow: {before} → {now}")
        if int(now["SEQUENCE"]) <= int(before["SEQUENCE"]):
            raise StoryBroken(f"the SEQUENCE does not rise: {before['SEQUENCE']} → {now['SEQUENCE']}")
        self._invitation = now
        return f"“{mail['subject']}”, same calendar entry"

    def _state(self) -> dict[str, Any]:
        found: dict[str, Any] = self._reach.look("booking", f"/bookings/{self._booking}")
        return found

    def _notices(self, kind: str) -> list[dict[str, Any]]:
        found = self._reach.look("notifications", f"/bookings/{self._booking}/notices")
        return [notice for notice in found if kind in notice["kind"]]


def _start(choice: Field) -> datetime:
    """When the meeting of a radio button would begin: its value begins with the moment."""
    return _moment(choice.value.partition("|")[0])


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _when(value: str | datetime) -> str:
    moment = local(_moment(value) if isinstance(value, str) else value)
    return moment.strftime("%a %d %b %H:%M")
