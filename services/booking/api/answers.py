"""How booking's answers look. Times are UTC; texts come in Danish and, with `_en`, in English."""

from typing import Any

import msgspec
from fastapi import Response

from services.booking.model.exemption import SOURCES, Exemption
from services.booking.model.meetings import Topic, cancellable_until, movable_until, reference
from services.booking.model.rules import Rules
from services.booking.store.bookings import Hold, Meeting


def answer(value: Any, status: int = 200) -> Response:
    """Make a JSON answer straight from plain values (a hot path: no second validation)."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def meeting_answer(meeting: Meeting, rules: Rules) -> dict[str, Any]:
    """Show a meeting with its receipt: reference, place, what to bring, and until when the citizen may change it."""
    booking, topic, place = meeting.booking, meeting.topic, meeting.place
    return {
        "booking_id": booking.booking_id,
        "reference": reference(booking.booking_id),
        "citizen_id": booking.citizen_id,
        "adviser_id": booking.adviser_id,
        "topic_id": booking.topic_id,
        "topic": topic.name_da if topic else booking.topic_id,
        "topic_en": topic.name_en if topic else booking.topic_id,
        "bring": topic.bring_da if topic else "",
        "bring_en": topic.bring_en if topic else "",
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "form": booking.form,
        "place": place.place_da if place else "",
        "place_en": place.place_en if place else "",
        "note": meeting.note,
        "remind_2h": booking.remind_2h,
        "state": booking.state,
        "version": booking.version,
        "said_by": meeting.said_by,
        "created_at": meeting.created_at,
        "movable_until": movable_until(booking, rules),
        "cancellable_until": cancellable_until(booking, rules),
    }


def hold_answer(hold: Hold) -> dict[str, Any]:
    """Show a hold and when it ends."""
    return {
        "hold_id": hold.hold_id,
        "topic_id": hold.topic_id,
        "adviser_id": hold.adviser_id,
        "starts_at": hold.starts_at,
        "form": hold.form,
        "expires_at": hold.expires_at,
    }


def topic_answer(topic: Topic) -> dict[str, Any]:
    """Show a topic one can book."""
    return {
        "topic_id": topic.topic_id,
        "name": topic.name_da,
        "name_en": topic.name_en,
        "minutes": topic.minutes,
        "forms": topic.forms,
        "bring": topic.bring_da,
        "bring_en": topic.bring_en,
        "contact_groups": topic.contact_groups,
        "self_bookable": topic.self_bookable,
    }


def exemptions_answer(citizen_id: Any, standing: list[Exemption], today: Any) -> dict[str, Any]:
    """Show whether a citizen is exempt today, and every standing decision with its source."""
    shown = [
        {
            "reason": decided.reason,
            "source": SOURCES[decided.reason],
            "valid_from": decided.valid_from,
            "valid_to": decided.valid_to,
            "decided_by": decided.decided_by,
            "decided_at": decided.decided_at,
        }
        for decided in standing
    ]
    exempt = any(decided.holds_on(today) for decided in standing)
    return {"citizen_id": citizen_id, "exempt": exempt, "decisions": shown}
