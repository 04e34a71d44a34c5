"""Time, ids and the Danish day. Both enter use cases as arguments, so that a test can hold them still."""

import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


class Clock(Protocol):
    """Where a use case gets the time and new ids from."""

    def now(self) -> datetime:
        """Return this moment: aware, in UTC."""

    def new_id(self) -> UUID:
        """Return a new version-7 UUID: unique, and rising with time."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def new_id(self) -> UUID:
        return uuid7(self.now())


class FixedClock:
    """A clock that stands still until it is moved: for tests and for replay."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def new_id(self) -> UUID:
        return uuid7(self._now)

    def advance(self, by: timedelta) -> None:
        self._now += by

    def set(self, moment: datetime) -> None:
        self._now = moment.astimezone(UTC)


def uuid7(moment: datetime) -> UUID:
    """Make a version-7 UUID (RFC 9562 § 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = int(moment.timestamp() * 1000) & 0xFFFF_FFFF_FFFF
    chance = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & (1 << 62) - 1
    return UUID(int=value)


def local(moment: datetime) -> datetime:
    """Return the Copenhagen wall time of an aware moment."""
    return moment.astimezone(COPENHAGEN)


def at_local(day: date, wall: time) -> datetime:
    """Return the UTC instant of a Copenhagen wall time.

    An hour that does not exist (the spring change) becomes the same instant counted with the old offset,
    i.e. 02:30 is read as 03:30; an hour that exists twice (the autumn change) means its first occurrence.
    """
    return datetime.combine(day, wall.replace(tzinfo=None, fold=0), COPENHAGEN).astimezone(UTC)


def local_date(moment: datetime) -> date:
    """Return the Danish calendar day of an aware moment."""
    return local(moment).date()
