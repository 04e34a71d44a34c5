"""One notice on its way out: how the meeting stands, where the citizen is reached, the words, the provider.

No transaction is open here. The meeting is asked of booking and not read from our own copy: an event that cancels it
may still be under way, and a reminder of a cancelled meeting sends somebody across town for nothing.
"""

import asyncio
from dataclasses import dataclass

from services.notifications.clients.letter import Sender, letter, recipient
from services.notifications.clients.mail import MailServer
from services.notifications.clients.neighbours import Contact, MeetingNow, Neighbours
from services.notifications.clients.outcomes import Never, Passing
from services.notifications.clients.sms import SmsProvider
from services.notifications.model.invitation import Invitation
from services.notifications.model.notice import TELLING, Channel, Kind, Notice, Reason, message_id
from services.notifications.model.wording import Authority, Facts, Wording, Words, spoken
from services.notifications.store.sending import Claim, Sent
from services.notifications.use_cases.send_notices import Outcome, Stale
from shared.clock import Clock
from shared.telemetry import attached

# Shorter than a claim lives (use_cases/sweep.py), so that two senders never have one notice in hand.
MOST_SECONDS = 45


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that sending needs of the outside world."""

    neighbours: Neighbours
    mail: MailServer
    sms: SmsProvider
    wording: Wording
    authority_name: str
    authority_phone: str
    public_url: str
    sender: Sender
    mail_domain: str

    async def deliver(self, claim: Claim, clock: Clock) -> Outcome:
        """Try to deliver a claimed notice, and say what came of it."""
        with attached(claim.trace, f"send {claim.notice.kind}"):
            try:
                async with asyncio.timeout(MOST_SECONDS):
                    return await self._deliver(claim.notice, clock)
            except (Passing, Never) as failure:
                return failure
            except TimeoutError:
                return Passing("too-slow")

    async def _deliver(self, notice: Notice, clock: Clock) -> Outcome:
        meeting = await self.neighbours.meeting(notice.booking_id, notice.citizen_id)
        if meeting.version < notice.occasion:
            raise Passing("booking-behind")
        if meeting.version > notice.occasion or (meeting.state == "cancelled") != (notice.kind is Kind.CANCELLED):
            return Stale()
        if notice.channel is Channel.EMAIL:
            await self.mail.ready()
        contact = await self.neighbours.contact(notice.citizen_id)
        words = self._words(notice, meeting, contact)
        if clock.now() >= notice.expires_at:
            raise Passing("expired")
        key = message_id(notice.notice_id, self.mail_domain)
        if notice.channel is Channel.EMAIL:
            await self._mail(notice, meeting, contact, words, key, clock)
            provider_id = None
        else:
            if not contact.mobile:
                raise Never(Reason.NO_ADDRESS, "no-mobile")
            provider_id = await self.sms.send(contact.mobile, words.sms, key)
        return Sent(words.language, words.version, provider_id)

    def _words(self, notice: Notice, meeting: MeetingNow, contact: Contact) -> Words:
        language = spoken(contact.language)
        english = language == "en"
        facts = Facts(
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            form=meeting.form,
            place=(meeting.place_en if english else "") or meeting.place,
            by_citizen=notice.by_citizen,
            bring=(meeting.bring_en if english else "") or meeting.bring,
        )
        page = "book/emne" if notice.kind is Kind.CANCELLED else f"aftaler/{notice.booking_id}"
        link = f"{self.public_url.rstrip('/')}/{page}"
        return self.wording.words(
            notice.kind, language, facts, Authority(self.authority_name, self.authority_phone, link)
        )

    async def _mail(
        self, notice: Notice, meeting: MeetingNow, contact: Contact, words: Words, key: str, clock: Clock
    ) -> None:
        if not contact.email:
            raise Never(Reason.NO_ADDRESS, "no-email")
        to = recipient(contact.email)
        invitation = Invitation(
            booking_id=notice.booking_id,
            version=notice.occasion,
            cancelled=notice.kind is Kind.CANCELLED,
            said_at=notice.due_at,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            place=words.where,
            description=words.bring,
            language=words.language,
            organizer=self.sender.address,
            organizer_name=self.sender.name,
            attendee=to.addr_spec,
            domain=self.mail_domain,
        )
        with_it = invitation if notice.kind in TELLING else None
        await self.mail.send(letter(words, to, self.sender, key, clock.now(), with_it))

    async def rest(self, channel: Channel) -> None:
        """After a batch of a channel: leave nothing open that its provider would rather see closed."""
        if channel is Channel.EMAIL:
            await self.mail.rest()

    async def close(self) -> None:
        """Close every connection."""
        await self.neighbours.close()
        await self.sms.close()
        await self.mail.rest()
