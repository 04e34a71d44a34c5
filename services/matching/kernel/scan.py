"""Exact ranking of all CVs for each opening: every row is looked at, and skipped only when it provably cannot enter."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.columns import Columns, CvStore
from services.matching.kernel.compiled import compiled
from services.matching.kernel.constraints import bits_set, judge, languages_no_unknown
from services.matching.kernel.queries import Queries, Terms, fitted, prepare, terms
from services.matching.kernel.records import Opening
from services.matching.kernel.rules import Rules
from services.matching.kernel.scoring import PART_COUNT, covered_by, fill, hours_fit

THREADS = 2
_FULL = 250.0
_SLACK = 1e-5  # keeps a bound in single precision above the sum in double
_AHEAD = 32
_BUCKETS = 250  # a bound of 1 and a little still has its bucket
_UNKNOWN = -(2**31)
_NOWHERE = -1e9


class Scratch(NamedTuple):
    """What one thread writes on while it ranks: rows within reach, their buckets and their order; counts; parts."""

    near: NDArray[np.int32]
    bucket: NDArray[np.uint8]
    order: NDArray[np.int32]
    counts: NDArray[np.int64]
    parts: NDArray[np.float64]


def scratch_for(rows: int) -> Scratch:
    """Nine bytes a row."""
    return Scratch(
        np.empty(rows, np.int32), np.empty(rows, np.uint8), np.empty(rows, np.int32), np.zeros(256, np.int64),
        np.zeros(PART_COUNT),
    )  # fmt: skip


class Found(NamedTuple):
    """One CV in a list: its row in the store and its score (0–1)."""

    row: int
    score: float


@compiled
def mixed(a: Any, b: Any) -> Any:
    """A tie-break that depends on both ids, so that nobody always wins (splitmix64)."""
    z = np.uint64(a) ^ np.uint64(b)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def mixed_with(ties: NDArray[np.uint64], tie: int) -> NDArray[np.uint64]:
    """`mixed` of many with one."""
    z = ties ^ np.uint64(tie)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    last: NDArray[np.uint64] = z ^ (z >> np.uint64(31))
    return last


@compiled
def worse(score_a: float, tie_a: Any, score_b: float, tie_b: Any) -> bool:
    """Say whether a stands after b in a list."""
    return score_a < score_b or (score_a == score_b and tie_a > tie_b)


@compiled
def enter(
    scores: NDArray[np.float64], ties: NDArray[np.uint64], rows: NDArray[np.int64], size: int, score: float, tie: Any,
    row: int,
) -> int:  # fmt: skip
    """Put one into a heap whose top is the worst; returns the new size. A full heap drops its worst."""
    full = size == len(scores)
    if full and not worse(scores[0], ties[0], score, tie):
        return size
    if full:
        at = 0
        while True:
            child = 2 * at + 1
            if child >= size:
                break
            if child + 1 < size and worse(scores[child + 1], ties[child + 1], scores[child], ties[child]):
                child += 1
            if not worse(scores[child], ties[child], score, tie):
                break
            scores[at], ties[at], rows[at] = scores[child], ties[child], rows[child]
            at = child
    else:
        at = size
        size += 1
        while at > 0:
            parent = (at - 1) // 2
            if not worse(score, tie, scores[parent], ties[parent]):
                break
            scores[at], ties[at], rows[at] = scores[parent], ties[parent], rows[parent]
            at = parent
    scores[at], ties[at], rows[at] = score, tie, row
    return size


@compiled
def mark(queries: Queries, at: int, count: int, marks: NDArray[np.int64], clear: bool) -> None:
    """Write the weights of an opening's skills where they are looked up, or take them out again."""
    for place in range(at, at + count):
        if queries.skill[place] < len(marks):
            marks[queries.skill[place]] = 0 if clear else queries.grains[place]


