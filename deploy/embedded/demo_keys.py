"""The keys and passwords of one checkout's platform: made once, kept in .data, every id beginning with `demo-`.

Production refuses each of them by that mark.
"""

import base64
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded.place import Place, read_json, write_json

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
        return {caller: dict(self.content["public"][caller]) for caller in CALLERS}

    def of(self, name: str) -> Any:
        """One of the single secrets: cpr_keys, cpr_hash_key, sms_token, oidc_client_secret."""
        return self.content[name]


def load(place: Place) -> Keys:
    """The keys of this place; made when there are none yet, and readable by their owner only."""
    found = read_json(place.secrets_file)
    if not found:
        # In a process of its own: what makes keys needs 20 MB that the launcher would keep for as long as it lives.
        subprocess.run([sys.executable, "-m", "deploy.embedded.demo_keys", str(place.data)], check=True)
        found = read_json(place.secrets_file)
    return Keys(found)


def make(place: Place) -> None:
    """Make all keys anew and keep them."""
    from shared.identity import new_key, public_part

    callers = {caller: new_key(f"demo-{caller}") for caller in CALLERS}
    made = {
        "passwords": {service: secrets.token_hex(16) for service in SERVICES},
        "callers": callers,
        "public": {caller: public_part(key) for caller, key in callers.items()},
        "cpr_keys": {"demo-1": _demo_bytes()},
        "cpr_hash_key": _demo_bytes(),
        "sms_token": f"demo-{secrets.token_hex(16)}",
        "oidc_client_secret": f"demo-{secrets.token_hex(16)}",
    }
    write_json(place.secrets_file, made, mode=0o600)


def _demo_bytes() -> str:
    """32 bytes in base64, of which the first five say `demo-`."""
    return base64.b64encode(b"demo-" + secrets.token_bytes(27)).decode()


if __name__ == "__main__":
    make(Place(Path(sys.argv[1])))
