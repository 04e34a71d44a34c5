"""Which openings fit a CV that changed, and into whose list it comes: exact, with the bounds of the other direction."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.columns import Columns
from services.matching.kernel.compiled import compiled
from services.matching.kernel.constraints import bits_set, judge, languages_no_unknown
from services.matching.kernel.openings import OpeningColumns, OpeningStore
from services.matching.kernel.queries import Terms
from services.matching.kernel.scan import by_bucket, enter, mixed
from services.matching.kernel.scoring import PART_COUNT, closeness, fill, hours_fit

_SLACK = 1e-5
_UNKNOWN = -(2**31)
_NOWHERE = -1e9
_BUCKETS = 250


class Answer(NamedTuple):
    """The best openings of a CV by number, best first, and all openings whose list it enters; with scores."""

    best: NDArray[np.int64]
    scores: NDArray[np.float64]
    enters: NDArray[np.int64]
    points: NDArray[np.float64]


class Desk(NamedTuple):
    """What one thread writes on: likeness, bound and order of each opening; marks of skills; parts; what is entered."""

    alike: NDArray[np.uint8]
    bound: NDArray[np.float32]
    near: NDArray[np.int32]
    bucket: NDArray[np.uint8]
    order: NDArray[np.int32]
    counts: NDArray[np.int64]
    marks: NDArray[np.uint8]
    parts: NDArray[np.float64]
    entered: NDArray[np.int64]
    points: NDArray[np.float64]


@compiled
def best_alike(c: Columns, row: int, o: OpeningColumns, count: int, alike: NDArray[np.uint8]) -> None:
    """The best likeness (0–250) of any occupation or wish of the CV to each opening."""
    p, tables = c.person[row], o.tables
    alike[:count] = 0
    for place in range(p.work_at, p.work_at + p.work_count):
        line = tables[c.work[place].concept]
        for number in range(count):
            alike[number] = max(alike[number], line[number])
    for place in range(p.wish_at, p.wish_at + p.wish_count):
        line = tables[c.wish[place]]
        for number in range(count):
            alike[number] = max(alike[number], line[number])


@compiled
def bound_all(
    c: Columns, row: int, o: OpeningColumns, count: int, near: float, alike: NDArray[np.uint8],
    bound: NDArray[np.float32],
) -> None:  # fmt: skip
    """No less than the score at each opening; negative where the distance says no."""
    east, north, reach, sketch = c.east[row], c.north[row], c.reach[row], c.sketch[row]
    far_east, far_north, limits, sketches = o.east, o.north, o.reach, o.sketch
    step, bit, skills, closest, nice_bit, nice, by_hours = (
        o.bounds[0], o.bounds[1], o.bounds[2], o.bounds[3], o.bounds[4], o.bounds[5], o.bounds[6]
    )  # fmt: skip
    nice_sketches, least_hours, most_hours = o.nice_sketch, o.hours[0], o.hours[1]
    low, high = np.float32(c.person[row].hours_min), np.float32(c.person[row].hours_max)
    shrink, whole = np.float32(1.0 / near), np.float32(1.0)
    everywhere = east < _NOWHERE
    for number in range(count):
        dx, dy, limit = far_east[number] - east, far_north[number] - north, limits[number]
        away = dx * dx + dy * dy
        allowed = limit if reach < 0 or (limit >= 0 and limit < reach) else reach
        known = (far_east[number] > _NOWHERE) & (not everywhere)
        refused = known & (allowed >= 0) & (away > allowed * allowed * np.float32(1.0001))
        close = max(np.float32(0.0), whole - np.sqrt(away) * shrink) if known else whole
        common = min(skills[number], bit[number] * np.float32(bits_set(sketch & sketches[number])))
        liked = min(nice[number], nice_bit[number] * np.float32(bits_set(sketch & nice_sketches[number])))
        both = min(high, most_hours[number]) - max(low, least_hours[number]) + whole
        fit = max(np.float32(0.0), both / (most_hours[number] - least_hours[number] + whole))
        most = step[number] * alike[number] + common + closest[number] * close + liked + by_hours[number] * fit
        most += np.float32(_SLACK)
        bound[number] = -whole if refused else most


@compiled
def by_bound(count: int, desk: Desk) -> int:
    """Order the openings within reach, the most promising first; returns how many."""
    near, bucket, counts, size = desk.near, desk.bucket, desk.counts, 0
    counts[:] = 0
    for number in range(count):
        if desk.bound[number] >= 0:
            near[size] = number
            bucket[size] = min(255, int(desk.bound[number] * np.float32(_BUCKETS)) + 1)
            counts[bucket[size]] += 1
            size += 1
    by_bucket(size, near, bucket, counts, desk.order)
    return size


@compiled
def covered_of(
    skill: NDArray[np.int32], grains: NDArray[np.int64], at: int, count: int, marks: NDArray[np.uint8]
) -> int:
    """The thousandths of an opening's skills that are marked."""
    total = 0
    for place in range(at, at + count):
        if skill[place] < len(marks) and marks[skill[place]]:
            total += grains[place]
    return total


