"""What tests of people begin with: settings, and made-up citizens whose numbers are never issued (day + 60)."""

import base64
import json
import os
from typing import Any

from services.people.settings import Settings

OLD_KEY, NEW_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
HASH_KEY = base64.b64encode(b"h" * 32).decode()


def settings_of(url: str, trusted: dict[str, dict[str, Any]], **more: Any) -> Settings:
    """Return settings for a test."""
    given = {
        "environment": "test",
        "database_url": url,
        "kafka_bootstrap": "127.0.0.1:1",
        "port": 0,
        "trusted_callers": trusted,
        "cpr_keys": {"k1": OLD_KEY},
        "cpr_active_key": "k1",
        "cpr_hash_key": HASH_KEY,
        "allow_test_cpr": True,
        **more,
    }
    return Settings(**given)


def registration(number: int = 1, **more: Any) -> dict[str, Any]:
    """Return what it takes to register a made-up citizen; each `number` is another person."""
    return {
        "cpr": f"6101{80 + number // 1000:02}-{1000 + number:04}",
        "name": "Amina Holm",
        "contact_group": "2",
        **more,
    }


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment variables from which a process of people starts with these settings."""
    return {
        "PATH": os.environ["PATH"],
        "JOBVEJ_ENVIRONMENT": "test",
        "JOBVEJ_DATABASE_URL": settings.database_url,
        "JOBVEJ_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "JOBVEJ_PORT": "0",
        "JOBVEJ_TRUSTED_CALLERS": json.dumps(settings.trusted_callers),
        "JOBVEJ_CPR_KEYS": json.dumps({key_id: key.get_secret_value() for key_id, key in settings.cpr_keys.items()}),
        "JOBVEJ_CPR_ACTIVE_KEY": settings.cpr_active_key,
        "JOBVEJ_CPR_HASH_KEY": settings.cpr_hash_key.get_secret_value(),
        "JOBVEJ_ALLOW_TEST_CPR": str(settings.allow_test_cpr).lower(),
    }