@compiled
def within_reach(c: Columns, rows: int, q: Any, near: NDArray[np.int32]) -> int:
    """Write the rows whose distance may be accepted, in single precision and with a little room; returns how many."""
    size = 0
    if q.east == _UNKNOWN:
        for row in range(rows):
            near[row] = row
        return rows
    limit = np.float32(q.reach if q.reach >= 0 else 1e6)
    east, north = np.float32(q.east), np.float32(q.north)
    for row in range(rows):
        dx, dy, reach = c.east[row] - east, c.north[row] - north, c.reach[row]
        allowed = limit if reach < 0 or reach > limit else reach
        near[size] = row
        size += (dx * dx + dy * dy <= allowed * allowed * np.float32(1.0001)) | (c.east[row] < _NOWHERE)
    return size


@compiled
def bound_of(
    east: NDArray[np.float32], north: NDArray[np.float32], hot: NDArray[np.uint16], sketch: NDArray[np.uint64],
    row: int, q: Any, table: NDArray[np.uint8], by: NDArray[np.float32],
) -> Any:  # fmt: skip
    """No less than the score of a row: its best occupation, common bits of skills, closeness, and all of the rest."""
    alike = max(max(table[hot[row, 0]], table[hot[row, 1]]), max(table[hot[row, 2]], table[hot[row, 3]]))
    dx, dy = east[row] - np.float32(q.east), north[row] - np.float32(q.north)
    close = max(np.float32(0.0), by[2] - by[3] * np.sqrt(dx * dx + dy * dy))
    return by[4] + by[0] * alike + by[1] * np.float32(bits_set(sketch[row] & q.sketch)) + close


@compiled
def bounds(
    c: Columns, q: Any, table: NDArray[np.uint8], near_km: float, size: int, near: NDArray[np.int32],
    bucket: NDArray[np.uint8], counts: NDArray[np.int64],
) -> None:  # fmt: skip
    """Put every row within reach into one of 256 buckets by its bound."""
    w = q.weights
    by = np.zeros(5, np.float32)
    by[0], by[2], by[4] = (w[0] + w[1] + w[2]) / _FULL, w[5], w[4] + w[6]
    by[1] = w[3] * q.most_grains / q.skill_total if q.skill_total > 0 else 0.0
    by[3] = w[5] / near_km
    east, north, hot, sketch = c.east, c.north, c.hot, c.sketch
    counts[:] = 0
    for place in range(size):
        chosen = min(255, int(bound_of(east, north, hot, sketch, near[place], q, table, by) * np.float32(_BUCKETS)) + 1)
        bucket[place] = chosen
        counts[chosen] += 1


@compiled
def by_bucket(
    size: int, near: NDArray[np.int32], bucket: NDArray[np.uint8], counts: NDArray[np.int64], order: NDArray[np.int32]
) -> None:
    """Write the rows of the highest bucket first; `counts` becomes where each bucket ends."""
    at = 0
    for number in range(255, -1, -1):
        at, counts[number] = at + counts[number], at
    for place in range(size):
        order[counts[bucket[place]]] = near[place]
        counts[bucket[place]] += 1


@compiled
def touch(c: Columns, order: NDArray[np.int32], first: int, last: int) -> int:
    """Read a little of rows that come next, all at once: the memory answers together instead of one after another."""
    person, spoken, work, wish, skill = c.person, c.spoken, c.work, c.wish, c.skill
    seen = 0
    for place in range(first, last):
        row = order[place]
        seen += person[row].alive & spoken[row, 0] & (person[row].held > 0)
    for place in range(first, last):
        p = person[order[place]]
        seen += (work[min(p.work_at, len(work) - 1)].concept & 1) + (wish[min(p.wish_at, len(wish) - 1)] & 1)
        seen += skill[min(p.skill_at, len(skill) - 1)] & 1
    return seen & 1


