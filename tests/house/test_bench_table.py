"""The bench runner holds numbers against what is expected: a missing or missed one is seen."""

import pytest

from tests.bench.__main__ import EXPECTED, judge, main, number

GOOD = {"per_s": 9_000, "ratio_to_one_by_one": 11.5, "latency_ms": {"p50": 22.1, "p99": 80}}


def test_numbers_as_expected_pass() -> None:
    assert all(fine for fine, _ in judge("effects", GOOD))


@pytest.mark.parametrize(
    "change", [{"ratio_to_one_by_one": 9.9}, {"latency_ms": {"p50": 22.1, "p99": 151}}, {"latency_ms": {}}]
)
def test_a_missed_or_missing_number_fails(change: dict[str, object]) -> None:
    assert not all(fine for fine, _ in judge("effects", GOOD | change))


def test_a_dot_is_nesting() -> None:
    assert number(GOOD, "latency_ms.p50") == 22.1
    assert number(GOOD, "latency_ms.p50.more") is None
    assert number({"overlaps": "none"}, "overlaps") is None


def test_an_unknown_benchmark_is_said_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["relais"]) == 2
    assert "relay" in capsys.readouterr().err


def test_every_benchmark_of_the_table_is_there() -> None:
    import importlib.util

    assert [name for name in EXPECTED if importlib.util.find_spec(f"tests.bench.{name}") is None] == []
