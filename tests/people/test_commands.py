"""Key rotation as an operator runs it: a process of its own, from environment variables only."""

import json
import subprocess
import sys

import pytest

from services.people.settings import Settings
from shared.database import Database
from tests.people.conftest import Asks, Rows
from tests.people.given import NEW_KEY, OLD_KEY, environment_of, registration

pytestmark = pytest.mark.anyio


def run(settings: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    both = json.dumps({"k1": OLD_KEY, "k2": NEW_KEY})
    environment = environment_of(settings) | {"JOBVEJ_CPR_KEYS": both, "JOBVEJ_CPR_ACTIVE_KEY": "k2", **more}
    command = [sys.executable, "-m", "services.people", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


async def test_rotation_seals_everything_anew_and_says_how_much(
    asks: Asks, settings: Settings, database: Database, rows: Rows
) -> None:
    for number in range(1, 4):
        await asks("caseworker")("POST", "/citizens", registration(number))
    done = run(settings, "rotate-keys")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 sealed values now use the key k2")
    assert await rows("select distinct key_id from cpr_number") == [{"key_id": "k2"}]
    assert run(settings, "rotate-keys").stdout.startswith("0 sealed values")


async def test_rotation_without_the_old_key_fails_and_names_it(asks: Asks, settings: Settings) -> None:
    await asks("caseworker")("POST", "/citizens", registration())
    done = run(settings, "rotate-keys", JOBVEJ_CPR_KEYS=json.dumps({"k2": NEW_KEY}))
    assert done.returncode == 1
    assert "the CPR key 'k1' is not configured" in done.stderr
    assert "Traceback" not in done.stderr


async def test_an_unknown_verb_is_answered_with_the_known_ones(settings: Settings) -> None:
    done = run(settings, "dance")
    assert done.returncode == 2
    assert "api|worker|relay|migrate|rotate-keys" in done.stderr
