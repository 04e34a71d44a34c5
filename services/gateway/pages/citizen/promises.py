"""What is promised to a citizen about messages: only what is true for this meeting, this person and this moment."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from services.gateway.clients import Asking, Problem, ServiceDown, asking
from services.gateway.clients.booking import Booking
from services.gateway.clients.people import Contact, contact
from services.gateway.clients.promises import TELLING, WAITING, Message, foreseen, messages_about
from services.gateway.web.i18n import clock_time, day_name
from services.gateway.web.i18n import gettext as _

_AT_ONCE = timedelta(minutes=5)
Choice = tuple[str, str, str | None]


@dataclass(frozen=True)
class Promises:
    """How the citizen is reached (None: unknown now), and sentences about the messages to come."""

    contact: Contact | None
    sentences: list[str]

    @property
    def unreachable(self) -> bool:
        """Whether we know that we have no way to write."""
        return self.contact is not None and not reachable(self.contact)


def reachable(one: Contact) -> bool:
    """Say whether there is anywhere to write to."""
    return bool(one.email or one.mobile)


async def promises(request: Request, booking: Booking) -> Promises:
    """Return what may be said about the messages of a meeting that is still to come."""
    asker, now = asking(request), request.app.state.clock.now()
    reached, messages = await asyncio.gather(_contact(asker), messages_about(asker, booking.booking_id))
    if reached is not None and not reachable(reached):
        return Promises(reached, [])
    own = [one for one in messages or [] if one.occasion == booking.version]
    sentences = [_telling(own, now, down=messages is None)]
    reminders = [one for one in own if one.kind.startswith("reminder")]
    if reminders:
        ahead: list[datetime] | None = sorted({one.due_at for one in reminders if one.state in WAITING})
        quiet = any(one.state == "sent" for one in reminders)
    else:
        ahead, quiet = await foreseen(asker, booking.starts_at, remind_2h=booking.remind_2h), False
    if ahead:
        sentences.append(_("Vi minder dig om samtalen {when}.").format(when=in_words(ahead)))
    elif ahead is not None and not quiet:
        sentences += await _no_reminder(asker, booking)
    return Promises(reached, sentences)


async def choices(asker: Asking, starts_at: datetime) -> list[Choice]:
    """Return the reminders one can choose between for a meeting at this time: (value, words, hint)."""
    one, two = await asyncio.gather(*(foreseen(asker, starts_at, remind_2h=both) for both in (False, True)))
    if one is None or two is None:
        hint = _("Hvis vi kan nå det.")
        return [("24", _("Dagen før"), hint), ("24+2", _("Dagen før og to timer før"), hint)]
    found: list[Choice] = [("24", _capital(in_words(one)) if one else _("Ingen påmindelse"), None)]
    return found if one == two else [*found, ("24+2", _capital(in_words(two)), None)]


async def chosen_words(asker: Asking, starts_at: datetime, *, remind_2h: bool) -> str:
    """Return the chosen reminders in words, as they would be sent if the meeting were booked now."""
    ahead = await foreseen(asker, starts_at, remind_2h=remind_2h)
    if ahead is None:
        return _("Dagen før og to timer før") if remind_2h else _("Dagen før")
    return _capital(in_words(ahead)) if ahead else _("Ingen påmindelse")


def in_words(moments: list[datetime]) -> str:
    """Write one or two moments: "tirsdag 24. november kl. 10.00 og onsdag 25. november kl. 8.00"."""
    written = [f"{day_name(moment)} {clock_time(moment)}" for moment in moments]
    return written[0] if len(written) == 1 else _("{first} og {second}").format(first=written[0], second=written[-1])


async def _no_reminder(asker: Asking, booking: Booking) -> list[str]:
    """Say why nobody will be reminded: it was not wanted, or there is no time for it. Nothing when we cannot know."""
    possible = [] if booking.remind_2h else await foreseen(asker, booking.starts_at, remind_2h=True)
    if possible is None:
        return []
    if possible:
        return [_("Du har valgt ikke at få en påmindelse.")]
    return [_("Samtalen er så snart, at vi ikke når at minde dig om den.")]


async def _contact(asker: Asking) -> Contact | None:
    try:
        return await contact(asker)
    except (ServiceDown, Problem):
        return None


def _telling(own: list[Message], now: datetime, *, down: bool) -> str:
    """Say whether the message about the time itself was sent, or when it will be."""
    telling = [one for one in own if one.kind in TELLING]
    if any(one.state == "sent" for one in telling):
        return _("Vi har sendt dig en besked om tiden.")
    waiting = [one for one in telling if one.state in WAITING]
    if telling and not waiting:
        return _("Vi kunne ikke sende dig en besked om tiden.")
    if waiting and waiting[0].due_at > now + _AT_ONCE:
        return _("Vi sender dig en besked om tiden {when}.").format(when=in_words([waiting[0].due_at]))
    if down:
        return _("Vi sender dig en besked om tiden, så snart vi kan.")
    return _("Vi sender dig en besked om tiden nu.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
