"""How a journey is told: what people do at a date, what is expected of every moment, and that nothing else happened.

Times are Copenhagen wall times, `2026-11-24 10:00`. Moving the clock stops at every moment at which something is due.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx2
import msgspec

from shared.clock import at_local, local
from shared.contracts import ALL
from shared.contracts.notifications import NoticeDelivered, NoticeUndeliverable
from shared.identity import TokenIssuer
from tests.journeys.platform import KEYS, Platform

MAIL, MOBILE = "borger@mail.example", "+4520112233"
TOPIC = "cv-help"
# How an SMS begins, as far as the time of the meeting.
_UNTIL_TIME = re.compile(r".*?kl\. \d\d\.\d\d")
# The sweepers look at least this often, also on days on which nothing is due.
LONGEST_STEP = timedelta(days=7)
WEEK = {
    "valid_from": "2026-01-01",
    "hours": [{"weekday": day, "starts": "07:00", "ends": "17:00"} for day in range(1, 8)],
    "breaks": [],
}
# A notice whose timer found it locked by the sweeper is freed by the next sweep, some 20 seconds later.
_NEXT = """select min(moment) as next from (
    select min(due_at) as moment from timer where due_at > :now
    union all select min(next_attempt_at) from notice where state = 'ready' and next_attempt_at > :now
    union all select cast(:now as timestamptz) + interval '25 seconds' from notice
        where state = 'planned' and due_at <= :now
    union all select min(expires_at) from notice where state in ('planned', 'ready') and expires_at > :now
) as moments"""
_TASKS = "select task_id, kind, created_at, done_at from task"
_LETTERS = "select dead_letter_id, reason, first_seen from dead_letter"
_numbers = count(1)
What = str | Iterable[str]


@dataclass(frozen=True)
class Happening:
    """Something that others can see: an event, a mail, an SMS, a task, a dead letter."""

    at: str
    what: str
    trace: str = ""

    def __str__(self) -> str:
        return f"{self.at}  {self.what}"


def told(kind: str, subject: str) -> tuple[str, str]:
    """A mail, and the event that says so."""
    return f"mail: {subject}", f"NoticeDelivered: {kind} by email"


def texted(kind: str, words: str) -> tuple[str, str]:
    """An SMS, and the event that says so."""
    return f"sms: {words}", f"NoticeDelivered: {kind} by sms"


def reminded(subject: str) -> tuple[str, ...]:
    """The reminder of the day before: its timer, a mail, and the event that says so."""
    return "NoticeDue", *told("reminder_24h", subject)


def reminded_at_last(words: str) -> tuple[str, ...]:
    """The reminder two hours before: its timer, an SMS, and the event that says so."""
    return "NoticeDue", *texted("reminder_2h", words)


class Timeline:
    """One journey: its platform, its people, and what has happened so far."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.client = httpx2.AsyncClient(transport=platform.transport)
        self._seen: dict[object, Happening] = {}
        self._claimed: set[object] = set()
        self.citizen = Person(self, "citizen")
        self.adviser = Person(self, "caseworker")
        self.meeting = ""

    async def people_arrive(self) -> None:
        """An adviser with working hours and a citizen with mail and mobile: what this says itself is expected."""
        leader = Person(self, "team_leader", UUID(int=1))
        team = (await leader.asks("people", "POST", "/teams", {"name": "Nord"}))["team_id"]
        told = {"login": "adviser", "name": "Karl Vest", "team_id": team, "roles": ["caseworker"]}
        member = await leader.asks("people", "POST", "/staff", told)
        self.adviser.actor_id = UUID(member["staff_id"])
        told = {"cpr": f"610190-{next(_numbers):04}", "name": "Ida Prøve", "contact_group": "2"}
        told |= {"email": MAIL, "mobile": MOBILE, "registered_on": "2026-01-01"}
        registered = await self.adviser.asks("people", "POST", "/citizens", told)
        self.citizen.actor_id = UUID(registered["citizen_id"])
        await self.platform.rest()
        await leader.asks("booking", "PUT", f"/advisers/{member['staff_id']}/hours", WEEK)
        await self.look()
        self.expect(shown(self.platform.clock.now()), "StaffChanged", "CitizenRegistered")

    async def until(self, wall: str) -> None:
        """Move the clock there, with a stop at every moment at which something is due; return at rest."""
        target = instant(wall)
        while (now := self.platform.clock.now()) < target:
            (found,) = await self.platform.rows("notifications", _NEXT, now=now)
            following = [moment for moment in (found["next"], target, now + LONGEST_STEP) if moment is not None]
            self.platform.clock.set(min(following))
            await self.platform.rest()
        await self.look()

    def expect(self, wall: str, *whats: What) -> None:
        """Say what happened at a moment: each exactly as often as it is named. The rest is for nothing_else()."""
        for what in (one for given in whats for one in ([given] if isinstance(given, str) else given)):
            left = {key: found for key, found in self._seen.items() if key not in self._claimed}
            hits = [key for key, found in left.items() if (found.at, found.what) == (wall, what)]
            assert hits, f"{wall}  {what}: did not happen. Not expected so far:\n{_lines(left.values())}"
            self._claimed.add(hits[0])

    async def nothing_else(self) -> None:
        """Say that all events on all topics, all mails, SMSs, tasks and dead letters were expected."""
        await self.platform.rest()
        await self.look()
        left = [found for key, found in self._seen.items() if key not in self._claimed]
        assert not left, f"this happened too:\n{_lines(left)}"

    def traces(self, what: str) -> set[str]:
        """The trace ids of all happenings of this name."""
        return {found.trace for found in self._seen.values() if found.what.startswith(what)}

    async def look(self) -> None:
        """Notice everything that has happened."""
        await self._look_at_topics()
        for number, (at, to, mail) in enumerate(self.platform.post.arrived):
            assert to == MAIL
            self._notice(("mail", number), at, f"mail: {mail['Subject']}")
        for number, (at, to, words) in enumerate(self.platform.telephones.arrived):
            assert to == MOBILE
            self._notice(("sms", number), at, f"sms: {_sms(words)}")
        for service in ("booking", "notifications"):
            for task in await self.platform.rows(service, _TASKS):
                self._notice(("task", task["task_id"]), task["created_at"], f"task: {task['kind']}")
                if task["done_at"] is not None:
                    self._notice(("done", task["task_id"]), task["done_at"], f"task settled: {task['kind']}")
            for letter in await self.platform.rows(service, _LETTERS):
                self._notice(letter["dead_letter_id"], letter["first_seen"], f"dead letter: {letter['reason']}")

    async def _look_at_topics(self) -> None:
        observer = self.platform.observer
        for partition, end in (await self.platform.ends()).items():
            while await observer.position(partition) < end:
                found = await observer.getmany(partition, timeout_ms=1_000)
                for record in found.get(partition, []):
                    headers = dict(record.headers)
                    key = (partition, record.offset)
                    at = datetime.fromisoformat(headers["ce_time"].decode())
                    self._notice(key, at, _event(headers["ce_type"].decode(), record.value), _trace(headers))

    def _notice(self, key: object, at: datetime, what: str, trace: str = "") -> None:
        self._seen.setdefault(key, Happening(shown(at), what, trace))