@compiled
def best_of_all(
    c: Columns, rows: int, queries: Queries, number: int, terms: Terms, skills: NDArray[np.int64],
    nice: NDArray[np.int64], scratch: Scratch, scores: NDArray[np.float64], ties: NDArray[np.uint64],
    found: NDArray[np.int64],
) -> int:  # fmt: skip
    """Fill a heap with the best rows for one opening, the most promising first; returns how many there are."""
    q, table = queries.rows[number], queries.tables[number]
    mark(queries, q.skill_at, q.skill_count, skills, False)
    mark(queries, q.nice_at, q.nice_count, nice, False)
    near, bucket, order, counts, parts = scratch
    person, spoken, work, wish, skill = c.person, c.spoken, c.work, c.wish, c.skill
    decay, ceiling, last = terms.decay, terms.ceiling, len(terms.ceiling) - 1
    size = within_reach(c, rows, q, near)
    bounds(c, q, table, terms.near, size, near, bucket, counts)
    by_bucket(size, near, bucket, counts, order)
    held, at, warm, by_hours = 0, 0, 0, q.weights[6]
    for chosen in range(255, -1, -1):
        most = chosen / _BUCKETS
        if held == len(scores) and most < scores[0] - _SLACK:
            break
        while at < counts[chosen]:
            if at == warm:
                warm = min(at + _AHEAD, size)
                parts[0] = touch(c, order, at, warm)  # kept somewhere, or the compiler would leave the reading out
            row = order[at]
            at += 1
            p = person[row]
            if not p.alive:
                continue
            refused, asked = languages_no_unknown(spoken, row, q, queries.language, queries.level)
            no, _, questions = judge(p, q, refused, asked)
            if no:
                continue
            cap = ceiling[min(questions, last)]
            if held == len(scores) and (most - by_hours * (1.0 - hours_fit(p, q))) * cap < scores[0] - _SLACK:
                continue
            covered, liked = covered_by(p, skill, skills), covered_by(p, skill, nice)
            score = fill(p, work, wish, q, table, decay, terms.year, terms.near, True, covered, liked, cap, parts)
            held = enter(scores, ties, found, held, score, mixed(p.tie, q.tie), row)
    mark(queries, q.skill_at, q.skill_count, skills, True)
    mark(queries, q.nice_at, q.nice_count, nice, True)
    return held


@compiled
def best_of_some(
    c: Columns, rows: int, queries: Queries, first: int, last: int, terms: Terms, skill_count: int, scratch: Scratch,
    scores: NDArray[np.float64], found: NDArray[np.int64], ties: NDArray[np.uint64], sizes: NDArray[np.int64],
) -> None:  # fmt: skip
    """Rank for the openings first … last - 1; each has its own row in what is written to."""
    skills, nice = np.zeros(skill_count, np.int64), np.zeros(skill_count, np.int64)
    for number in range(first, last):
        sizes[number] = best_of_all(
            c, rows, queries, number, terms, skills, nice, scratch, scores[number], ties[number], found[number]
        )


def rank(store: CvStore, queries: Queries, rules: Terms, top: int, threads: int = THREADS) -> list[list[Found]]:
    """The best `top` CVs of each opening, best first; equal scores in an order that only the ids decide."""
    queries = fitted(queries, store)
    count = len(queries.rows)
    scores, found = np.zeros((count, top)), np.zeros((count, top), np.int64)
    ties, sizes = np.zeros((count, top), np.uint64), np.zeros(count, np.int64)
    edges = [count * part // threads for part in range(threads + 1)]

    def work(part: int) -> None:
        best_of_some(
            store.columns, store.rows, queries, edges[part], edges[part + 1], rules, len(store.skills),
            scratch_for(store.rows), scores, found, ties, sizes,
        )  # fmt: skip

    if threads == 1 or count == 1:
        edges = [0, count]
        work(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))
    return [in_order(scores[i, : sizes[i]], ties[i, : sizes[i]], found[i, : sizes[i]]) for i in range(count)]


def rank_openings(
    store: CvStore, openings: Sequence[Opening], rules: Rules, year: int, top: int = 50
) -> list[list[Found]]:
    """Prepare and rank. Raises UnknownCode."""
    return rank(store, prepare(openings, store, rules), terms(rules, year), top)


def in_order(scores: NDArray[np.float64], ties: NDArray[np.uint64], rows: NDArray[np.int64]) -> list[Found]:
    """A heap as a list, best first."""
    order = np.lexsort((ties, -scores))
    return [Found(int(rows[place]), float(scores[place])) for place in order]
