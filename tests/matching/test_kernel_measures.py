"""Measures as trec_eval computes them, checked by hand; rows and ties."""

from itertools import pairwise

import numpy as np
import pytest

from services.matching.kernel.linking.measures import as_trec_eval_reads, measured
from services.matching.kernel.linking.ranking import STEP, falling


def test_one_query_by_hand() -> None:
    run = [("q", [("a", 3.0), ("b", 2.0), ("c", 1.0), ("d", 0.5)])]
    found = measured(run, {"q": {"b", "d", "never"}})
    assert found["MRR"] == 0.5
    assert (found["A@1"], found["A@5"], found["A@10"]) == (0, 1, 1)
    assert found["MAP"] == pytest.approx((1 / 2 + 2 / 4) / 3)


def test_equal_scores_stand_by_document_downwards() -> None:
    assert as_trec_eval_reads([("a", 1.0), ("c", 1.0), ("b", 2.0)]) == ["b", "c", "a"]
    assert measured([("q", [("a", 1.0), ("c", 1.0)])], {"q": {"a"}})["MRR"] == 0.5


def test_scores_are_kept_in_single_precision() -> None:
    # 1 and 1 + 1e-9 are one number to trec_eval, so the id decides.
    assert as_trec_eval_reads([("a", 1.0 + 1e-9), ("b", 1.0)]) == ["b", "a"]


def test_the_order_of_the_file_does_not_matter() -> None:
    run = [("a", 1.0), ("b", 2.0)]
    assert as_trec_eval_reads(run) == as_trec_eval_reads(run[::-1]) == ["b", "a"]


def test_means_are_over_the_queries_that_have_an_answer() -> None:
    run = [("1", [("a", 1.0)]), ("2", [("a", 1.0)]), ("unjudged", [("a", 1.0)])]
    found = measured(run, {"1": {"a"}, "2": {"z"}, "missing": {"a"}})
    assert found["queries"] == 3
    assert found["MRR"] == pytest.approx(1 / 3)


def test_ten_is_within_and_eleven_is_not() -> None:
    ranked = [(f"{place:02}", 100.0 - place) for place in range(1, 12)]
    assert measured([("q", ranked)], {"q": {"10"}})["A@10"] == 1
    assert measured([("q", ranked)], {"q": {"11"}})["A@10"] == 0


def test_written_scores_fall_strictly_even_where_they_are_equal() -> None:
    scores = falling(np.array([1.0, 1.0, 1.2, 0.5, 0.5], np.float32))
    written = [np.float32(f"{score:.6f}") for score in scores]
    assert all(one > other for one, other in pairwise(written))
    assert scores[2] == pytest.approx(1 - 2 * STEP)