class Person:
    """Somebody who does things, through the gateway's door; everything has settled when a verb returns."""

    def __init__(self, story: Timeline, role: str, actor_id: UUID | None = None) -> None:
        self.story, self.role, self.actor_id = story, role, actor_id

    async def books(self, wall: str, *, remind_2h: bool = False, trace: str = "") -> None:
        """Book a meeting with the adviser; `trace`: the trace context that the browser's request carries."""
        body = self._time(wall) | {"topic": TOPIC, "remind_2h": remind_2h}
        if self.role != "citizen":
            body["citizen_id"] = str(self.story.citizen.actor_id)
        booked = await self.asks("booking", "POST", "/bookings", body, trace=trace)
        self.story.meeting = booked["booking_id"]
        await self._settled()

    async def moves(self, wall: str) -> None:
        """Move the meeting."""
        await self.asks("booking", "POST", f"/bookings/{self.story.meeting}/move", self._time(wall))
        await self._settled()

    async def cancels(self) -> None:
        """Cancel the meeting."""
        await self.asks("booking", "POST", f"/bookings/{self.story.meeting}/cancel", {"reason": "other"})
        await self._settled()

    async def deregisters(self) -> None:
        """End the citizen's registration."""
        await self.asks("people", "POST", f"/citizens/{self.story.citizen.actor_id}/deregister", {})
        await self._settled()

    async def sees_messages(self) -> list[tuple[str, str]]:
        """Look at what was told about the meeting: kinds and states."""
        found = await self.asks("notifications", "GET", f"/bookings/{self.story.meeting}/notices")
        return sorted((notice["kind"], notice["state"]) for notice in found)

    async def asks(self, service: str, method: str, path: str, body: Any = None, *, trace: str = "") -> Any:
        """Ask a service; its answer must be a yes."""
        token = TokenIssuer(KEYS["gateway"], "gateway").token(
            audience=service,
            role=self.role,
            purpose="journey",
            actor_id=self.actor_id,
            citizen_id=self.actor_id if self.role == "citizen" else None,
        )
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"journey-{next(_numbers)}"}
        headers |= {"traceparent": trace} if trace else {}
        answer = await self.story.client.request(method, f"http://{service}{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def _time(self, wall: str) -> dict[str, Any]:
        starts_at = instant(wall).isoformat()
        return {"adviser_id": str(self.story.adviser.actor_id), "starts_at": starts_at, "form": "in_person"}

    async def _settled(self) -> None:
        await self.story.platform.rest()
        await self.story.look()


def instant(wall: str) -> datetime:
    """The instant of a Copenhagen wall time."""
    found = datetime.strptime(wall, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a wall time has no zone; at_local gives it one
    return at_local(found.date(), found.time())


def shown(moment: datetime) -> str:
    """A moment as Copenhagen wall time."""
    return f"{local(moment):%Y-%m-%d %H:%M}"


def _event(name: str, body: bytes) -> str:
    said = msgspec.json.decode(body, type=ALL[name])
    if isinstance(said, NoticeDelivered):
        return f"NoticeDelivered: {said.kind} by {said.channel}"
    if isinstance(said, NoticeUndeliverable):
        return f"NoticeUndeliverable: {said.kind}, {said.reason}"
    return type(said).__name__


def _trace(headers: dict[str, bytes]) -> str:
    parts = headers.get("traceparent", b"").decode().split("-")
    return parts[1] if len(parts) == 4 else ""


def _sms(words: str) -> str:
    found = _UNTIL_TIME.match(words)
    return words if found is None else found[0]


def _lines(found: Iterable[Happening]) -> str:
    return "\n".join(sorted(map(str, found))) or "(nothing)"
