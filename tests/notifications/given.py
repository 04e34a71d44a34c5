"""What the tests of notifications start from: a rule, a meeting, an authority."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.notifications.model.hours import SendingRule
from services.notifications.model.notice import Change, Meeting
from services.notifications.model.wording import Authority
from services.notifications.settings import Settings
from shared.identity import new_key

BOOKING = UUID("01890000-0000-7000-8000-00000000b001")
CITIZEN = UUID("01890000-0000-7000-8000-00000000c001")
ADVISER = UUID("01890000-0000-7000-8000-00000000a001")
RULE = SendingRule(
    valid_from=date(2020, 1, 1),
    valid_to=None,
    source="test",
    opens=time(9),
    closes=time(22),
    first_reminder=timedelta(hours=24),
    second_reminder=timedelta(hours=2),
    give_up_after=timedelta(hours=24),
    keep_days=365,
)
RULES = (RULE,)
AUTHORITY = Authority("Nordby Kommune", "70 10 20 30", "https://job.nordby.example/moeder")


def utc(text: str) -> datetime:
    """Read `2026-11-24 08:00` as UTC."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def meeting(**changes: Any) -> Meeting:
    """A meeting on Friday at 10 Copenhagen time, booked by the citizen on Tuesday at 9."""
    values: dict[str, Any] = {
        "booking_id": BOOKING,
        "citizen_id": CITIZEN,
        "version": 1,
        "change": Change.CREATED,
        "changed_at": utc("2026-11-24 08:00"),
        "said_by": "citizen",
        "by_citizen": True,
        "starts_at": utc("2026-11-27 09:00"),
        "remind_2h": False,
        "adviser_id": ADVISER,
    }
    return Meeting(**(values | changes))


def settings_of(url: str, kafka: str = "127.0.0.1:1", **trusted: Any) -> Settings:
    """Return settings for a test; `trusted`: who may ask, with their public keys."""
    return Settings(
        environment="test",
        database_url=url,
        kafka_bootstrap=kafka,
        port=0,
        trusted_callers=trusted,
        people_url="http://people",
        booking_url="http://booking",
        signing_key=new_key("notifications"),
        smtp_host="127.0.0.1",
        smtp_port=25,
        smtp_starttls=False,
        mail_from="noreply@nordby.example",
        mail_domain="nordby.example",
        sms_url="http://sms",
        sms_token="token",
        public_url="http://localhost",
        authority_name="Nordby Kommune",
        authority_phone="70 10 20 30",
    )
