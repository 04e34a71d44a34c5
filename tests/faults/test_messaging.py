"""Promises 1–4 under fire, on messaging alone; and that each promise broken on purpose is noticed."""

import os
import secrets
from pathlib import Path

import pytest

from tests.faults.storm import Storm

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]
ROUNDS = int(os.environ.get("JOBVEJ_FAULT_ROUNDS", "10"))
SEED = int(os.environ.get("JOBVEJ_FAULT_SEED", "0")) or secrets.randbelow(10**6)


async def test_nothing_is_lost_doubled_or_out_of_order_whatever_is_killed(tmp_path: Path) -> None:
    print(f"\nseed {SEED} (JOBVEJ_FAULT_SEED repeats it), {ROUNDS} misfortunes")
    storm = Storm(tmp_path, SEED)
    counted = await storm.run(ROUNDS)
    print(" · ".join(f"{name} {number}" for name, number in storm.events.most_common()))
    print(counted)
    assert counted.faultless, counted
    print(f"deliveries repeated on purpose: {storm.repeated}")
    assert storm.repeated > 0
    assert counted.said >= counted.confirmed > 50


async def test_without_an_inbox_deliveries_are_doubled(tmp_path: Path) -> None:
    counted = await Storm(tmp_path, SEED, control="no-inbox").run(0)
    print(f"\ncontrol, no inbox: doubled {counted.doubled}")
    assert counted.doubled > 0
    assert counted.overlapping == counted.lost == 0


async def test_with_skip_locked_instead_of_shards_order_is_lost(tmp_path: Path) -> None:
    processes = {"writer": 1, "shop-relay": 3, "post-relay": 1, "shop-worker": 1, "post-worker": 1}
    counted = await Storm(tmp_path, SEED, control="skip-locked", processes=processes).run(0)
    print(f"\ncontrol, SKIP LOCKED instead of shards: out of order {counted.out_of_order}")
    assert counted.out_of_order > 0
    assert counted.doubled == counted.overlapping == 0


async def test_without_the_exclusion_constraint_times_overlap(tmp_path: Path) -> None:
    processes = {"writer": 2, "shop-relay": 1, "post-relay": 1, "shop-worker": 1, "post-worker": 1}
    counted = await Storm(tmp_path, SEED, control="no-constraint", processes=processes).run(0)
    print(f"\ncontrol, no exclusion constraint: overlapping {counted.overlapping}")
    assert counted.overlapping > 0
    assert counted.doubled == counted.out_of_order == 0
