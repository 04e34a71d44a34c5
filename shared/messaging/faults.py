"""Which faults pass by themselves, which are tried again at once, and what is said of those that stay."""

import traceback
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import Kind, Refused
from shared.messaging.envelope import Unreadable
from shared.messaging.subscriptions import TryLater

# PostgreSQL classes and codes: connection, resources, operator (restart, cancelled), lock or statement timeout.
_PASSING_CLASSES = ("08", "53", "57")
_PASSING_CODES = ("55P03", "25P03", "25006")
# Serialization failure, deadlock: nobody's fault, and over at once.
_COLLISIONS = ("40001", "40P01")


def collided(error: BaseException) -> bool:
    """Say whether the transaction lost against another one and should simply be run again."""
    return _sqlstate(error) in _COLLISIONS


def passes(error: BaseException) -> bool:
    """Say whether the same thing may work later: connections, time-outs, servers that restart, and TryLater."""
    if isinstance(error, TryLater | ConnectionError | TimeoutError | OSError | PoolTimeout | InterfaceError):
        return True
    if isinstance(error, Refused):
        return error.kind is Kind.UNAVAILABLE
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    code = _sqlstate(error)
    return code[:2] in _PASSING_CLASSES or code in _PASSING_CODES or code in _COLLISIONS


def reason_of(error: BaseException) -> tuple[str, str]:
    """Return (code, explanation) for a dead letter. The explanation never holds values: they may be personal."""
    if isinstance(error, Unreadable):
        return error.reason, error.explanation
    if isinstance(error, Refused):
        return "refused", f"{type(error).__name__}: {error.slug}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    where = f" at {_short(own[-1].filename)}:{own[-1].lineno}" if own else ""
    code = _sqlstate(error)
    return "failed", f"{type(error).__name__}{f' (SQLSTATE {code})' if code else ''}{where}"


def _sqlstate(error: BaseException) -> str:
    original = getattr(error, "orig", error)
    return str(getattr(original, "sqlstate", None) or getattr(error, "sqlstate", None) or "")


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-3:])
