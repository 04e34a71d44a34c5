"""Facts about settings: what is missing is named, and production refuses what is demo."""

import json

import pytest

from shared.identity import new_key, public_part
from shared.settings import ServiceSettings, load

GOOD = {
    "JOBVEJ_ENVIRONMENT": "test",
    "JOBVEJ_DATABASE_URL": "postgresql://u:p@127.0.0.1/x",
    "JOBVEJ_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "JOBVEJ_PORT": "0",
}


def environment(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> None:
    for name, value in (GOOD | changes).items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch)
    assert load(ServiceSettings).kafka_bootstrap == "127.0.0.1:9092"


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    environment(monkeypatch, JOBVEJ_DATABASE_URL=None, JOBVEJ_PORT="many")
    with pytest.raises(SystemExit) as ended:
        load(ServiceSettings)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "The setting JOBVEJ_DATABASE_URL is missing." in said
    assert "The setting JOBVEJ_PORT is wrong" in said


@pytest.mark.parametrize(("key_id", "refused"), [("demo-gateway", True), ("nordby-2026", False)])
def test_production_refuses_demo_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key_id: str, refused: bool
) -> None:
    callers = json.dumps({"gateway": public_part(new_key(key_id))})
    environment(monkeypatch, JOBVEJ_ENVIRONMENT="production", JOBVEJ_TRUSTED_CALLERS=callers)
    if not refused:
        assert load(ServiceSettings).environment == "production"
        return
    with pytest.raises(SystemExit):
        load(ServiceSettings)
    assert "demo value" in capsys.readouterr().err
