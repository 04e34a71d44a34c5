"""The keys and passwords of one checkout's platform: made once, kept in .data, every id beginning with `demo-`.

Production refuses each of them by that mark.
"""

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from deploy.embedded.place import Place, read_json, write_json
from shared.identity import new_key, public_part

# Who may sign tokens: the gateway for people, notifications for itself, the command `jobvej` for the operator.
CALLERS = ("gateway", "notifications", "jobvej")
SERVICES = ("people", "booking", "notifications", "gateway")


@dataclass(frozen=True)
class Keys:
    """All of them, as they lie in `.data/secrets.json`."""

    content: dict[str, Any]

    def password(self, service: str) -> str:
        """The password of a service's database user."""
        return str(self.content["passwords"][service])

    def private(self, caller: str) -> dict[str, Any]:
        """The private key with which a caller signs."""
        return dict(self.content["callers"][caller])

    def trusted(self) -> dict[str, dict[str, Any]]:
        """The public keys every service is given."""
        return {caller: public_part(self.private(caller)) for caller in CALLERS}

    def of(self, name: str) -> Any:
        """One of the single secrets: cpr_keys, cpr_hash_key, sms_token, oidc_client_secret."""
        return self.content[name]


def load(place: Place) -> Keys:
    """The keys of this place; made when there are none yet, and readable by their owner only."""
    found = read_json(place.secrets_file)
    made = _new() | found
    if made != found:
        write_json(place.secrets_file, made, mode=0o600)
    return Keys(made)


def _new() -> dict[str, Any]:
    return {
        "passwords": {service: secrets.token_hex(16) for service in SERVICES},
        "callers": {caller: new_key(f"demo-{caller}") for caller in CALLERS},
        "cpr_keys": {"demo-1": _demo_bytes()},
        "cpr_hash_key": _demo_bytes(),
        "sms_token": f"demo-{secrets.token_hex(16)}",
        "oidc_client_secret": f"demo-{secrets.token_hex(16)}",
    }


def _demo_bytes() -> str:
    """32 bytes in base64, of which the first five say `demo-`."""
    return base64.b64encode(b"demo-" + secrets.token_bytes(27)).decode()
