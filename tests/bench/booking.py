"""How fast meetings are booked over HTTP by fifty clients at once, against the same SQL without the service around it;
and how fast the earliest free times are found.

Both sides get the same attempts, over the same number of database connections, each round on advisers of its own.
Searches come from a few clients who read what they got before they search again (`SEARCHERS`, `READING`: some twenty
a second); beside that stand the same searches one at a time, without a pause, and amid the fifty who book.
"""

import asyncio
import itertools
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx2

from deploy.embedded import ports
from deploy.embedded.engines import running
from deploy.embedded.postgres import Postgres
from shared.clock import FixedClock
from shared.database import Database, migrate
from shared.identity import TokenIssuer, new_key, public_part
from tests.bench.booking_sides import Attempt, answer, bare_round, http_round
from tests.bench.stage import keep, process, spread
from tests.booking.conftest import settle
from tests.booking.given import citizen_id

CLIENTS, CONNECTIONS = 50, 8
ROUNDS, ATTEMPTS = 3, 1_200
ADVISERS_PER_ROUND, DAYS = 20, 30
CITIZENS = 500
SEARCHED_ADVISERS, SEARCHES = 200, 300
SEARCHERS, READING = 4, 0.2
OVERLAPS = """
    select count(*) from slot_claim one join slot_claim other
        on one.resource_no = other.resource_no and one.during && other.during and one.claim_no < other.claim_no
    where one.state <> 'released' and other.state <> 'released'"""


def attempts(seed: int, first_adviser: int, days: list[date], first_citizen: int = 1) -> list[Attempt]:
    """Times at random on the grid: many overlap, and the later ones more than the first."""
    chance = random.Random(seed)
    return [
        Attempt(
            citizen=first_citizen + chance.randrange(CITIZENS),
            adviser=first_adviser + chance.randrange(ADVISERS_PER_ROUND),
            day=chance.choice(days),
            quarter=chance.choice([*range(14), *range(18, 26)]),
        )
        for _ in range(ATTEMPTS)
    ]


def working_days(count: int) -> list[date]:
    """Days ahead on which everybody works, from the week after this one."""
    from services.booking.model.calendar import ClosedDays

    today = datetime.now(UTC).date()
    ahead = (today + timedelta(days=number) for number in range(3, 59))
    return [day for day in ahead if day.isoweekday() < 6 and ClosedDays().reason(day) is None][:count]


