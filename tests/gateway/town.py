"""The services around a gateway under test: small, honest about tokens, and remembering what they were asked.

They answer in the shapes of the real ones (tests/journeys walk the real ones).
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import httpx2

from shared.clock import Clock, at_local, local, local_date
from shared.identity import Caller

Answer = tuple[int, Any]
AMINA_CPR = "7403871236"
TOPICS = [
    {"topic_id": "contact-meeting", "name": "Samtale om job", "name_en": "Talk about jobs", "minutes": 45},
    {"topic_id": "cv-help", "name": "Hjælp til CV", "name_en": "Help with your CV", "minutes": 30},
]
PLACES = {
    "in_person": ("Nordby Kommune, Torvet 1", "Nordby Municipality, Torvet 1"),
    "phone": ("Vi ringer til dig", "We call you"),
    "video": ("Videomøde – du får et link", "Video meeting – you get a link"),
}


@dataclass
class Asked:
    """One call a service got."""

    service: str
    method: str
    path: str
    caller: Caller
    body: bytes
    key: str | None
    params: dict[str, str] = field(default_factory=dict)


@dataclass
class Town:
    """Answers as people, booking and notifications would; `down` names services that do not answer."""

    who: Callable[[str, str], Caller]
    clock: Clock
    citizen: UUID
    adviser: UUID
    asked: list[Asked] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    answers: dict[str, Answer] = field(default_factory=dict)  # "GET /path" -> answer, instead of the usual one
    before: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)  # "GET /path" -> what comes first
    bookings: dict[str, dict[str, Any]] = field(default_factory=dict)
    holds: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, Answer] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    no_times: bool = False
    exempt: bool = False

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one call, after checking its token."""
        service = request.url.host.removesuffix(".test")
        if service in self.down:
            raise httpx2.ConnectError("refused", request=request)
        caller = self.who(service, request.headers["authorization"].removeprefix("Bearer "))
        key = request.headers.get("idempotency-key")
        path = request.url.path
        params = dict(request.url.params)
        self.asked.append(Asked(service, request.method, path, caller, request.content, key, params))
        if first := self.before.get(f"{request.method} {path}"):
            await first()
        told = self.answers.get(f"{request.method} {path}") or self.by_key.get(key or "")
        if told is None:
            told = self._usual(request.method, path, params, request.content)
            if key:
                self.by_key[key] = told
        status, body = told
        return httpx2.Response(status, json=body)

    def _usual(self, method: str, path: str, params: dict[str, str], content: bytes) -> Answer:
        body = json.loads(content) if content else {}
        for pattern, work in _ROUTES:
            if found := re.fullmatch(pattern, f"{method} {path}"):
                return work(self, params, body, *found.groups())
        return 404, {"type": "urn:jobvej:not-found", "status": 404, "detail": ""}

    def times(self, params: dict[str, str], body: dict[str, Any]) -> Answer:
        if self.exempt:
            return refused(409, "exempt-from-self-booking")
        every = [] if self.no_times else [one for one in self._free() if one["starts_at"] not in self.taken]
        if part := params.get("part_of_day"):
            every = [one for one in every if (_hour(one) < 12) == (part == "morning")]
        if form := params.get("form"):
            every = [one for one in every if one["form"] == form]
        return 200, {"times": every[: int(params["limit"])]}

    def _free(self) -> list[dict[str, Any]]:
        forms = ("in_person", "phone", "in_person", "video")
        walls = (time(9), time(10, 30), time(13, 15), time(14, 30))
        first = local_date(self.clock.now()) + timedelta(days=1)
        return [
            self._time(first + timedelta(days=day), wall, form)
            for day in range(12)
            for wall, form in zip(walls, forms, strict=True)
            if (first + timedelta(days=day)).isoweekday() < 6
        ]

    def _time(self, day: date, wall: time, form: str) -> dict[str, Any]:
        starts = at_local(day, wall)
        return {
            "adviser_id": str(self.adviser),
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(minutes=45)).isoformat(),
            "form": form,
            "forms": [form],
            "place": PLACES[form][0],
            "place_en": PLACES[form][1],
        }

    def hold(self, params: dict[str, str], body: dict[str, Any]) -> Answer:
        if body["topic"] not in {topic["topic_id"] for topic in TOPICS}:
            return refused(404, "topic-unknown")
        if body["starts_at"] in self.taken:
            return self._slot_taken()
        hold_id = str(self.clock.new_id())
        self.holds[hold_id] = body
        expires = self.clock.now() + timedelta(minutes=5)
        return 201, {"hold_id": hold_id, **body, "expires_at": expires.isoformat()}

    def _slot_taken(self) -> Answer:
        free = [one for one in self._free() if one["starts_at"] not in self.taken]
        return refused(409, "slot-taken", alternatives=free[:3])

    def book(self, params: dict[str, str], body: dict[str, Any]) -> Answer:
        if "hold_id" in body:
            if body["hold_id"] not in self.holds:
                return refused(410, "hold-unknown")
            body = self.holds.pop(body["hold_id"]) | body
        if body["topic"] not in {topic["topic_id"] for topic in TOPICS}:
            return refused(404, "topic-unknown")
        if body["starts_at"] in self.taken:
            return self._slot_taken()
        self.taken.add(body["starts_at"])
        booking_id = str(self.clock.new_id())
        self.bookings[booking_id] = self.booking(booking_id, body)
        return 201, self.bookings[booking_id]

    def booking(self, booking_id: str, body: dict[str, Any]) -> dict[str, Any]:
        topic = next(one for one in TOPICS if one["topic_id"] == body["topic"])
        starts = datetime.fromisoformat(body["starts_at"])
        return {
            "booking_id": booking_id,
            "reference": f"{booking_id[-8:-4]}-{booking_id[-4:]}".upper(),
            "citizen_id": str(self.citizen),
            "adviser_id": body["adviser_id"],
            "topic_id": body["topic"],
            "topic": topic["name"],
            "topic_en": topic["name_en"],
            "bring": "Dit CV.",
            "bring_en": "Your CV.",
            "starts_at": body["starts_at"],
            "ends_at": (starts + timedelta(minutes=45)).isoformat(),
            "form": body["form"],
            "place": PLACES[body["form"]][0],
            "place_en": PLACES[body["form"]][1],
            "note": body.get("note", ""),
            "remind_2h": body.get("remind_2h", False),
            "state": "booked",
            "version": 1,
            "said_by": "citizen",
            "movable_until": (starts - timedelta(hours=12)).isoformat(),
            "cancellable_until": starts.isoformat(),
        }

    def one(self, params: dict[str, str], body: dict[str, Any], booking_id: str) -> Answer:
        found = self.bookings.get(booking_id)
        return (200, found) if found else refused(404, "booking-unknown")

    def move(self, params: dict[str, str], body: dict[str, Any], booking_id: str) -> Answer:
        if booking_id not in self.bookings:
            return refused(404, "booking-unknown")
        if body["starts_at"] in self.taken:
            return self._slot_taken()
        before = self.bookings[booking_id]
        after = self.booking(booking_id, {**before, "topic": before["topic_id"], **body})
        self.bookings[booking_id] = after | {"version": before["version"] + 1}
        return 200, self.bookings[booking_id]

    def cancel(self, params: dict[str, str], body: dict[str, Any], booking_id: str) -> Answer:
        if booking_id not in self.bookings:
            return refused(404, "booking-unknown")
        self.bookings[booking_id] |= {"state": "cancelled", "reason": body["reason"]}
        return 200, self.bookings[booking_id]

    def mine(self, params: dict[str, str], body: dict[str, Any], citizen_id: str) -> Answer:
        return 200, {"bookings": list(self.bookings.values())}

    def exemption(self, params: dict[str, str], body: dict[str, Any], citizen_id: str) -> Answer:
        return 200, {"citizen_id": citizen_id, "exempt": self.exempt, "decisions": []}

    def reminders(self, params: dict[str, str], body: dict[str, Any]) -> Answer:
        starts = datetime.fromisoformat(params["starts_at"])
        before = {"reminder_24h": 24} | ({"reminder_2h": 2} if params["remind_2h"] == "True" else {})
        dues = {kind: starts - timedelta(hours=hours) for kind, hours in before.items()}
        return 200, [{"kind": kind, "due_at": due.isoformat()} for kind, due in dues.items() if due > self.clock.now()]

    def reached(self, params: dict[str, str], body: dict[str, Any], citizen_id: str) -> Answer:
        usual = {"email": "amina@example.test", "mobile": "+4520304050", "language": "da", "version": 3}
        return 200, {"citizen_id": citizen_id, "name": "Amina Yusuf", **usual, **self.contact}

    def change(self, params: dict[str, str], body: dict[str, Any], citizen_id: str) -> Answer:
        for name, fits in (("email", r"\S+@\S+\.\S+"), ("mobile", r"[+0-9 ]{8,}")):
            if body.get(name) and not re.fullmatch(fits, body[name]):
                return refused(422, "contact-invalid", field=name)
        self.contact |= body
        return 200, {"citizen_id": citizen_id, "version": 4}

    def looks(self, params: dict[str, str], body: dict[str, Any], citizen_id: str) -> Answer:
        now = self.clock.now()
        seen = [("caseworker", "name", "dagsliste"), ("service", "contact", "kontakt"), ("citizen", "login", "login")]
        return 200, [
            {
                "entry_id": str(self.clock.new_id()),
                "at": (now - timedelta(hours=hours)).isoformat(),
                "look": look,
                "role": role,
                "purpose": purpose,
            }
            for hours, (role, look, purpose) in enumerate(seen)
        ]

    def staff(self, params: dict[str, str], body: dict[str, Any]) -> Answer:
        return 200, [_member(self.adviser, "mette")]

    def by_cpr(self, params: dict[str, str], body: dict[str, Any]) -> Answer:
        if body["cpr"] != AMINA_CPR:
            return refused(404, "citizen-not-found")
        return 200, {"citizen_id": str(self.citizen), "name": "Amina Yusuf", "language": "da", "registered": True}

    def by_login(self, params: dict[str, str], body: dict[str, Any]) -> Answer:
        return (200, _member(self.adviser, "mette")) if body["login"] == "mette" else refused(404, "staff-unknown")

    def topics(self, params: dict[str, str], body: dict[str, Any]) -> Answer:
        forms = {"forms": list(PLACES), "bring": "Dit CV.", "bring_en": "Your CV."}
        return 200, {"topics": [topic | forms for topic in TOPICS]}


