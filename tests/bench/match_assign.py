"""How long the best plan takes for 10 000 openings and 100 000 people, and what the greedy one would lose.

The optimum is checked without the solver: `share_of_optimum` is 1 when no exchange improves the plan.
"""

import time

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.plan import Pairs, greedy, optimal
from tests.bench.stage import keep, spread

OPENINGS, PEOPLE, EACH, PER_OPENING, PER_PERSON, ROUNDS = 10_000, 100_000, 48, 10, 2, 3


def drawn(seed: int) -> Pairs:
    """Each opening has its list of 48; people are popular unevenly, so that lists compete for the same ones."""
    chance = np.random.default_rng(seed)
    opening = np.repeat(np.arange(OPENINGS), EACH)
    person = (PEOPLE * chance.random(len(opening)) ** 2).astype(np.int64)
    merit = chance.random(PEOPLE)[person]
    score = np.round(0.2 + 0.5 * merit + 0.3 * chance.random(len(opening)), 6)
    _, first = np.unique(opening * PEOPLE + person, return_index=True)
    return Pairs(opening[first], person[first], score[first])


def is_optimal(pairs: Pairs, taken: NDArray[np.bool_]) -> bool:
    """Say whether no exchange improves the plan: the residual graph has prices under which no arc has negative cost.

    Nodes: openings, people, and one for everything outside. Bellman-Ford over all arcs at once, in whole millionths.
    """
    outside = OPENINGS + PEOPLE
    cost = -np.rint(pairs.score * 1e6).astype(np.int64)
    opening, person = pairs.opening, OPENINGS + pairs.person
    at_opening = np.bincount(pairs.opening[taken], minlength=OPENINGS)
    at_person = np.bincount(pairs.person[taken], minlength=PEOPLE)
    arcs = [(opening[~taken], person[~taken], cost[~taken]), (person[taken], opening[taken], -cost[taken])]
    for numbers, used, room, inward in (
        (np.arange(OPENINGS), at_opening, PER_OPENING, True), (np.arange(PEOPLE), at_person, PER_PERSON, False)
    ):  # fmt: skip
        nodes = numbers if inward else OPENINGS + numbers
        for open_arcs, towards in ((used < room, inward), (used > 0, not inward)):
            ends = nodes[open_arcs], np.full(int(open_arcs.sum()), outside)
            arcs.append((*(ends[::-1] if towards else ends), np.zeros(len(ends[0]), np.int64)))
    tail, head, price = (np.concatenate(parts) for parts in zip(*arcs, strict=True))
    potential = np.zeros(outside + 1, np.int64)
    for _ in range(3000):
        before = potential.copy()
        np.minimum.at(potential, head, before[tail] + price)
        if (potential == before).all():
            return True
    return False


def main() -> None:
    """Solve several times, check, compare."""
    pairs = drawn(3)
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        taken = optimal(pairs, PER_OPENING, PER_PERSON)
        took.append(time.perf_counter() - began)
    total = float(pairs.score[taken].sum())
    quick = float(pairs.score[greedy(pairs, PER_OPENING, PER_PERSON)].sum())
    broken = int(
        (np.bincount(pairs.person[taken]) > PER_PERSON).sum() + (np.bincount(pairs.opening[taken]) > PER_OPENING).sum()
    )
    keep(
        "match_assign",
        {
            "seconds": spread(took)["median"], "spread": spread(took), "pairs": len(pairs.score), "total": total,
            "share_of_optimum": 1.0 if is_optimal(pairs, taken) else 0.0, "caps_broken": broken,
            "greedy_share": quick / total,
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
