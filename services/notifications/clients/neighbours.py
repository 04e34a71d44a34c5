"""Questions to people and booking at the moment of sending. What people answers is forgotten with the message."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import httpx2
import msgspec

from services.notifications.clients.outcomes import Never, Passing
from services.notifications.model.notice import Reason
from shared.identity import TokenIssuer
from shared.telemetry import carrier

T = TypeVar("T")
PURPOSE = "påmindelse"
_TIMEOUT = httpx2.Timeout(5, connect=2)


class Contact(msgspec.Struct, frozen=True):
    """How a citizen is reached. Never kept, never logged."""

    email: str | None
    mobile: str | None
    language: str

    def __repr__(self) -> str:
        return "Contact(…)"


class MeetingNow(msgspec.Struct, frozen=True):
    """A meeting as booking has it at this moment: the truth, which an event may still be on its way to tell."""

    version: int
    state: str
    starts_at: datetime
    ends_at: datetime
    form: str
    said_by: str
    place: str
    place_en: str
    bring: str
    bring_en: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """People and booking, asked in this service's own name."""

    people: httpx2.AsyncClient
    booking: httpx2.AsyncClient
    issuer: TokenIssuer

    async def contact(self, citizen_id: UUID) -> Contact:
        """Ask people for an address; the look is written in the citizen's access log.

        Raises Passing, and Never when people knows no such citizen.
        """
        token = self._token("people", citizen_id)
        answer = await _get(self.people, f"/citizens/{citizen_id}/contact", token, "people")
        if answer.status_code == httpx2.codes.NOT_FOUND:
            raise Never(Reason.NO_CITIZEN, "people-404")
        return _read(answer, Contact, "people")

    async def meeting(self, booking_id: UUID, citizen_id: UUID) -> MeetingNow:
        """Ask booking how the meeting stands. Raises Passing."""
        token = self._token("booking", citizen_id)
        return _read(await _get(self.booking, f"/bookings/{booking_id}", token, "booking"), MeetingNow, "booking")

    async def close(self) -> None:
        """Close every connection."""
        await self.people.aclose()
        await self.booking.aclose()

    def _token(self, audience: str, citizen_id: UUID) -> str:
        return self.issuer.token(audience=audience, role="service", citizen_id=citizen_id, purpose=PURPOSE)


def connected(
    people_url: str, booking_url: str, issuer: TokenIssuer, *, transport: httpx2.AsyncBaseTransport | None = None
) -> Neighbours:
    """Make the connections; `transport` replaces the network in tests."""
    people, booking = (
        httpx2.AsyncClient(base_url=url, timeout=_TIMEOUT, transport=transport, trust_env=False)
        for url in (people_url, booking_url)
    )
    return Neighbours(people, booking, issuer)


async def _get(client: httpx2.AsyncClient, path: str, token: str, name: str) -> httpx2.Response:
    try:
        return await client.get(path, headers={"Authorization": f"Bearer {token}", **carrier()})
    except httpx2.HTTPError as error:
        raise Passing(f"{name}-unreachable") from error


def _read(answer: httpx2.Response, into: type[T], name: str) -> T:
    if answer.status_code != httpx2.codes.OK:
        raise Passing(f"{name}-{answer.status_code}")
    try:
        return msgspec.json.decode(answer.content, type=into)
    except msgspec.MsgspecError:
        # From None: what could not be read may hold an address.
        raise Passing(f"{name}-unreadable") from None
