"""Why a pair has its score: what is met, what is missing, what is unknown, in Danish and in English."""

import numpy as np
from msgspec import Struct

from services.matching.kernel import codes
from services.matching.kernel.columns import CvStore
from services.matching.kernel.constraints import spoken_no_unknown
from services.matching.kernel.judging import judge_one
from services.matching.kernel.occupations import Occupations
from services.matching.kernel.phrases import QUESTIONS_ASKED, REFUSED
from services.matching.kernel.queries import Queries, prepare, terms
from services.matching.kernel.records import Cv, Language, Opening
from services.matching.kernel.rules import PARTS, QUESTIONS, Rules
from services.matching.kernel.said import Labels, concerned, language_words, licence_words, part_words
from services.matching.kernel.scoring import PART_COUNT

NO_PART = "refused"  # takes the whole score away where a hard constraint says no


class Reason(Struct, frozen=True):
    """A hard constraint that is not simply met: its code, what exactly, and the words for it."""

    code: str
    what: str
    da: str
    en: str


class Part(Struct, frozen=True):
    """One part of the score, what it can be at most, and the words for it."""

    part: str
    points: float
    at_most: float
    da: str
    en: str


class Explanation(Struct, frozen=True):
    """One pair by one version of the rules. The points of `parts`, added in their order, are the score."""

    opening: str
    cv: str
    opening_version: int
    cv_version: int
    rules: int
    score: float
    parts: tuple[Part, ...]
    refused: tuple[Reason, ...]
    questions: tuple[Reason, ...]


def explain(
    opening: Opening, cv: Cv, occupations: Occupations, rules: Rules, year: int, labels: Labels | None = None
) -> Explanation:
    """Judge one pair by the very code that ranks. `labels` name concepts in the reader's words. Raises UnknownCode."""
    store = CvStore(occupations, 1)
    store.put(cv)
    queries = prepare((opening,), store, rules)
    points = np.zeros(PART_COUNT)
    no, unknown, score = judge_one(store.columns, 0, queries, 0, terms(rules, year), len(store.skills), points)
    values = dict(zip((*PARTS, QUESTIONS), points.tolist(), strict=True))
    most = dict(zip(PARTS, queries.rows[0]["weights"].tolist(), strict=True)) | {QUESTIONS: 0.0, NO_PART: 0.0}
    if no:
        values[NO_PART] = -score
    parts = tuple(
        Part(name, value, most[name], *part_words(name, opening, cv, value, most[name], labels or {}))
        for name, value in values.items()
    )
    return Explanation(
        opening.id, cv.id, opening.version, cv.version, rules.version, sum(values.values()), parts,
        _reasons(no, True, opening, cv, store, queries), _reasons(unknown, False, opening, cv, store, queries),
    )  # fmt: skip


def _reasons(
    bits: int, refused: bool, opening: Opening, cv: Cv, store: CvStore, queries: Queries
) -> tuple[Reason, ...]:
    """One reason for each constraint behind the bits; one for each licence and each language that it is about."""
    phrases = REFUSED if refused else QUESTIONS_ASKED
    reasons = []
    for code in codes.words_of(bits, codes.CONSTRAINTS):
        if code == "licence":
            things = [(licence, licence_words(licence)) for licence in _licences(refused, store, queries)]
        elif code == "language":
            things = [language_words(each) for each in _languages(refused, opening, store)]
        else:
            things = [concerned(code, opening, cv, refused=refused)]
        for what, (danish, english) in things:
            in_danish, in_english = phrases[code]
            reasons.append(Reason(code, what, in_danish.format(danish), in_english.format(english)))
    return tuple(reasons)


def _licences(refused: bool, store: CvStore, queries: Queries) -> tuple[str, ...]:
    need, held, lacked = (
        int(v) for v in (queries.rows[0]["need"], store.columns.person[0]["held"], store.columns.person[0]["lacked"])
    )
    return codes.licence_codes(need & lacked if refused else need & ~held & ~lacked)


def _languages(refused: bool, opening: Opening, store: CvStore) -> list[Language]:
    wanted = 0 if refused else 1
    return [
        each
        for each in opening.languages
        if spoken_no_unknown(
            int(store.columns.spoken[0, store.languages.of(each.language)]), codes.LEVELS.index(each.level) + 1
        )[wanted]
    ]
