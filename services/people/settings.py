"""How people is configured: its CPR keys beside what every service needs."""

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator

from shared.settings import ServiceSettings

KEY_BYTES = 32
_DEMO_MARK = b"demo-"


def _key_bytes(secret: SecretStr) -> bytes:
    try:
        key = base64.b64decode(secret.get_secret_value(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("a key must be 32 bytes in base64")
    return key


def _checked(secret: SecretStr) -> SecretStr:
    _key_bytes(secret)
    return secret


Key = Annotated[SecretStr, AfterValidator(_checked)]


class Settings(ServiceSettings):
    """Keys are rotated by adding a new one, making it active, and running `rotate-keys`; then the old one may go."""

    cpr_keys: dict[str, Key] = Field(description="JSON: key id -> 32 bytes in base64; old keys stay until rotated away")
    cpr_active_key: str = Field(description="id of the key that seals new values")
    cpr_hash_key: Key = Field(description="32 bytes in base64: the key of the hash by which numbers are found")
    allow_test_cpr: bool = Field(False, description="let in numbers with day + 60, which are never issued (demo only)")

    @field_validator("cpr_active_key")
    @classmethod
    def _active_key_exists(cls, key_id: str, info: ValidationInfo) -> str:
        if "cpr_keys" in info.data and key_id not in info.data["cpr_keys"]:
            raise ValueError("no key with this id is among JOBVEJ_CPR_KEYS")
        return key_id

    def keys(self) -> dict[str, bytes]:
        """Return the sealing keys by their ids."""
        return {key_id: _key_bytes(secret) for key_id, secret in self.cpr_keys.items()}

    def hash_key(self) -> bytes:
        """Return the key of the look-up hash."""
        return _key_bytes(self.cpr_hash_key)

    def demo_values(self) -> list[str]:
        found = super().demo_values()
        found += [f"cpr_keys[{key_id}]" for key_id, key in self.keys().items() if _is_demo(key_id.encode(), key)]
        found += ["cpr_hash_key"] if _is_demo(self.hash_key()) else []
        return found + (["allow_test_cpr"] if self.allow_test_cpr else [])


def _is_demo(*values: bytes) -> bool:
    """The demo's published keys say so by their id or their first bytes."""
    return any(value.startswith(_DEMO_MARK) for value in values)