def refused(status: int, slug: str, **members: Any) -> Answer:
    """Make the problem document of a refusal."""
    return status, {"type": f"urn:jobvej:{slug}", "title": slug, "status": status, "detail": "Nej.", **members}


def _member(staff_id: UUID, login: str) -> dict[str, Any]:
    names = {"mette": "Mette Krogh"}
    return {"staff_id": str(staff_id), "name": names[login], "roles": ["caseworker"], "active": True}


def _hour(one: dict[str, Any]) -> int:
    return local(datetime.fromisoformat(one["starts_at"])).hour


_ID = "([0-9a-f-]{36})"
_ROUTES: list[tuple[str, Callable[..., Answer]]] = [
    ("GET /topics", Town.topics),
    ("GET /free-times", Town.times),
    ("POST /holds", Town.hold),
    ("POST /bookings", Town.book),
    (f"GET /bookings/{_ID}", Town.one),
    (f"POST /bookings/{_ID}/move", Town.move),
    (f"POST /bookings/{_ID}/cancel", Town.cancel),
    (f"GET /citizens/{_ID}/bookings", Town.mine),
    (f"GET /citizens/{_ID}/exemption", Town.exemption),
    (f"GET /citizens/{_ID}/contact", Town.reached),
    (f"PATCH /citizens/{_ID}/contact", Town.change),
    (f"GET /citizens/{_ID}/access-log", Town.looks),
    ("GET /reminders", Town.reminders),
    ("GET /staff", Town.staff),
    ("POST /citizens/find-by-cpr", Town.by_cpr),
    ("POST /staff/find-by-login", Town.by_login),
]