@contextmanager
def service(url: str, key: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The API as a process of its own, as in production: its address and its process id."""
    port = ports.any_free()
    os.environ |= {
        "JOBVEJ_ENVIRONMENT": "test",
        "JOBVEJ_DATABASE_URL": url,
        "JOBVEJ_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "JOBVEJ_PORT": str(port),
        "JOBVEJ_POOL_SIZE": str(CONNECTIONS),
        "JOBVEJ_TRUSTED_CALLERS": json.dumps({"gateway": public_part(key)}),
        "JOBVEJ_LOG_LEVEL": "WARNING",
    }
    with process("-m", "services.booking", "api") as child:
        for _ in range(400):
            try:
                if httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", child.pid


async def fill(url: str) -> None:
    """Advisers and citizens, through the service's own use cases."""
    database = Database(url)
    clock = FixedClock(datetime.now(UTC))
    await settle(
        database, clock, advisers=max(SEARCHED_ADVISERS, 2 * ROUNDS * ADVISERS_PER_ROUND), citizens=2 * CITIZENS
    )
    await database.close()


async def crowd(url: str, full_days: int) -> None:
    """Book every adviser out on the first working days, and four times in five after that.

    As with any meeting, the citizen's time is claimed too; those citizens are not among the ones who search.
    """
    connection = await asyncpg.connect(url)
    await connection.execute("truncate slot_claim, hold, offered_times")
    await connection.execute("alter table slot_claim drop constraint if exists slot_claim_booking_id_fkey")
    await connection.execute(
        """insert into slot_claim (resource_no, during, state, citizen_no, booking_id)
        select side.resource_no, tstzrange(s, s + interval '45 minutes'), 'booked', c.citizen_no, gen_random_uuid()
        from (select adviser_no, adviser_id, row_number() over (order by adviser_no) as n from adviser) as a
        join (select citizen_no, row_number() over (order by citizen_no) as n from citizen) as c on c.n = a.n + $2
        cross join lateral unnest(array[a.adviser_no, c.citizen_no]) as side (resource_no)
        cross join generate_series(0, 60) as d (n)
        cross join lateral (select (current_date + d.n) as day) as x
        cross join lateral unnest(array[
            '08:00', '08:45', '09:30', '10:15', '11:00', '12:30', '13:15', '14:00']::time[]) as t (wall)
        cross join lateral (select (day + wall) at time zone 'Europe/Copenhagen' as s) as y
        where extract(isodow from day) < 6 and (d.n <= $1 or hashtext(a.adviser_id::text || s::text) % 5 <> 0)
        order by s""",
        full_days,
        CITIZENS,
    )
    await connection.execute("analyze")
    await connection.close()


async def searches(
    address: str, tokens: list[str], clients: int = 1, reading: float = 0.0, count: int = SEARCHES
) -> list[float]:
    """Milliseconds of each search by so many clients at a time, each search by another citizen.

    A client reads for `reading` seconds on average before it searches again.
    """
    took: list[float] = []
    numbers = iter(range(count + 20))
    where, chance = urlsplit(address), random.Random(clients)

    async def client() -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        for number in numbers:
            if reading:
                await asyncio.sleep(chance.expovariate(1 / reading))
            began = time.perf_counter()
            writer.write(
                b"GET /free-times?topic=contact-meeting&limit=20 HTTP/1.1\r\nHost: booking\r\n"
                b"Authorization: Bearer " + tokens[number % len(tokens)].encode() + b"\r\n\r\n"
            )
            status, body = await answer(reader)
            took.append((time.perf_counter() - began) * 1000)
            assert (status, len(json.loads(body)["times"])) == (200, 20), body
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return took[20:]


async def searches_amid(address: str, tokens: list[str], wanted: list[Attempt]) -> list[float]:
    """Milliseconds of searches, one after the other, while fifty clients book as fast as they can."""
    search = asyncio.create_task(searches(address, tokens, count=80))
    until_found = itertools.takewhile(lambda _: not search.done(), itertools.cycle(wanted))
    took, _ = await asyncio.gather(search, http_round(address, tokens, until_found, CLIENTS))
    return took


def processor_seconds(pid: int) -> float:
    """What a process has used of the processor so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def look(url: str, address: str, pid: int, tokens: list[str], days: list[date]) -> dict[str, Any]:
    """Measure searches under the different loads; the first two days are full, or the first forty."""
    asyncio.run(crowd(url, 2))
    asyncio.run(searches(address, tokens, count=20))
    few = asyncio.run(searches(address, tokens, SEARCHERS, READING))
    used = processor_seconds(pid)
    alone = asyncio.run(searches(address, tokens))
    used = processor_seconds(pid) - used
    pressing = asyncio.run(searches(address, tokens, SEARCHERS))
    amid = asyncio.run(searches_amid(address, tokens, attempts(99, 1, days)))
    asyncio.run(crowd(url, 40))
    far = asyncio.run(searches(address, tokens, count=100))
    return {
        "free_times_ms": percentiles(few),
        "free_times_alone_ms": percentiles(alone),
        "free_times_without_pause_ms": percentiles(pressing),
        "free_times_amid_bookings_ms": percentiles(amid),
        "free_times_first_40_days_full_ms": percentiles(far),
        "free_times_processor_ms": used * 1000 / (SEARCHES + 20),
        "searchers": SEARCHERS,
    }


def percentiles(took: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took, n=100)
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "most": max(took)}


async def count(url: str) -> dict[str, int]:
    """What the database says after the race."""
    connection = await asyncpg.connect(url)
    await asyncio.sleep(1.1)  # statistics reach the view within a second
    found = {
        "overlaps": await connection.fetchval(OVERLAPS),
        "deadlocks": await connection.fetchval(
            "select deadlocks from pg_stat_database where datname = current_database()"
        ),
    }
    await connection.close()
    return found


def measure(url: str, key: dict[str, Any]) -> dict[str, Any]:
    issuer = TokenIssuer(key, "gateway")
    tokens = [
        issuer.token(
            audience="booking",
            role="citizen",
            purpose="selvbooking",
            seconds=3600,
            actor_id=citizen_id(number),
            citizen_id=citizen_id(number),
        )
        for number in range(1, CITIZENS + 1)
    ]
    days = working_days(DAYS)
    own: list[float] = []
    bare: list[float] = []
    answers: dict[int, int] = {}
    with service(url, key) as (address, pid):
        warm = attempts(0, 1, days)[:200]
        asyncio.run(http_round(address, tokens, warm, CLIENTS))
        for number in range(ROUNDS):
            wanted = attempts(number, 1 + 2 * number * ADVISERS_PER_ROUND, days)
            again = attempts(number, 1 + (2 * number + 1) * ADVISERS_PER_ROUND, days, first_citizen=1 + CITIZENS)
            told = asyncio.run(http_round(address, tokens, wanted, CLIENTS))
            own.append(told.confirmed / told.seconds)
            for status, times in told.answers.items():
                answers[status] = answers.get(status, 0) + times
            same = asyncio.run(bare_round(url, again, CLIENTS, CONNECTIONS))
            bare.append(same.confirmed / same.seconds)
        counted = asyncio.run(count(url))
        looked = look(url, address, pid, tokens, days)
    return {
        "bookings_per_s": spread(own)["median"],
        "ratio_to_bare_sql": spread(own)["median"] / spread(bare)["median"],
        **counted,
        "server_errors": sum(times for status, times in answers.items() if status >= 500),
        **looked,
        "clients": CLIENTS,
        "connections": CONNECTIONS,
        "answers": {str(status): times for status, times in sorted(answers.items())},
        "own": spread(own),
        "bare_sql": spread(bare),
    }


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="jobvej-bench-", dir="/tmp") as folder:
        place = Path(folder)
        place.chmod(0o755)
        server = Postgres(place / "postgres", ports.any_free())
        with running(server, place / "postgres.log", stop=2):  # type: ignore[arg-type]  # SIGINT by its number
            migrate(server.admin_url, "services.booking:migrations")
            asyncio.run(fill(server.admin_url))
            keep("booking", measure(server.admin_url, new_key("gateway")))


if __name__ == "__main__":
    main()
