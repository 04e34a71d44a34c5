"""Runs the benchmarks, each in a process of its own, and holds their numbers against what is expected.

`python -m tests.bench [name]`; each `tests.bench.<name>` writes `.bench/<name>.json` when run as a module.
Exit code 1 when a run failed or a number is missed.
"""

import json
import operator
import subprocess
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parents[2] / ".bench"

# What the platform promises, measured on two cores; a dot is nesting, None is shown and not judged.
EXPECTED: dict[str, dict[str, tuple[str, float] | None]] = {
    "relay": {"rows_per_s": None, "ratio_to_raw_producer": (">=", 0.6), "ratio_to_faststream_outbox": (">=", 15)},
    "effects": {
        "per_s": None,
        "ratio_to_one_by_one": (">=", 10),
        "latency_ms.p50": ("<=", 40),
        "latency_ms.p99": ("<=", 150),
    },
    "booking": {
        "bookings_per_s": None,
        "ratio_to_bare_sql": (">=", 0.25),
        "overlaps": ("<=", 0),
        "deadlocks": ("<=", 0),
        "server_errors": ("<=", 0),
        "free_times_ms.p95": ("<=", 25),
    },
    "reminders": {"due_per_s": (">=", 20_000), "empty_poll_ms": None},
    "match_scan": {
        "openings_per_s_100k": None,
        "openings_per_s_150k": None,
        "openings_per_s_1m": None,
        "ratio_to_postgres": (">=", 1000),
        "ratio_to_tantivy": (">=", 5),
        "ratio_to_memory_limit": None,
    },
    "match_reverse": {"cvs_per_s": (">=", 9_000), "compute_ms.p99": ("<=", 1)},
    "match_text": {
        "ndcg_at_10": None,
        "bm25_ndcg_at_10": None,
        "letters_ndcg_at_10": None,
        "ratio_to_better": (">=", 1.15),
        "texts_per_s": None,
    },
    "link": {
        "titles_per_s_cold": None,
        "titles_per_s_batch": None,
        "titles_per_s_cached": None,
        "train_s": ("<=", 60),
        "train_mb": ("<=", 2_000),
        "mrr": None,
        "rapidfuzz_mrr": None,
        "speed_ratio_to_rapidfuzz": None,
    },
    "match_assign": {
        "seconds": ("<=", 3),
        "share_of_optimum": (">=", 1),
        "caps_broken": ("<=", 0),
        "greedy_share": None,
    },
    "start": {"first_s": ("<=", 40), "second_s": ("<=", 8), "memory_mb": ("<=", 800), "memory_first_mb": None},
}
COMPARE = {">=": operator.ge, "<=": operator.le}


def number(results: dict[str, Any], path: str) -> float | None:
    """The number at a dotted path, None where there is none."""
    value: Any = results
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return float(value) if isinstance(value, int | float) else None


def judge(name: str, results: dict[str, Any]) -> list[tuple[bool, str]]:
    """One line per number: is it as expected, and what to print."""
    lines = []
    for path, bound in EXPECTED[name].items():
        measured = number(results, path)
        fine = measured is not None and (bound is None or COMPARE[bound[0]](measured, bound[1]))
        shown = "missing" if measured is None else f"{measured:,.2f}"
        wanted = "" if bound is None else f"   expected {bound[0]} {bound[1]:g}"
        lines.append((fine, f"{'✓' if fine else '✗'} {name}.{path:<28} {shown:>14}{wanted}"))
    return lines


def run(name: str) -> list[tuple[bool, str]]:
    """Run one benchmark and judge what it wrote; an old file never counts for a new run."""
    file = RESULTS / f"{name}.json"
    file.unlink(missing_ok=True)
    print(f"── {name}", flush=True)
    code = subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode
    if code != 0 or not file.exists():
        return [(False, f"✗ {name}: ended with exit code {code}" + ("" if file.exists() else " and wrote no numbers"))]
    return judge(name, json.loads(file.read_text()))


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = [name for name in names if name not in EXPECTED]
    if unknown:
        print(f"No benchmark called {', '.join(unknown)}; there are: {', '.join(EXPECTED)}.", file=sys.stderr)
        return 2
    RESULTS.mkdir(exist_ok=True)
    judged = [line for name in names or EXPECTED for line in run(name)]
    print("\n".join(text for _, text in judged))
    return 0 if all(fine for fine, _ in judged) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
