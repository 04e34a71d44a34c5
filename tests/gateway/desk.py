"""What staff pages are told by the services around them, in tests."""

from datetime import datetime, timedelta
from typing import Any

from tests.gateway.conftest import ADVISER, CITIZEN
from tests.gateway.town import PLACES, Answer

BOOKING = "0193a000-0000-7000-8000-0000000000b1"
TASK = "0193a000-0000-7000-8000-0000000000c1"
TEN = datetime.fromisoformat("2026-11-24T09:00:00+00:00")  # 10:00 in Copenhagen
WHEN = {"due_at": TEN.isoformat(), "occasion": 1}


def a_meeting(**changes: Any) -> dict[str, Any]:
    return {
        "booking_id": BOOKING,
        "citizen_id": str(CITIZEN),
        "topic": "Samtale om job",
        "topic_en": "Talk about jobs",
        "starts_at": TEN.isoformat(),
        "ends_at": (TEN + timedelta(minutes=45)).isoformat(),
        "form": "in_person",
        "created_at": TEN.isoformat(),
        "place": PLACES["in_person"][0],
        "place_en": PLACES["in_person"][1],
        "note": "Jeg vil gerne tale om <lagerjob>",
        "said_by": "citizen",
        "version": 1,
    } | changes


def a_task(**changes: Any) -> dict[str, Any]:
    return {
        "task_id": TASK,
        "kind": "meeting-in-absence",
        "reason": "En samtale ligger i en medarbejders fravær",
        "state": "open",
        "due_at": TEN.isoformat(),
        "created_at": TEN.isoformat(),
        "citizen_id": str(CITIZEN),
        "staff_id": str(ADVISER),
        "data": {},
        "taken_by": None,
        "done_at": None,
    } | changes


def told() -> dict[str, Answer]:
    """One citizen, one meeting, one task."""
    return {
        f"GET /advisers/{ADVISER}/day": (200, {"bookings": [a_meeting()]}),
        "POST /citizens/names": (200, [{"citizen_id": str(CITIZEN), "name": "Amina Yusuf"}]),
        "POST /citizens/search": (
            200,
            {
                "citizens": [
                    {"citizen_id": str(CITIZEN), "name": "Amina Yusuf", "cpr": "740387-••••", "registered": True}
                ],
                "more": False,
            },
        ),
        f"GET /citizens/{CITIZEN}": (
            200,
            {
                "citizen_id": str(CITIZEN),
                "name": "Amina Yusuf",
                "cpr": "740387-••••",
                "language": "da",
                "registered_on": "2026-11-02",
                "contact_group": "2.2",
                "contact_group_da": "Dagpenge",
                "contact_group_en": "Unemployment benefit",
            },
        ),
        f"GET /bookings/{BOOKING}/notices": (
            200,
            [{"kind": "confirmation", "channel": "email", "state": "sent", "sent_at": TEN.isoformat(), **WHEN}],
        ),
        "GET /tasks": (200, [a_task()]),
        f"POST /tasks/{TASK}/take": (200, a_task(state="taken", taken_by=str(ADVISER))),
        f"POST /tasks/{TASK}/done": (200, a_task(state="done", done_at=TEN.isoformat())),
        f"GET /advisers/{ADVISER}/hours": (200, {"periods": []}),
        f"GET /advisers/{ADVISER}/absences": (200, {"absences": []}),
        f"PUT /advisers/{ADVISER}/hours": (200, {"periods": []}),
    }
