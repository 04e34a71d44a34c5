"""Every pair of one opening in full, refused ones too: for whole rankings, for explanations and for tests."""

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.columns import Columns
from services.matching.kernel.compiled import compiled
from services.matching.kernel.constraints import judge, languages_no_unknown
from services.matching.kernel.queries import Queries, Terms
from services.matching.kernel.scan import mark
from services.matching.kernel.scoring import PART_COUNT, covered_by, fill


@compiled
def judge_row(
    c: Columns, row: int, queries: Queries, number: int, terms: Terms, skills: NDArray[np.int64],
    nice: NDArray[np.int64], parts: NDArray[np.float64],
) -> tuple[int, int, float]:  # fmt: skip
    """One pair in full: bits of no, bits of unknown, and the score before a no; the parts are written."""
    p, q = c.person[row], queries.rows[number]
    refused, asked = languages_no_unknown(c.spoken, row, q, queries.language, queries.level)
    no, unknown, questions = judge(p, q, refused, asked)
    score = fill(
        p, c.work, c.wish, q, queries.tables[number], terms.decay, terms.year, terms.near, True,
        covered_by(p, c.skill, skills), covered_by(p, c.skill, nice),
        terms.ceiling[min(questions, len(terms.ceiling) - 1)], parts,
    )  # fmt: skip
    return no, unknown, score


@compiled
def judge_all(
    c: Columns, rows: int, queries: Queries, number: int, terms: Terms, skill_count: int, scores: NDArray[np.float64],
    noes: NDArray[np.int64],
) -> None:  # fmt: skip
    """Score of every row for one opening, 0 and the reasons where a constraint says no; -1 where nobody is."""
    q = queries.rows[number]
    skills, nice, parts = np.zeros(skill_count, np.int64), np.zeros(skill_count, np.int64), np.zeros(PART_COUNT)
    mark(queries, q.skill_at, q.skill_count, skills, False)
    mark(queries, q.nice_at, q.nice_count, nice, False)
    for row in range(rows):
        scores[row], noes[row] = -1.0, 0
        if c.person[row].alive:
            no, _, score = judge_row(c, row, queries, number, terms, skills, nice, parts)
            scores[row], noes[row] = 0.0 if no else score, no


@compiled
def judge_one(
    c: Columns, row: int, queries: Queries, number: int, terms: Terms, skill_count: int, parts: NDArray[np.float64]
) -> tuple[int, int, float]:
    """As `judge_row`, for one pair alone."""
    q = queries.rows[number]
    skills, nice = np.zeros(skill_count, np.int64), np.zeros(skill_count, np.int64)
    mark(queries, q.skill_at, q.skill_count, skills, False)
    mark(queries, q.nice_at, q.nice_count, nice, False)
    return judge_row(c, row, queries, number, terms, skills, nice, parts)
