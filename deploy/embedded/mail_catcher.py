"""The demo's mail server: takes every mail by SMTP and delivers none; people and tests read them over HTTP.

`python -m deploy.embedded.mail_catcher` with JOBVEJ_HOST, JOBVEJ_PORT, JOBVEJ_SMTP_PORT, JOBVEJ_MAIL_DIR and, to show
SMS on the same page, JOBVEJ_SMS_URL and JOBVEJ_SMS_TOKEN.
"""

import asyncio
import os
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import httpx2
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse, Response

from deploy.embedded.mailbox import Mail, Mailbox
from deploy.embedded.outside import healthy, page, serve
from shared.clock import local

SIZE_LIMIT = 10_000_000
LEAD = "Her lander alt, hvad Jobvej sender i demoen. Intet forlader maskinen."


class Catcher:
    """What aiosmtpd hands each mail to."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Yes is said when the mail is on disk."""
        content = envelope.original_content or b""
        self._mailbox.put(str(envelope.mail_from), list(envelope.rcpt_tos), content)
        return "250 kept"


def create_app(mailbox: Mailbox, sms_url: str = "", sms_token: str = "") -> FastAPI:
    """The mailbox over HTTP: JSON for tests, two simple pages for people."""
    app = healthy(FastAPI(title="demo mailbox", docs_url=None, redoc_url=None))

    @app.get("/messages")
    async def messages(to: str = "", after: int = 0) -> list[dict[str, Any]]:
        return [mail.summary() for mail in mailbox.list(to, after)]

    @app.get("/messages/{number}")
    async def message(number: int) -> dict[str, Any]:
        return _found(mailbox, number).whole()

    @app.get("/messages/{number}/raw")
    async def raw(number: int) -> Response:
        return Response(_found(mailbox, number).raw, media_type="message/rfc822")

    @app.delete("/messages", status_code=204)
    async def empty() -> None:
        mailbox.empty()

    @app.get("/", response_class=HTMLResponse)
    async def overview() -> str:
        texts = await _texts(sms_url, sms_token) if sms_url else []
        return page("Postkasse og sms", _overview(mailbox.list(), texts), LEAD)

    @app.get("/mails/{number}", response_class=HTMLResponse)
    async def reading(number: int) -> str:
        whole = _found(mailbox, number).whole()
        return page(whole["subject"] or "(uden emne)", _reading(whole), f"Til {', '.join(whole['to'])}")

    return app


def _found(mailbox: Mailbox, number: int) -> Mail:
    mail = mailbox.get(number)
    if mail is None:
        raise HTTPException(404, "No such mail.")
    return mail


async def _texts(url: str, token: str) -> list[dict[str, Any]]:
    try:
        async with httpx2.AsyncClient(timeout=2) as client:
            answer = await client.get(f"{url}/messages", headers={"Authorization": f"Bearer {token}"})
            found: list[dict[str, Any]] = answer.json() if answer.status_code == 200 else []
    except httpx2.HTTPError:
        return []
    return found


def _overview(mails: list[Mail], texts: list[dict[str, Any]]) -> str:
    rows = [
        f"<tr><td>{_clock(fact['received'])}</td><td>{escape(', '.join(fact['to']))}</td>"
        f'<td><a href="/mails/{fact["id"]}">{escape(fact["subject"] or "(uden emne)")}</a></td></tr>'
        for fact in (mail.summary() for mail in reversed(mails))
    ]
    sms = [
        f"<tr><td>{_clock(text['received'])}</td><td>{escape(text['to'])}</td><td>{escape(text['text'])}</td></tr>"
        for text in reversed(texts)
    ]
    head = "<table><thead><tr><th>Tid</th><th>Til</th><th>{}</th></tr></thead><tbody>{}</tbody></table>"
    none = '<p class="quiet">Ingen endnu.</p>'
    return (
        f"<h2>E-mail ({len(rows)})</h2>{head.format('Emne', ''.join(rows)) if rows else none}"
        f"<h2>Sms ({len(sms)})</h2>{head.format('Tekst', ''.join(sms)) if sms else none}"
    )


def _clock(moment: str) -> str:
    return f"{local(datetime.fromisoformat(moment)):%d.%m. kl. %H.%M.%S}"


def _reading(whole: dict[str, Any]) -> str:
    html, text, calendar = whole["html"], whole["text"], whole["calendar"]
    parts = ['<p><a href="/">Til postkassen</a></p>']
    if html:
        # No scripts; a link that is pressed opens in the whole window, as in a mail program.
        may = "allow-top-navigation-by-user-activation"
        shown = escape(f'<base target="_top">{html}')
        parts.append(f'<iframe sandbox="{may}" title="Mailens indhold" srcdoc="{shown}"></iframe>')
    if text:
        parts.append(f"<h2>Som ren tekst</h2><pre>{escape(text)}</pre>")
    if calendar:
        parts.append(f"<h2>Kalender</h2><pre>{escape(calendar)}</pre>")
    parts.append(f'<p><a href="/messages/{whole["id"]}/raw">Rå mail</a></p>')
    return "".join(parts)


async def run() -> None:
    """Serve SMTP and HTTP until told to stop."""
    environ, loop = os.environ, asyncio.get_running_loop()
    mailbox = Mailbox(Path(environ["JOBVEJ_MAIL_DIR"]))
    catcher = Catcher(mailbox)
    smtp = await loop.create_server(
        lambda: SMTP(catcher, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, ident="Jobvej demo", loop=loop),
        environ["JOBVEJ_HOST"],
        int(environ["JOBVEJ_SMTP_PORT"]),
    )
    app = create_app(mailbox, environ.get("JOBVEJ_SMS_URL", ""), environ.get("JOBVEJ_SMS_TOKEN", ""))
    await serve(app).serve()
    smtp.close()


if __name__ == "__main__":
    asyncio.run(run())
