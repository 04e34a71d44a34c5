"""The promises on the real services: people book, move and cancel while processes, servers, the launcher are killed."""

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.clients import Clients
from tests.faults.ledger import Books, Outside, count, waiting
from tests.faults.platform import Platform

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800)]
ROUNDS = int(os.environ.get("JOBVEJ_FAULT_ROUNDS", "8"))
SEED = int(os.environ.get("JOBVEJ_FAULT_SEED", "0")) or secrets.randbelow(10**6)
# A claim whose sender was killed grows old (75 s), the sweeper frees it (every 10 s), and it is sent.
SETTLE_SECONDS = 180
KILLED = {
    "relay": ("people-relay", "booking-relay", "notifications-relay"),
    "worker": ("people-worker", "booking-worker", "notifications-worker"),
    "API under load": ("booking-api", "people-api", "notifications-api"),
    "provider": ("mailbox", "sms"),
    "gateway": ("gateway", "identity"),
    "Kafka": ("kafka",),
    "PostgreSQL": ("postgres",),
}


async def misfortune(platform: Platform, chance: random.Random) -> str:
    """Let one thing happen; say what."""
    what = chance.choices([*KILLED, "connections reset"], [4, 4, 3, 3, 1, 1, 1, 3])[0]
    if what == "connections reset":
        await platform.reset_connections(chance.choice(["booking", "notifications", "people"]))
        return what
    platform.kill(*KILLED[what])
    return f"{what} killed"


async def suffered(
    platform: Platform, clients: Clients, rounds: int, chance: random.Random
) -> tuple[Counter[str], list[str]]:
    """Keep clients busy through the misfortunes and, once, through the death of the launcher itself."""
    stop, events, orphans = asyncio.Event(), Counter[str](), list[str]()
    load = asyncio.create_task(clients.run(stop, 8))
    await asyncio.sleep(3)
    for number in range(rounds):
        if number == rounds // 2:
            events["launcher killed"] += 1
            orphans += await platform.kill_launcher()
            await platform.start()
        events[await misfortune(platform, chance)] += 1
        await asyncio.sleep(chance.uniform(0.5, 4))
    stop.set()
    await load
    return events, orphans


async def settled(platform: Platform, clients: Clients) -> Books:
    """Wait until everything is done, then count. Fails when it is not done in time, and says what is not."""
    began = time.monotonic()
    while unfinished := await waiting(platform.url("booking"), platform.url("notifications")):
        assert time.monotonic() < began + SETTLE_SECONDS, f"not at rest: {unfinished}"
        await asyncio.sleep(0.5)
    print(f"at rest {time.monotonic() - began:.0f} s after the last misfortune")
    outside = Outside(platform.addresses.url("mailbox"), platform.place.data / "sms.jsonl")
    databases = (platform.url("booking"), platform.url("notifications"))
    return await count(clients.told, *databases, platform.bootstrap, outside)


async def test_what_a_client_was_told_holds_and_reaches_the_mailbox_whatever_is_killed(tmp_path: Path) -> None:
    print(f"\nseed {SEED} (JOBVEJ_FAULT_SEED repeats it), {ROUNDS} misfortunes and the launcher's death")
    # A source of chance for each: what happens to the platform does not depend on which client was first.
    chance, who, choices = random.Random(SEED), random.Random(SEED + 1), random.Random(SEED + 2)
    platform = Platform(tmp_path / "data", who)
    try:
        await platform.start()
        clients = Clients(lambda service: platform.addresses.url(f"{service}-api"), platform.issuer, choices)
        events, orphans = await suffered(platform, clients, ROUNDS, chance)
        books = await settled(platform, clients)
    finally:
        left = await platform.stop()
    orphans += left
    books = replace(books, orphans=len(orphans))
    print(" · ".join(f"{name} {number}" for name, number in events.most_common()))
    print(f"refused {clients.refused} · requests that found nobody {clients.faults}")
    print(books)
    assert clients.server_errors == []
    assert books.faultless, (books, orphans)
    assert books.confirmed > 20