@compiled
def mark_skills(c: Columns, row: int, marks: NDArray[np.uint8], value: int) -> None:
    """Mark what the CV knows, or take the marks away."""
    p = c.person[row]
    for place in range(p.skill_at, p.skill_at + p.skill_count):
        marks[c.skill[place]] = value


@compiled
def small_parts(p: Any, q: Any, covered: int, liked: int, near: float) -> float:
    """All parts but those of occupations."""
    w = q.weights
    total = w[5] * closeness(p, q, near) + w[6] * hours_fit(p, q)
    if q.skill_total > 0:
        total += w[3] * covered / q.skill_total
    if q.nice_total > 0:
        total += w[4] * liked / q.nice_total
    return float(total)


@compiled
def lined_up(c: Columns, row: int, o: OpeningColumns, count: int, near: float, desk: Desk) -> int:
    """Bound and order the openings and mark the CV's skills; returns how many openings are within reach."""
    best_alike(c, row, o, count, desk.alike)
    bound_all(c, row, o, count, near, desk.alike, desk.bound)
    mark_skills(c, row, desk.marks, 1)
    return by_bound(count, desk)


@compiled
def look_at_all(
    c: Columns, row: int, o: OpeningColumns, count: int, terms: Terms, desk: Desk, scores: NDArray[np.float64],
    ties: NDArray[np.uint64], found: NDArray[np.int64],
) -> tuple[int, int]:  # fmt: skip
    """Fill the heap of the best openings and the list of those entered; returns how many of each."""
    bound, marks, order, entered = desk.bound, desk.marks, desk.order, desk.entered
    near = lined_up(c, row, o, count, terms.near, desk)
    p, work, wish, spoken = c.person[row], c.work, c.wish, c.spoken
    rows, tables, threshold, bounds = o.rows, o.tables, o.threshold, o.bounds
    skill, grains, language, level, alive, alike = o.skill, o.grains, o.language, o.level, o.alive, desk.alike
    decay, ceiling, year, close_to, parts, points = (
        terms.decay, terms.ceiling, terms.year, terms.near, desk.parts, desk.points
    )  # fmt: skip
    size, enters, last = 0, 0, len(terms.ceiling) - 1
    for place in range(near):
        number = order[place]
        least = -1.0 if size < len(scores) else min(threshold[number], scores[0]) - _SLACK
        if bound[number] < least or not alive[number]:
            continue
        q = rows[number]
        refused, asked = languages_no_unknown(spoken, row, q, language, level)
        no, _, questions = judge(p, q, refused, asked)
        cap = ceiling[min(questions, last)]
        if no or bound[number] * cap < least:
            continue
        covered = covered_of(skill, grains, q.skill_at, q.skill_count, marks)
        liked = covered_of(skill, grains, q.nice_at, q.nice_count, marks)
        if (bounds[0, number] * alike[number] + small_parts(p, q, covered, liked, close_to)) * cap < least:
            continue
        score = fill(
            p, work, wish, q, tables[:, number], decay, year, close_to, alike[number] > 0, covered, liked, cap, parts
        )  # fmt: skip
        size = enter(scores, ties, found, size, score, mixed(p.tie, q.tie), number)
        if score >= threshold[number]:
            entered[enters], points[enters] = number, score
            enters += 1
    mark_skills(c, row, marks, 0)
    return size, enters


def desk_for(openings: OpeningStore) -> Desk:
    """About forty bytes an opening."""
    count = len(openings.ids)
    return Desk(
        alike=np.zeros(count, np.uint8), bound=np.zeros(count, np.float32), near=np.zeros(count, np.int32),
        bucket=np.zeros(count, np.uint8), order=np.zeros(count, np.int32), counts=np.zeros(256, np.int64),
        marks=np.zeros(len(openings.store.skills) + 1, np.uint8), parts=np.zeros(PART_COUNT),
        entered=np.zeros(count, np.int64), points=np.zeros(count),
    )  # fmt: skip


def openings_for(openings: OpeningStore, row: int, terms: Terms, top: int, desk: Desk) -> Answer:
    """The best `top` openings for the CV in a row of the store, and those whose list it enters.

    `desk` is made after the last change of either store; each thread has its own.
    """
    scores, found, ties = np.zeros(top), np.zeros(top, np.int64), np.zeros(top, np.uint64)
    size, enters = look_at_all(
        openings.store.columns, row, openings.columns, len(openings.ids), terms, desk, scores, ties, found
    )
    order = np.lexsort((ties[:size], -scores[:size]))
    return Answer(found[order], scores[order], desk.entered[:enters].copy(), desk.points[:enters].copy())


def openings_for_many(
    openings: OpeningStore, rows: list[int], terms: Terms, top: int, threads: int = 2
) -> list[Answer]:
    """The same for many CVs, shared between threads."""
    openings.fit()
    edges = [len(rows) * part // threads for part in range(threads + 1)]

    def work(part: int) -> list[Answer]:
        desk = desk_for(openings)
        return [openings_for(openings, row, terms, top, desk) for row in rows[edges[part] : edges[part + 1]]]

    with ThreadPoolExecutor(threads) as pool:
        return [answer for answers in pool.map(work, range(threads)) for answer in answers]
