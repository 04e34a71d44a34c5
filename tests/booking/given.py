"""What tests of booking begin with: a week, a topic, times after the clock’s Tuesday, and people’s events."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from services.booking.model.free_times import Adviser
from services.booking.model.meetings import Booking, Citizen, Topic
from services.booking.model.rules import Rule, Rules
from services.booking.model.week import Pause, Week, Work
from services.booking.settings import Settings
from shared.clock import at_local
from shared.contracts.people import CitizenDeregistered, CitizenRegistered, StaffChanged

TUESDAY = date(2026, 11, 24)
WEDNESDAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SINCE = date(2024, 1, 1)
TEAM = UUID(int=77)
# Monday to Friday 08–15 with a lunch break 12–12.30.
WEEK = Week(
    tuple(Work(day, time(8), time(15)) for day in range(1, 6)),
    tuple(Pause(day, time(12), time(12, 30)) for day in range(1, 6)),
)
HOURS = {
    "valid_from": "2026-01-01",
    "hours": [{"weekday": day, "starts": "08:00", "ends": "15:00"} for day in range(1, 6)],
    "breaks": [{"weekday": day, "starts": "12:00", "ends": "12:30"} for day in range(1, 6)],
}
RULES = Rules(
    [
        Rule(key, value, SINCE, None, "Kommunens regel")
        for key, value in {
            "booking.grid_minutes": 15,
            "booking.min_notice_minutes": 60,
            "booking.horizon_days": 60,
            "rebooking.days_before": 1,
            "cancellation.minutes_before": 0,
        }.items()
    ],
    TUESDAY,
)


def adviser_id(number: int) -> UUID:
    return UUID(int=0xA0000 + number)


def citizen_id(number: int) -> UUID:
    return UUID(int=0xC0000 + number)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return the instant of a Copenhagen wall time."""
    return at_local(day, time(hour, minute))


def minute(day: date, hour: int, minutes: int = 0) -> int:
    return int(at(day, hour, minutes).timestamp()) // 60


def topic(**more: Any) -> Topic:
    given: dict[str, Any] = {
        "topic_id": "cv-help",
        "name_da": "Hjælp til CV",
        "name_en": "Help with CV",
        "minutes": 30,
        "forms": ("in_person", "phone"),
        "bring_da": "Dit CV.",
        "bring_en": "Your CV.",
        "contact_groups": (),
        "self_bookable": True,
        "valid_from": SINCE,
        "valid_to": None,
    }
    return Topic(**{**given, **more})


def citizen(**more: Any) -> Citizen:
    given: dict[str, Any] = {
        "citizen_id": citizen_id(1),
        "citizen_no": 100,
        "contact_group": "2",
        "deregistered_on": None,
    }
    return Citizen(**{**given, **more})


def adviser(number: int = 1, week: Week = WEEK, **more: Any) -> Adviser:
    given: dict[str, Any] = {"weeks": ((SINCE, None, week),)}
    return Adviser(adviser_no=number, adviser_id=adviser_id(number), **{**given, **more})


def booking(**more: Any) -> Booking:
    given: dict[str, Any] = {
        "booking_id": UUID(int=0xB00000000001),
        "citizen_id": citizen_id(1),
        "adviser_id": adviser_id(1),
        "topic_id": "cv-help",
        "starts_at": at(WEDNESDAY, 10),
        "ends_at": at(WEDNESDAY, 10, 30),
        "form": "phone",
        "remind_2h": False,
        "state": "booked",
        "version": 1,
    }
    return Booking(**{**given, **more})


def settings_of(url: str, trusted: dict[str, dict[str, Any]], **more: Any) -> Settings:
    given: dict[str, Any] = {
        "environment": "test",
        "database_url": url,
        "kafka_bootstrap": "127.0.0.1:1",
        "port": 0,
        "trusted_callers": trusted,
        **more,
    }
    return Settings(**given)


def registered(number: int, version: int = 1, group: str = "2") -> CitizenRegistered:
    return CitizenRegistered(
        citizen_id=citizen_id(number), version=version, registered_on=SINCE, contact_group=group, language="da"
    )


def deregistered(number: int, version: int = 2) -> CitizenDeregistered:
    return CitizenDeregistered(citizen_id=citizen_id(number), version=version, deregistered_on=TUESDAY)


def staff(
    number: int, version: int = 1, *, active: bool = True, roles: tuple[str, ...] = ("caseworker",)
) -> StaffChanged:
    return StaffChanged(staff_id=adviser_id(number), version=version, team_id=TEAM, roles=roles, active=active)
