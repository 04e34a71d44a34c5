"""The stand-ins for the outside world keep what they said yes to, and behave as the real ones are expected to."""

import asyncio
import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from fastapi.testclient import TestClient

from deploy.embedded import mail_catcher, personas, sms_gateway
from deploy.embedded.identity_provider import create_app as create_provider
from deploy.embedded.mailbox import Mailbox
from deploy.embedded.sms_gateway import Sent

TOKEN = {"Authorization": "Bearer demo-token"}


@pytest.fixture
def gateway(tmp_path: Path) -> TestClient:
    return TestClient(sms_gateway.create_app(Sent(tmp_path / "sms.jsonl"), "demo-token"))


def test_an_sms_key_handed_in_again_is_the_same_message(gateway: TestClient) -> None:
    message = {"to": "+4520112233", "text": "Hej Åse"}
    answers = [gateway.post("/messages", json=message, headers=TOKEN | {"Idempotency-Key": "a"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    listed = gateway.get("/messages", headers=TOKEN).json()
    assert [(one["text"], one["asked"]) for one in listed] == [("Hej Åse", 2)]


def test_an_sms_key_is_remembered_over_a_restart(tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        client = TestClient(sms_gateway.create_app(Sent(tmp_path / "sms.jsonl"), "demo-token"))
        body = {"to": "+4520112233", "text": "Hej"}
        ids.append(client.post("/messages", json=body, headers=TOKEN | {"Idempotency-Key": "a"}).json()["id"])
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Idempotency-Key": "a"}, {"to": "+4520112233", "text": "Hej"}, 401),
        (TOKEN, {"to": "+4520112233", "text": "Hej"}, 422),
        (TOKEN | {"Idempotency-Key": "a"}, {"to": "20112233", "text": "Hej"}, 422),
        (TOKEN | {"Idempotency-Key": "a"}, {"to": "+4520112233", "text": ""}, 422),
    ],
)
def test_an_sms_without_token_key_number_or_text_is_refused(
    gateway: TestClient, headers: dict[str, str], body: dict[str, str], status: int
) -> None:
    assert gateway.post("/messages", json=body, headers=headers).status_code == status


def _letter() -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@nordby.example", "amina@borger.example", "Din tid æøå"
    letter["Message-ID"] = "<1@nordby.example>"
    letter.set_content("Hej Åse")
    letter.add_alternative("<p>Hej <b>Åse</b></p>", subtype="html")
    return letter


@pytest.mark.anyio
async def test_a_mail_taken_by_smtp_is_read_over_http_also_after_a_restart(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    catcher, loop = mail_catcher.Catcher(mailbox), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(catcher, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.send_message(_letter())

    await asyncio.to_thread(send)
    server.close()
    for kept in (mailbox, Mailbox(tmp_path)):
        client = TestClient(mail_catcher.create_app(kept))
        [summary] = client.get("/messages", params={"to": "amina@borger.example"}).json()
        assert (summary["subject"], summary["message_id"]) == ("Din tid æøå", "<1@nordby.example>")
        whole = client.get(f"/messages/{summary['id']}").json()
        assert "Hej Åse" in whole["text"]
        assert "<b>Åse</b>" in whole["html"]
        assert client.get("/messages", params={"after": summary["id"]}).json() == []


def test_the_mailbox_page_never_runs_what_is_in_a_mail(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    letter = _letter()
    del letter["Subject"]
    letter["Subject"] = "<script>alert(1)</script>"
    mailbox.put("a@b.example", ["amina@borger.example"], letter.as_bytes())
    client = TestClient(mail_catcher.create_app(mailbox))
    assert "<script>" not in client.get("/").text
    page = client.get("/mails/1").text
    assert "<iframe sandbox=" in page
    assert "allow-scripts" not in page
    assert "<script>" not in page


def test_everybody_of_the_demo_can_be_logged_in_as_by_one_button() -> None:
    client = create_provider().test_client()
    query = "client_id=jobvej&response_type=code&redirect_uri=http://127.0.0.1:1/svar&scope=openid&state=s"
    shown = client.get(f"/oauth2/authorize?{query}").text
    for person in personas.ALL:
        assert f"Log ind som {person.name.split()[0]}, {person.is_a}" in shown
    answer = client.post(f"/oauth2/authorize?{query}", data={"sub": "amina"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("http://127.0.0.1:1/svar?code=")


def test_demo_people_have_numbers_that_are_never_issued() -> None:
    assert all(61 <= int(person.cpr[:2]) <= 91 for person in personas.CITIZENS)
    assert {role for person in personas.STAFF for role in person.roles} == set(personas.ROLE_MAPPING)
