"""The soft score of one pair: seven bounded parts and what open questions take away; their sum is the score."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.compiled import compiled

PART_COUNT = 8  # rules.PARTS and, last, the questions
_FULL = 250.0
_UNKNOWN = -(2**31)


@compiled
def best_wish(p: Any, wish: NDArray[np.uint16], table: NDArray[np.uint8]) -> int:
    """Likeness (0–250) of the best wish."""
    best = 0
    for place in range(p.wish_at, p.wish_at + p.wish_count):
        best = max(best, table[wish[place]])
    return best


@compiled
def best_work(p: Any, work: NDArray[np.void], table: NDArray[np.uint8]) -> int:
    """Likeness (0–250) of the best occupation that was worked in."""
    best = 0
    for place in range(p.work_at, p.work_at + p.work_count):
        best = max(best, table[work[place].concept])
    return best


@compiled
def experience(
    p: Any, work: NDArray[np.void], q: Any, table: NDArray[np.uint8], decay: NDArray[np.float64], year: int
) -> float:
    """Years in like occupations, each fading with time, as a share of the years that are asked for.

    At most the best likeness: many years in something a little alike are not the thing itself.
    """
    total, best = 0.0, 0
    for place in range(p.work_at, p.work_at + p.work_count):
        alike = table[work[place].concept]
        best = max(best, alike)
        if alike == 0 or work[place].years <= 0:
            continue
        age = len(decay) - 1
        if work[place].last_year >= 0:
            age = min(age, max(0, year - work[place].last_year))
        total += alike / _FULL * min(1.0, work[place].years / q.years) * decay[age]
    return float(min(best / _FULL, total))


@compiled
def closeness(p: Any, q: Any, near: float) -> float:
    """1 at the door, 0 at the distance where closeness is spent or where a place is unknown."""
    if q.east == _UNKNOWN or p.east == _UNKNOWN:
        return 0.0
    east, north = np.float64(p.east) - q.east, np.float64(p.north) - q.north
    return float(max(0.0, 1.0 - np.sqrt(east * east + north * north) / near))


@compiled
def hours_fit(p: Any, q: Any) -> float:
    """How much of the opening's hours the person wants; both ends count."""
    if q.hours_min < 0 or p.hours_min < 0:
        return 0.0
    common = min(q.hours_max, p.hours_max) - max(q.hours_min, p.hours_min) + 1
    return float(max(0.0, common / (q.hours_max - q.hours_min + 1.0)))


@compiled
def fill(
    p: Any, work: NDArray[np.void], wish: NDArray[np.uint16], q: Any, table: NDArray[np.uint8],
    decay: NDArray[np.float64], year: int, near: float, related: bool, covered: int, nice_covered: int, ceiling: float,
    parts: NDArray[np.float64],
) -> float:  # fmt: skip
    """Write the eight parts of a pair and return their sum, added in their order.

    `related` may be False where no occupation of the CV is known to be like the opening's.
    """
    w = q.weights
    parts[0], parts[1], parts[2] = 0.0, 0.0, 0.0
    if related:
        parts[0] = w[0] * best_work(p, work, table) / _FULL
        parts[1] = w[1] * experience(p, work, q, table, decay, year)
        parts[2] = w[2] * best_wish(p, wish, table) / _FULL
    parts[3] = w[3] * covered / q.skill_total if q.skill_total > 0 else 0.0
    parts[4] = w[4] * nice_covered / q.nice_total if q.nice_total > 0 else 0.0
    parts[5] = w[5] * closeness(p, q, near)
    parts[6] = w[6] * hours_fit(p, q)
    whole = 0.0
    for number in range(7):
        whole += parts[number]
    parts[7] = -whole * (1.0 - ceiling)
    return float(whole + parts[7])


@compiled
def covered_by(p: Any, skill: NDArray[np.int32], marks: NDArray[np.int64]) -> int:
    """The thousandths of the marked skills that a CV has; `marks` is by skill number, 0 where not asked for."""
    total = 0
    for place in range(p.skill_at, p.skill_at + p.skill_count):
        if skill[place] < len(marks):
            total += marks[skill[place]]
    return total
