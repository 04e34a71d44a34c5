"""The CPR vault: AES-256-GCM with the key's id beside it, so that keys can be rotated; a keyed hash to find by.

Invariant: a box opens only for the subject it was sealed for, so that boxes cannot be swapped between rows.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.people.model import cpr
from services.people.model.cpr import Cpr

_NONCE_BYTES = 12


class VaultError(RuntimeError):
    """A box cannot be opened: its key is not configured, or it was altered. For the operator, not for a person."""


class KeyMissing(VaultError):
    """The key of a box is not among the configured ones: with the right settings it will open."""


def random_nonce() -> bytes:
    """Return 12 random bytes: never the same twice under one key."""
    return os.urandom(_NONCE_BYTES)


@dataclass(frozen=True, slots=True)
class Box:
    """Something sealed: which key opens it, and the nonce with the ciphertext."""

    key_id: str
    sealed: bytes = field(repr=False)


class Vault:
    """Seals and opens with the configured keys. New boxes use the active key; old keys still open."""

    def __init__(
        self,
        keys: Mapping[str, bytes],
        active: str,
        hash_key: bytes,
        *,
        allow_test: bool = False,
        nonce: Callable[[], bytes] = random_nonce,
    ) -> None:
        if active not in keys:
            raise VaultError(f"the active CPR key {active!r} is not among the configured keys")
        self.active = active
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._hash_key = hash_key
        self._allow_test = allow_test
        self._nonce = nonce

    def read(self, text: str, today: date) -> Cpr:
        """Read a CPR number that this vault may hold: test numbers only where they are allowed. Raises CprInvalid."""
        return cpr.parse(text, today=today, allow_test=self._allow_test)

    def seal(self, subject: UUID, plain: str) -> Box:
        """Seal a text for one subject with the active key."""
        nonce = self._nonce()
        sealed = self._ciphers[self.active].encrypt(nonce, plain.encode(), _bound_to(subject, self.active))
        return Box(self.active, nonce + sealed)

    def open(self, subject: UUID, box: Box) -> str:
        """Open a box. Raises VaultError when its key is unknown, or the box belongs to another subject."""
        cipher = self._ciphers.get(box.key_id)
        if cipher is None:
            raise KeyMissing(f"the CPR key {box.key_id!r} is not configured; boxes sealed with it cannot be opened")
        nonce, sealed = box.sealed[:_NONCE_BYTES], box.sealed[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, sealed, _bound_to(subject, box.key_id)).decode()
        except (InvalidTag, ValueError):
            raise VaultError("a sealed value was altered or moved to another row") from None

    def reseal(self, subject: UUID, box: Box) -> Box:
        """Seal the same text again with the active key."""
        return self.seal(subject, self.open(subject, box))

    def digest(self, cpr_number: Cpr) -> bytes:
        """Return the keyed hash (HMAC-SHA-256) by which a CPR number is found without being read."""
        return hmac.new(self._hash_key, b"cpr:" + cpr_number.number.encode(), hashlib.sha256).digest()

    def fingerprint(self, content: bytes) -> str:
        """Return a keyed hash of something that may hold a CPR number: an unkeyed one could be tried out."""
        return hmac.new(self._hash_key, b"content:" + content, hashlib.sha256).hexdigest()


def _bound_to(subject: UUID, key_id: str) -> bytes:
    return subject.bytes + key_id.encode()
