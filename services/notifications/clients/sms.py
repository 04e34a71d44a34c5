"""The SMS provider (contract: README.md). One idempotency key is one SMS, however often it is handed over."""

from datetime import timedelta

import httpx2
import phonenumbers

from services.notifications.clients.outcomes import Never, Passing
from services.notifications.model.notice import Reason

_TIMEOUT = httpx2.Timeout(10, connect=3)
_NEVER = {400, 404, 409, 410, 413, 422}
_MOST_PATIENCE = timedelta(hours=1)


class SmsProvider:
    """Hands SMSs to one provider."""

    def __init__(self, url: str, token: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._client = httpx2.AsyncClient(
            base_url=url,
            timeout=_TIMEOUT,
            transport=transport,
            trust_env=False,
            headers={"Authorization": f"Bearer {token}"},
        )

    async def send(self, to: str, text: str, key: str) -> str | None:
        """Send one SMS; return the provider's id for it. Raises Passing, Never."""
        body = {"to": number(to), "text": text}
        try:
            answer = await self._client.post("/messages", json=body, headers={"Idempotency-Key": key})
        except httpx2.HTTPError as error:
            raise Passing(f"sms-{type(error).__name__}") from None
        if answer.is_success:
            return _id(answer)
        if answer.status_code in _NEVER:
            raise Never(Reason.REFUSED, f"sms-{answer.status_code}")
        raise Passing(f"sms-{answer.status_code}", _asked(answer))

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


def number(text: str) -> str:
    """Return a phone number in E.164 form; without a country code it is Danish. Raises Never."""
    try:
        parsed = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        raise Never(Reason.BAD_ADDRESS, "number-unreadable") from None
    if not phonenumbers.is_valid_number(parsed):
        raise Never(Reason.BAD_ADDRESS, "number-invalid")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _id(answer: httpx2.Response) -> str | None:
    """Return the provider's id where its yes has one: a yes is a yes without it too."""
    try:
        found = answer.json()
    except ValueError:
        return None
    return str(found["id"])[:100] if isinstance(found, dict) and "id" in found else None


def _asked(answer: httpx2.Response) -> timedelta | None:
    """Return how long the provider asked us to wait, within reason."""
    seconds = answer.headers.get("retry-after", "")
    return min(timedelta(seconds=int(seconds)), _MOST_PATIENCE) if seconds.isdecimal() and len(seconds) < 7 else None
