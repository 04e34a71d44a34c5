"""The mail server: nothing is said before encryption, and a fault of ours is never taken for the recipient's."""

import pytest

from services.notifications.clients.mail import MailServer
from tests.notifications.conftest import World
from tests.notifications.given import utc
from tests.notifications.outside import Mailbox

pytestmark = pytest.mark.anyio
FRIDAY = utc("2026-11-27 09:00")


async def test_a_mail_server_is_told_nothing_before_the_connection_is_encrypted(
    world: World, mailbox_with_tls: Mailbox
) -> None:
    trusting = mailbox_with_tls.client_tls
    mail = MailServer(
        "localhost", mailbox_with_tls.port, starttls=True, username="jobvej", password="hemmelig", tls=trusting
    )
    await world.book(FRIDAY)
    await world.send(mail=mail)
    assert (len(mailbox_with_tls.mails), mailbox_with_tls.encrypted) == (1, [True])
    assert mailbox_with_tls.logins == ["jobvej"]


async def test_a_mail_server_without_encryption_gets_nothing_when_encryption_is_asked_for(world: World) -> None:
    await world.book(FRIDAY)
    await world.send(mail=MailServer("127.0.0.1", world.mailbox.port, starttls=True))
    assert world.mailbox.mails == []
    (row,) = await world.rows("select state, last_fault from notice where kind = 'confirmation'")
    assert row == {"state": "ready", "last_fault": "smtp-SMTPException"}


async def test_a_wrong_password_is_our_fault_and_nobody_elses(world: World, mailbox_with_tls: Mailbox) -> None:
    mail = MailServer(
        "localhost",
        mailbox_with_tls.port,
        starttls=True,
        username="jobvej",
        password="forkert",
        tls=mailbox_with_tls.client_tls,
    )
    await world.book(FRIDAY)
    await world.send(mail=mail)
    (row,) = await world.rows("select state, last_fault from notice where kind = 'confirmation'")
    assert row == {"state": "ready", "last_fault": "smtp-SMTPAuthenticationError"}


async def test_an_unknown_certificate_is_not_trusted(world: World, mailbox_with_tls: Mailbox) -> None:
    await world.book(FRIDAY)
    await world.send(mail=MailServer("localhost", mailbox_with_tls.port, starttls=True))
    assert mailbox_with_tls.mails == []
    assert (await world.notices())["confirmation", "email", 1] == "ready"
