"""Notifications refuses to start with a missing or wrong setting, and refuses everything demo in production."""

import json

import pytest

from services.notifications.main import create_delivery
from services.notifications.settings import Settings
from shared.identity import new_key
from shared.settings import load

KEY = json.dumps(new_key("notifications-2026"))
GOOD = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://notifications:secret@db.intern:5432/notifications",
    "KAFKA_BOOTSTRAP": "kafka.intern:9092",
    "PORT": "8000",
    "PEOPLE_URL": "http://people.intern:8000",
    "BOOKING_URL": "http://booking.intern:8000",
    "SIGNING_KEY": KEY,
    "SMTP_HOST": "mail.intern",
    "SMTP_PORT": "587",
    "SMTP_STARTTLS": "true",
    "SMTP_USERNAME": "jobvej",
    "SMTP_PASSWORD": "hemmelig-mail",
    "MAIL_FROM": "Nordby Kommune <noreply@nordby.example>",
    "MAIL_DOMAIN": "nordby.example",
    "SMS_URL": "https://sms.example",
    "SMS_TOKEN": "hemmelig-sms",
    "PUBLIC_URL": "https://job.nordby.example",
    "AUTHORITY_NAME": "Nordby Kommune",
    "AUTHORITY_PHONE": "70 10 20 30",
}
OPTIONAL = {"SMTP_USERNAME", "SMTP_PASSWORD"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"JOBVEJ_{name}", value)
    return monkeypatch


def test_good_settings_are_taken_and_no_secret_is_printed(environment: pytest.MonkeyPatch) -> None:
    settings = load(Settings)
    shown = f"{settings!r} {settings}"
    assert "hemmelig" not in shown
    assert json.loads(KEY)["d"] not in shown
    assert create_delivery(settings).sender.name == "Nordby Kommune"


@pytest.mark.parametrize("written", ["+4570102030", "0045 70102030", "70102030", "+45 70 10 20 30", "70-10-20-30"])
def test_the_phone_number_is_shown_as_danes_read_it(environment: pytest.MonkeyPatch, written: str) -> None:
    environment.setenv("JOBVEJ_AUTHORITY_PHONE", written)
    assert load(Settings).authority_phone == "70 10 20 30"


@pytest.mark.parametrize("name", sorted(set(GOOD) - OPTIONAL))
def test_a_missing_setting_is_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    environment.delenv(f"JOBVEJ_{name}")
    with pytest.raises(SystemExit) as stopped:
        load(Settings)
    assert stopped.value.code == 2
    assert f"JOBVEJ_{name} is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNING_KEY", json.dumps(new_key("demo-notifications"))),
        ("SMS_TOKEN", "demo-1"),
        ("SMTP_PASSWORD", "demo-1"),
        ("SMS_URL", "http://127.0.0.1:9000"),
        ("PUBLIC_URL", "http://localhost:8000"),
    ],
)
def test_production_refuses_what_belongs_to_the_demo(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    environment.setenv(f"JOBVEJ_{name}", value)
    with pytest.raises(SystemExit) as stopped:
        load(Settings)
    assert stopped.value.code == 2
    assert f"JOBVEJ_{name} holds a demo value" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_PORT", "0"),
        ("AUTHORITY_NAME", "M" * 29),
        ("AUTHORITY_PHONE", "1"),
        ("AUTHORITY_PHONE", "+46 70 123 45 67"),
        ("SIGNING_KEY", "x"),
        ("MAIL_FROM", "Nordby"),
        ("SMTP_STARTTLS", "false"),
    ],
)
def test_a_value_that_no_message_could_carry_is_refused(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(f"JOBVEJ_{name}", value)
    with pytest.raises((SystemExit, ValueError)):
        load(Settings)
