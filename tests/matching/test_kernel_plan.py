"""Plans: the best total that any plan within the caps can have, whatever the order of the pairs."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from services.matching.kernel.plan import Pairs, greedy, optimal


def drawn(seed: int, openings: int, people: int, share: float) -> Pairs:
    chance = np.random.default_rng(seed)
    pairs = [pair for pair in itertools.product(range(openings), range(people)) if chance.random() < share]
    numbers = np.array(pairs, np.int64).reshape(-1, 2)
    return Pairs(numbers[:, 0], numbers[:, 1], np.round(chance.random(len(pairs)) - 0.1, 6))


def programmed(pairs: Pairs, per_opening: int, per_person: int) -> float:
    """The optimum by mixed-integer programming."""
    if not len(pairs.score):
        return 0.0
    rows = [(pairs.opening == number, per_opening) for number in np.unique(pairs.opening)]
    rows += [(pairs.person == number, per_person) for number in np.unique(pairs.person)]
    limits = LinearConstraint(np.array([row for row, _ in rows], float), ub=[cap for _, cap in rows])
    found = milp(-pairs.score, constraints=limits, integrality=np.ones(len(pairs.score)), bounds=(0, 1))
    return float(-found.fun)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 8), st.integers(1, 3), st.integers(1, 3))
def test_the_total_is_that_of_integer_programming_and_no_cap_is_broken(
    seed: int, openings: int, people: int, per_opening: int, per_person: int
) -> None:
    pairs = drawn(seed, openings, people, 0.6)
    taken = optimal(pairs, per_opening, per_person)
    assert pairs.score[taken].sum() == pytest.approx(programmed(pairs, per_opening, per_person), abs=1e-6)
    assert np.bincount(pairs.opening[taken], minlength=1).max() <= per_opening
    assert np.bincount(pairs.person[taken], minlength=1).max() <= per_person
    quick = greedy(pairs, per_opening, per_person)
    assert pairs.score[quick].sum() <= pairs.score[taken].sum() + 1e-9


def test_equal_scores_are_shared_out_the_same_in_whatever_order_they_come() -> None:
    pairs = drawn(1, 20, 30, 0.5)
    pairs = pairs._replace(score=np.full(len(pairs.score), 0.5))
    order = np.random.default_rng(2).permutation(len(pairs.score))
    other = Pairs(pairs.opening[order], pairs.person[order], pairs.score[order])
    chosen = {(int(pairs.opening[at]), int(pairs.person[at])) for at in np.flatnonzero(optimal(pairs, 3, 2))}
    again = {(int(other.opening[at]), int(other.person[at])) for at in np.flatnonzero(optimal(other, 3, 2))}
    assert chosen == again


def test_a_pair_that_is_worth_nothing_is_not_taken_even_where_there_is_room() -> None:
    pairs = Pairs(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([0.0, -0.5, 0.4]))
    assert optimal(pairs, 5, 5).tolist() == [False, False, True]
