"""The outside world of a journey: a real SMTP server and an SMS provider that note when something arrived."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

import httpx2

from shared.clock import FixedClock
from tests.notifications.outside import Mailbox, Phones


class Post(Mailbox):
    """A mail server; `arrived` has every mail it took, also a second copy of one."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self._clock = clock
        self.arrived: list[tuple[datetime, str, EmailMessage]] = []

    async def handle_DATA(self, *given: Any) -> str:
        answer = await super().handle_DATA(*given)
        if answer.startswith("250"):
            mail = self.mails[-1]
            self.arrived.append((self._clock.now(), mail.to, mail.message))
        return answer


class Telephones(Phones):
    """An SMS provider; `arrived` has every SMS it sent on: one per idempotency key, as the contract says."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self._clock = clock
        self.arrived: list[tuple[datetime, str, str]] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        before = len(self.texts)
        answer = super().answer(request)
        if len(self.texts) > before:
            self.arrived.append((self._clock.now(), *list(self.texts.values())[-1]))
        return answer
