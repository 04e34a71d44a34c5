"""People refuses to start with a missing or wrong key, and refuses everything demo in production."""

import base64
import json

import pytest

from services.people.settings import Settings
from shared.settings import load
from tests.people.given import HASH_KEY, OLD_KEY

GOOD = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://people:secret@db.intern:5432/people",
    "KAFKA_BOOTSTRAP": "kafka.intern:9092",
    "PORT": "8000",
    "CPR_KEYS": json.dumps({"2026-1": OLD_KEY}),
    "CPR_ACTIVE_KEY": "2026-1",
    "CPR_HASH_KEY": HASH_KEY,
}
DEMO_KEY = base64.b64encode(b"demo-" + bytes(27)).decode()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"JOBVEJ_{name}", value)
    return monkeypatch


def test_good_settings_are_taken_and_never_printed(environment: pytest.MonkeyPatch) -> None:
    settings = load(Settings)
    assert settings.keys() == {"2026-1": bytes([1]) * 32}
    assert settings.allow_test_cpr is False
    assert OLD_KEY not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("CPR_KEYS", None, "JOBVEJ_CPR_KEYS is missing"),
        ("CPR_ACTIVE_KEY", None, "JOBVEJ_CPR_ACTIVE_KEY is missing"),
        ("CPR_HASH_KEY", None, "JOBVEJ_CPR_HASH_KEY is missing"),
        ("CPR_HASH_KEY", "c2hvcnQ=", "JOBVEJ_CPR_HASH_KEY is wrong: Value error, a key must be 32 bytes in base64"),
        ("CPR_HASH_KEY", "not base64", "JOBVEJ_CPR_HASH_KEY is wrong"),
        ("CPR_KEYS", json.dumps({"2026-1": "x"}), "JOBVEJ_CPR_KEYS is wrong"),
        ("CPR_ACTIVE_KEY", "2026-2", "JOBVEJ_CPR_ACTIVE_KEY is wrong: Value error, no key with this id"),
        ("CPR_KEYS", json.dumps({"2026-1": DEMO_KEY}), "JOBVEJ_CPR_KEYS[2026-1] holds a demo value"),
        ("CPR_HASH_KEY", DEMO_KEY, "JOBVEJ_CPR_HASH_KEY holds a demo value"),
        ("ALLOW_TEST_CPR", "true", "JOBVEJ_ALLOW_TEST_CPR holds a demo value"),
    ],
)
def test_a_missing_wrong_or_demo_setting_is_named(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str | None, why: str
) -> None:
    if value is None:
        environment.delenv(f"JOBVEJ_{name}")
    else:
        environment.setenv(f"JOBVEJ_{name}", value)
    with pytest.raises(SystemExit) as stopped:
        load(Settings)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert why.lower() in said.lower()
    assert value is None or len(value) < 8 or value not in said


def test_keys_named_demo_are_refused_in_production(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("JOBVEJ_CPR_KEYS", json.dumps({"demo-1": OLD_KEY}))
    environment.setenv("JOBVEJ_CPR_ACTIVE_KEY", "demo-1")
    with pytest.raises(SystemExit):
        load(Settings)
    assert "holds a demo value" in capsys.readouterr().err


def test_the_demo_may_use_demo_keys(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("JOBVEJ_ENVIRONMENT", "demo")
    environment.setenv("JOBVEJ_CPR_HASH_KEY", DEMO_KEY)
    environment.setenv("JOBVEJ_ALLOW_TEST_CPR", "true")
    assert load(Settings).allow_test_cpr is True
