"""What a people service has said: its outbox in the order of publication."""

import json
from typing import Any

from shared.messaging.envelope import unpacked
from tests.people.conftest import Rows


async def said(rows: Rows) -> list[tuple[str, dict[str, Any]]]:
    """Return (type, event) of every row in the outbox, by id."""
    found = await rows("select headers, body from outbox order by id")
    return [(_type_of(row["headers"]), json.loads(row["body"])) for row in found]


def _type_of(packed: bytes) -> str:
    headers = dict(unpacked(packed))
    return next(value.decode() for name, value in headers.items() if name.endswith("type") and b"people." in value)
