"""How many changed CVs a second are ranked among 25 000 openings: stored, and every list that they enter found."""

import time
from typing import Any

import numpy as np

from services.matching.kernel.columns import CvStore
from services.matching.kernel.openings import OpeningStore
from services.matching.kernel.queries import prepare, terms
from services.matching.kernel.reverse import desk_for, openings_for, openings_for_many
from services.matching.kernel.rules import EDITIONS
from services.matching.kernel.scan import rank
from tests.bench.match_market import YEAR, Market, occupations
from tests.bench.stage import keep, spread

RULES, TOP, OPENINGS, CVS, ROUNDS, CHANGED = EDITIONS[0], 50, 25_000, 100_000, 3, 4000


def board(market: Market) -> OpeningStore:
    """100 000 CVs and 25 000 openings, each with the list of its best fifty."""
    store = CvStore(occupations(), CVS)
    for cv in market.cvs(CVS):
        store.put(cv)
    openings = OpeningStore(store, RULES, OPENINGS)
    rules = terms(RULES, YEAR)
    for start in range(0, OPENINGS, 500):
        drawn = [market.opening(number) for number in range(start, start + 500)]
        for opening, found in zip(drawn, rank(store, prepare(drawn, store, RULES), rules, TOP), strict=True):
            openings.put(opening)
            openings.note_list(opening.id, [each.score for each in found], TOP)
    return openings


def main() -> None:
    """Measure throughput with two threads, then the time of one at a time."""
    market = Market(7)
    openings = board(market)
    rules = terms(RULES, YEAR)
    openings_for_many(openings, [0, 1], rules, TOP)
    rates: list[float] = []
    for round_number in range(ROUNDS):
        changed = list(market.cvs(CHANGED, round_number * CHANGED, version=2))
        began = time.perf_counter()
        for cv in changed:
            openings.store.put(cv)
        rows = [openings.store.row(cv.id) or 0 for cv in changed]
        openings_for_many(openings, rows, rules, TOP)
        rates.append(CHANGED / (time.perf_counter() - began))
    results: dict[str, Any] = {"cvs_per_s": spread(rates)["median"], "spread": spread(rates)}
    results["compute_ms"] = one_at_a_time(openings, list(market.cvs(CHANGED, 50_000, version=2)))
    results["openings"], results["bytes"] = len(openings), openings.bytes
    keep("match_reverse", results)


def one_at_a_time(openings: OpeningStore, changed: list[Any]) -> dict[str, float]:
    """Milliseconds from a changed record to its answer."""
    rules, desk, took = terms(RULES, YEAR), desk_for(openings), []
    for cv in changed:
        began = time.perf_counter()
        openings.store.put(cv)
        openings_for(openings, openings.store.row(cv.id) or 0, rules, TOP, desk)
        took.append(1000 * (time.perf_counter() - began))
    return {f"p{share}": float(np.percentile(took, share)) for share in (50, 95, 99)}


if __name__ == "__main__":
    main()
