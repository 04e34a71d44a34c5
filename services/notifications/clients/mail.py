"""The mail server. What is the server's fault or ours is passing; only what it says of the recipient is for good."""

import asyncio
import socket
import ssl
from email.message import EmailMessage

import aiosmtplib

from services.notifications.clients.outcomes import Never, Passing
from services.notifications.model.notice import Reason

CONNECTIONS = 4
_TIMEOUT_SECONDS = 20
_PERMANENT = 500


class MailServer:
    """Hands mails to one SMTP server over a few connections, each used for one mail after the other."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        starttls: bool,
        username: str = "",
        password: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`starttls`: refuse to say anything to a server that does not encrypt. `tls` replaces the system's trust."""
        self._host, self._port, self._starttls = host, port, starttls
        self._username, self._password, self._tls = username, password, tls
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, mail: EmailMessage) -> None:
        """Return when the server has taken the mail. Raises Passing, Never."""
        async with self._free:
            connection = self._idle.pop() if self._idle else await self._connect()
            taken = False
            try:
                await connection.send_message(mail)
                taken = True
            except aiosmtplib.SMTPRecipientsRefused as error:
                raise _judged(error.recipients[0].code, "rcpt") from None
            except aiosmtplib.SMTPSenderRefused as error:
                raise Passing(f"smtp-from-{error.code}") from None
            except aiosmtplib.SMTPResponseException as error:
                raise _judged(error.code, "data") from None
            except (aiosmtplib.SMTPException, OSError) as error:
                raise Passing(f"smtp-{type(error).__name__}") from None
            finally:
                if taken:
                    self._idle.append(connection)
                else:
                    connection.close()

    async def ready(self) -> None:
        """Return when a connection stands: nobody's address is asked for while no mail can leave. Raises Passing."""
        async with self._free:
            if not self._idle:
                self._idle.append(await self._connect())

    async def rest(self) -> None:
        """End the connections that are idle: servers dislike a guest who says nothing."""
        idle, self._idle = self._idle, []
        for connection in idle:
            try:
                await connection.quit()
            except (aiosmtplib.SMTPException, OSError):
                connection.close()

    async def _connect(self) -> aiosmtplib.SMTP:
        """Connect, encrypt and log in. A failure here is never the recipient's fault. Raises Passing."""
        connection = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            start_tls=self._starttls,
            tls_context=self._tls,
            timeout=_TIMEOUT_SECONDS,
            local_hostname=socket.gethostname(),  # the library's own way asks DNS, and waits for it
        )
        try:
            await connection.connect()
            if self._username:
                await connection.login(self._username, self._password)
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            raise Passing(f"smtp-{type(error).__name__}") from None
        return connection


def _judged(code: int, when: str) -> Passing | Never:
    """Say what the server's no means: 5xx is for good (RFC 5321 § 4.2.1), 4xx passes. Its words may hold an address."""
    fault = f"smtp-{when}-{code}"
    return Never(Reason.REFUSED, fault) if code >= _PERMANENT else Passing(fault)
