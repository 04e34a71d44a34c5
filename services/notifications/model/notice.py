"""The words of the ledger: a meeting as it stands, a notice and its states, and why a notice is not sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from shared.errors import NotFound, Refused

# Ids are made from what the notice is, so that a ledger that is planned twice names the same message alike.
_NAMESPACE = UUID("6d0f7a0e-52a4-5f1b-9a3c-2f6f0f1d9c11")


class Change(StrEnum):
    """What last happened to a meeting."""

    CREATED = "created"
    MOVED = "moved"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What a notice is about."""

    CONFIRMATION = "confirmation"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER_24H = "reminder_24h"
    REMINDER_2H = "reminder_2h"


class Channel(StrEnum):
    """Which way a notice goes."""

    EMAIL = "email"
    SMS = "sms"


class State(StrEnum):
    """planned → ready → sending → sent; or closed without being sent, always with a reason."""

    PLANNED = "planned"
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    SUPERSEDED = "superseded"
    UNDELIVERABLE = "undeliverable"


LIVE = (State.PLANNED, State.READY)
TOLD = {Change.CREATED: Kind.CONFIRMATION, Change.MOVED: Kind.MOVED, Change.CANCELLED: Kind.CANCELLED}
TELLING = tuple(TOLD.values())
# The first channel that works is the only one used. What needs room (what to bring, the invitation) goes by mail
# first; the last call two hours before goes where it is seen.
LADDER: dict[Kind, tuple[Channel, ...]] = {
    Kind.CONFIRMATION: (Channel.EMAIL, Channel.SMS),
    Kind.MOVED: (Channel.EMAIL, Channel.SMS),
    Kind.CANCELLED: (Channel.EMAIL, Channel.SMS),
    Kind.REMINDER_24H: (Channel.EMAIL, Channel.SMS),
    Kind.REMINDER_2H: (Channel.SMS, Channel.EMAIL),
}


class Reason(StrEnum):
    """Why a notice was not sent, or why its channel could not be used."""

    BOOKED_LATE = "booked-late"  # the confirmation is the reminder
    NIGHT = "night"  # the nearest allowed moment lies before the booking
    OVERTAKEN = "overtaken"  # the next reminder is due already
    BEGUN = "meeting-begun"
    NO_TIME_LEFT = "no-time-left"  # no allowed moment is left before the meeting
    CHANGED = "meeting-changed"  # moved or cancelled since
    NO_ADDRESS = "no-address"
    BAD_ADDRESS = "bad-address"
    REFUSED = "refused-by-provider"
    PROVIDER_DOWN = "provider-down"
    NO_CITIZEN = "citizen-unknown"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as the last event left it. `changed_at` is when that was said; times are aware, in UTC.

    `said_by` entered it; `by_citizen`: the citizen's doing, also when staff wrote down what was said by phone.
    `previous_starts_at`: an earlier time the citizen has not been told the end of, and may still turn up at.
    """

    booking_id: UUID
    citizen_id: UUID
    version: int
    change: Change
    changed_at: datetime
    said_by: str
    by_citizen: bool
    starts_at: datetime
    remind_2h: bool = False
    adviser_id: UUID | None = None
    previous_starts_at: datetime | None = None

    @property
    def needed_by(self) -> datetime:
        """When it is too late to tell: at the first time, old or new, for which the citizen may set out."""
        before = self.previous_starts_at
        return self.starts_at if before is None or before <= self.changed_at else min(before, self.starts_at)


@dataclass(frozen=True, slots=True)
class Notice:
    """One row of the ledger. `occasion` is the version of the meeting it is about, `by_citizen` whose doing."""

    notice_id: UUID
    booking_id: UUID
    citizen_id: UUID
    kind: Kind
    channel: Channel
    occasion: int
    due_at: datetime
    expires_at: datetime
    any_hour: bool
    by_citizen: bool
    state: State
    attempts: int = 0
    first_attempt_at: datetime | None = None
    handed_over_at: datetime | None = None
    reason: str | None = None


class NoReminderWaits(Refused):
    """The meeting is off, has begun, or its reminders have been sent."""

    slug = "no-reminder-waits"
    message = "Der er ingen påmindelse, som venter på at blive sendt."


class NotNow(Refused):
    """Nobody is reminded at night."""

    slug = "outside-sending-hours"
    message = "Påmindelser sendes kun mellem kl. 9 og 22."


class UnknownMeeting(NotFound):
    """The meeting is not known here, or the one who asks may not know that it is."""

    slug = "meeting-unknown"
    message = "Vi kan ikke finde samtalen."


def notice_id(booking_id: UUID, kind: Kind, channel: Channel, occasion: int) -> UUID:
    """Return the one id of the notice with this key, the same however often it is planned."""
    return uuid5(_NAMESPACE, f"{booking_id}/{kind}/{channel}/{occasion}")


def message_id(notice: UUID, domain: str) -> str:
    """Return the Message-ID (RFC 5322 § 3.6.4) of a notice: the same for every attempt, so that two copies are one."""
    return f"<notice-{notice}@{domain}>"
