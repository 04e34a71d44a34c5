"""One key per shown form: sending the same form twice does the thing once."""

import re
import secrets
from collections.abc import Mapping

_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_key() -> str:
    """Return a key for a form that is about to be shown."""
    return secrets.token_urlsafe(16)


def key_of(told: Mapping[str, str]) -> str:
    """Return the key that came with a form; a new one when it carries none of ours."""
    given = told.get("key", "")
    return given if _SHAPE.fullmatch(given) else new_key()
