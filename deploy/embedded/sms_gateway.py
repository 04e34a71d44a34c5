"""The demo's SMS provider: it speaks the contract in services/notifications/README.md, keeps all and sends nothing.

`python -m deploy.embedded.sms_gateway` with JOBVEJ_HOST, JOBVEJ_PORT, JOBVEJ_SMS_TOKEN and JOBVEJ_SMS_FILE.
Invariant: one idempotency key is one message, also across a restart of this process.
"""

import asyncio
import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from deploy.embedded.outside import healthy, serve


class Text(BaseModel):
    """What is to be sent: an E.164 number and at most ten joined messages' worth of text."""

    to: Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]
    text: Annotated[str, Field(min_length=1, max_length=1530)]


class Sent:
    """The messages taken so far, by idempotency key; each is on disk before it is acknowledged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text().splitlines() if path.exists() else []
        self._by_key: dict[str, dict[str, Any]] = {(taken := json.loads(line))["key"]: taken for line in lines}

    def take(self, key: str, text: Text) -> dict[str, Any]:
        """The message of this key: the one taken before, or this one."""
        if key not in self._by_key:
            taken = {
                "id": secrets.token_hex(8),
                "key": key,
                "to": text.to,
                "text": text.text,
                "received": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "asked": 0,
            }
            with self._path.open("a") as file:
                file.write(json.dumps(taken, ensure_ascii=False) + "\n")
            self._by_key[key] = taken
        self._by_key[key]["asked"] += 1
        return self._by_key[key]

    def all(self) -> list[dict[str, Any]]:
        """Every message, oldest first; `asked` counts how often its key was handed in since this process started."""
        return list(self._by_key.values())


def create_app(sent: Sent, token: str) -> FastAPI:
    """The provider's two calls: send, and (for the demo) list."""
    app = healthy(FastAPI(title="demo SMS gateway", docs_url=None, redoc_url=None))

    def check(authorization: str) -> None:
        if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "The token is wrong.")

    @app.post("/messages", status_code=202)
    async def send(
        text: Text,
        idempotency_key: Annotated[str, Header(min_length=1, max_length=100)],
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, str]:
        check(authorization)
        return {"id": str(sent.take(idempotency_key, text)["id"])}

    @app.get("/messages")
    async def messages(authorization: Annotated[str, Header()] = "") -> list[dict[str, Any]]:
        check(authorization)
        return sent.all()

    return app


if __name__ == "__main__":
    app = create_app(Sent(Path(os.environ["JOBVEJ_SMS_FILE"])), os.environ["JOBVEJ_SMS_TOKEN"])
    asyncio.run(serve(app).serve())
