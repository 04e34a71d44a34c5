"""Writes the secrets of the containers' platform to an env file: `python -m deploy.compose.prepare [FILE]`.

Demo keys, made once and kept; production brings its own secrets in the same variables.
"""

import json
import secrets
import sys
from pathlib import Path

from deploy.embedded import demo_keys, personas
from deploy.embedded.place import Place

DEFAULT = Path(".data/compose/compose.env")


def variables(place: Place) -> dict[str, str]:
    """Name → value of everything compose.yaml takes from its env file."""
    keys = demo_keys.load(place)
    cpr_keys = keys.of("cpr_keys")
    return {
        **{f"{service.upper()}_PASSWORD": keys.password(service) for service in demo_keys.SERVICES},
        "POSTGRES_PASSWORD": secrets.token_hex(16),
        "TRUSTED_CALLERS": json.dumps(keys.trusted()),
        "GATEWAY_SIGNING_KEY": json.dumps(keys.private("gateway")),
        "NOTIFICATIONS_SIGNING_KEY": json.dumps(keys.private("notifications")),
        "CPR_KEYS": json.dumps(cpr_keys),
        "CPR_ACTIVE_KEY": next(iter(cpr_keys)),
        "CPR_HASH_KEY": str(keys.of("cpr_hash_key")),
        "SMS_TOKEN": str(keys.of("sms_token")),
        "OIDC_CLIENT_SECRET": str(keys.of("oidc_client_secret")),
        "ROLE_MAPPING": json.dumps(personas.ROLE_MAPPING),
    }


def main() -> None:
    """Write the file unless it is there: a running database keeps the passwords it was made with."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    # Single quotes: compose takes what is between them as it stands.
    lines = [f"{name}='{value}'" for name, value in variables(Place(file.parent)).items()]
    file.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
