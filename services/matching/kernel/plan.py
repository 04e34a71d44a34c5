"""Which people for which openings, when everyone can be sent to a few only: the greatest total score, proven.

The same pairs give the same plan in whatever order they come.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

_FINEST = 10**9  # scores become whole numbers; the greatest becomes this one


class Pairs(NamedTuple):
    """Possible pairs: numbers of openings and people, and their scores, all of one length."""

    opening: NDArray[np.int64]
    person: NDArray[np.int64]
    score: NDArray[np.float64]


class NoPlan(RuntimeError):
    """The solver stopped without an optimum; the caps or the scores are out of its range."""


def optimal(pairs: Pairs, per_opening: int, per_person: int) -> NDArray[np.bool_]:
    """Which pairs to take so that the sum of scores is greatest and both caps hold. Raises NoPlan.

    Minimum cost flow: source → opening → person → sink, and a way past all of them that costs nothing, so that a pair
    which scores below 0 is never taken.
    """
    count = len(pairs.score)
    taken = np.zeros(count, bool)
    order = np.lexsort((pairs.person, pairs.opening))
    worth = np.flatnonzero(pairs.score[order] > 0)
    order = order[worth]
    if len(order) == 0:
        return taken
    openings, from_opening = np.unique(pairs.opening[order], return_inverse=True)
    people, to_person = np.unique(pairs.person[order], return_inverse=True)
    score = pairs.score[order]
    cost = -np.rint(score * (_FINEST / score.max())).astype(np.int64)
    source = len(openings) + len(people)
    sink, supply = source + 1, len(openings) * min(per_opening, len(people))
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        from_opening, len(openings) + to_person, np.ones(len(order), np.int64), cost
    )
    _fan(flow, np.full(len(openings), source), np.arange(len(openings)), min(per_opening, len(people)))
    _fan(flow, len(openings) + np.arange(len(people)), np.full(len(people), sink), per_person)
    _fan(flow, np.array([source]), np.array([sink]), supply)
    flow.set_node_supply(source, supply)
    flow.set_node_supply(sink, -supply)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise NoPlan(f"the solver says {status.name}")
    taken[order] = flow.flows(arcs) > 0
    return taken


def greedy(pairs: Pairs, per_opening: int, per_person: int) -> NDArray[np.bool_]:
    """The best pair first, then the next that the caps allow: what the optimum is compared with."""
    taken = np.zeros(len(pairs.score), bool)
    at_opening: dict[int, int] = {}
    at_person: dict[int, int] = {}
    for place in np.lexsort((pairs.person, pairs.opening, -pairs.score)).tolist():
        opening, person = int(pairs.opening[place]), int(pairs.person[place])
        full = at_opening.get(opening, 0) >= per_opening or at_person.get(person, 0) >= per_person
        if full or pairs.score[place] <= 0:
            continue
        at_opening[opening] = at_opening.get(opening, 0) + 1
        at_person[person] = at_person.get(person, 0) + 1
        taken[place] = True
    return taken


def _fan(
    flow: min_cost_flow.SimpleMinCostFlow, tails: NDArray[np.int64], heads: NDArray[np.int64], capacity: int
) -> None:
    same = np.full(len(tails), capacity, np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, same, np.zeros(len(tails), np.int64))
