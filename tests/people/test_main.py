"""Each kind of process of people starts from environment variables alone, shows its health, and ends when told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import httpx2
import pytest

from deploy.embedded import ports
from services.people import main
from services.people.main import create_app
from services.people.settings import Settings
from tests.conftest import Databases
from tests.people.given import environment_of, settings_of


def alive(port: int, running: subprocess.Popen[bytes]) -> bool:
    """Wait until the process answers on /livez; False when it ended or 20 s have passed."""
    for _ in range(400):
        if running.poll() is not None:
            return False
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/livez").status_code == 200
        except httpx2.TransportError:
            time.sleep(0.05)
    return False


@pytest.mark.parametrize("kind", ["api", "worker", "relay"])
def test_it_starts_while_the_broker_is_down_and_ends_when_told(settings: Settings, kind: str) -> None:
    port = ports.any_free()
    environment = environment_of(settings) | {"JOBVEJ_PORT": str(port)}
    running = subprocess.Popen(
        [sys.executable, "-m", "services.people", kind], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        assert alive(port, running)
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) in (0, -signal.SIGTERM)
    finally:
        running.kill()


STARTS = [main.run_api, main.run_worker, main.run_relay, main.run_migrations, main.rotate_keys]


@pytest.mark.parametrize("start", STARTS)
def test_without_its_settings_it_does_not_start_and_names_them(
    start: Callable[[], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("JOBVEJ_")]:
        monkeypatch.delenv(name)
    with pytest.raises(SystemExit) as stopped:
        start()
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    for name in ("JOBVEJ_DATABASE_URL", "JOBVEJ_CPR_KEYS", "JOBVEJ_CPR_ACTIVE_KEY", "JOBVEJ_CPR_HASH_KEY"):
        assert f"The setting {name} is missing." in said


def test_migrating_twice_is_harmless(database_of: Databases) -> None:
    environment = environment_of(settings_of(database_of("people"), {}))
    command = [sys.executable, "-m", "services.people", "migrate"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_production_does_not_publish_its_api_description(settings: Settings) -> None:
    assert create_app(settings).openapi_url == "/openapi.json"
    assert create_app(settings.model_copy(update={"environment": "production"})).openapi_url is None
