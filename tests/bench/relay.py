"""How fast the relay carries a backlog to a real Kafka: against a bare producer, and against the library for it."""

import asyncio
import subprocess
import time
from pathlib import Path

from shared.contracts.booking import TOPIC
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.envelope import body_of
from tests.bench.sides import event
from tests.bench.stage import Stage, keep, process, said, spread, stage, until_empty

ROWS, ROUNDS = 40_000, 5
THEIR_ROWS, THEIR_ROUNDS = 3_000, 3
ROOT = Path(__file__).parents[2]
THEIRS = ROOT / ".cache" / "bench" / "faststream-outbox"
PINS = ["faststream-outbox[asyncpg]==0.19.0", "faststream[kafka]==0.7.8", "aiokafka==0.14.0", "uvloop==0.23.0"]


async def own(at: Stage) -> float:
    """Rows per second from the commit that makes a backlog visible until the outbox is empty."""
    database = Database(at.url)
    with process("-m", "tests.bench.sides", "relay", at.url, at.bootstrap) as child:
        said(child)
        async with database.transaction() as session:
            for number in range(ROWS):
                outbox.add(session, event(number))
        began = time.perf_counter()
        await until_empty(at.url, "outbox")
        took = time.perf_counter() - began
    await database.close()
    return ROWS / took


def raw(at: Stage) -> float:
    with process("-m", "tests.bench.sides", "raw", at.bootstrap, str(ROWS)) as child:
        return float(said(child))


def theirs(at: Stage) -> float:
    body = body_of(event(1)).decode()
    script = str(ROOT / "tests" / "bench" / "faststream_outbox_side.py")
    arguments = [script, at.url, at.bootstrap, TOPIC.name, str(THEIR_ROWS), body]
    with process(*arguments, python=str(THEIRS / "bin" / "python")) as child:
        said(child)
        return float(said(child))


def their_environment() -> None:
    """Make the environment of the other library, once."""
    if (THEIRS / "made").exists():
        return
    uv = str(ROOT / ".tools" / "bin" / "uv")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.11", str(THEIRS)], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(THEIRS), *PINS], check=True)
    (THEIRS / "made").touch()


def main() -> None:
    their_environment()
    ours, bare, other = [], [], []
    with stage() as at:
        for number in range(ROUNDS):
            bare.append(raw(at))
            ours.append(asyncio.run(own(at)))
            if number < THEIR_ROUNDS:
                other.append(theirs(at))
    median = spread(ours)["median"]
    keep(
        "relay",
        {
            "rows_per_s": median,
            "ratio_to_raw_producer": median / spread(bare)["median"],
            "ratio_to_faststream_outbox": median / spread(other)["median"],
            "rows": ROWS,
            "own": spread(ours),
            "raw_producer": spread(bare),
            "faststream_outbox": spread(other),
        },
    )


if __name__ == "__main__":
    main()
