"""Every pair is judged as the rules say: against an oracle that shares no code, and by what must always hold."""

import functools

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.kernel.codes import CONSTRAINTS, words_of
from services.matching.kernel.columns import CvStore
from services.matching.kernel.explain import Explanation, explain
from services.matching.kernel.judging import judge_all
from services.matching.kernel.queries import prepare, terms
from services.matching.kernel.records import Cv, Opening, schema
from services.matching.kernel.rules import EDITIONS
from services.matching.kernel.scan import Found, rank
from tests.matching import oracle
from tests.matching.people import YEAR, Draw, alike, occupations

RULES = EDITIONS[0]
OPENINGS, CVS = 100, 1000


@functools.cache
def market() -> tuple[list[Opening], list[Cv], CvStore]:
    """100 × 1 000 pairs, and the CVs in their store."""
    draw = Draw(11)
    store = CvStore(occupations(), 16)
    cvs = [draw.cv(number) for number in range(CVS)]
    for cv in cvs:
        assert store.put(cv)
    return [draw.opening(number) for number in range(OPENINGS)], cvs, store


@functools.cache
def judged() -> tuple[list[list[float]], list[list[int]]]:
    """Scores and reasons of all pairs, from the kernel."""
    openings, _, store = market()
    queries, scores, noes = prepare(openings, store, RULES), [], []
    for number in range(OPENINGS):
        score, no = np.zeros(store.rows), np.zeros(store.rows, np.int64)
        judge_all(store.columns, store.rows, queries, number, terms(RULES, YEAR), len(store.skills), score, no)
        scores.append(score.tolist())
        noes.append(no.tolist())
    return scores, noes


def explained(opening: Opening, cv: Cv) -> Explanation:
    return explain(opening, cv, occupations(), RULES, YEAR)


def test_a_hundred_thousand_pairs_are_judged_as_the_oracle_does() -> None:
    openings, cvs, _ = market()
    scores, noes = judged()
    table = alike()
    refused = 0
    for i, opening in enumerate(openings):
        for j, cv in enumerate(cvs):
            truth = oracle.verdict(opening, cv, table, YEAR)
            assert set(words_of(noes[i][j], CONSTRAINTS)) == truth.no, (opening, cv)
            assert scores[i][j] == pytest.approx(truth.score, abs=1e-6), (opening, cv)
            refused += bool(truth.no)
    assert 0.1 < refused / (OPENINGS * CVS) < 0.99


@pytest.mark.parametrize(("threads", "top"), [(1, 3), (2, 50)])
def test_the_best_are_those_of_looking_at_everybody(threads: int, top: int) -> None:
    openings, _, store = market()
    scores, noes = judged()
    found = rank(store, prepare(openings, store, RULES), terms(RULES, YEAR), top, threads)
    for number in range(OPENINGS):
        fit = sorted((scores[number][row] for row in range(CVS) if not noes[number][row]), reverse=True)[:top]
        assert [each.score for each in found[number]] == fit
        assert all(scores[number][each.row] == each.score for each in found[number])


def test_equal_scores_come_in_an_order_that_storing_does_not_change() -> None:
    openings, cvs, store = market()
    other = CvStore(occupations(), 4)
    for cv in reversed(cvs):
        other.put(cv)
    assert names(store, openings) == names(other, openings)


def names(store: CvStore, openings: list[Opening]) -> list[list[tuple[str, float]]]:
    lists: list[list[Found]] = rank(store, prepare(openings, store, RULES), terms(RULES, YEAR), 30)
    return [[(store.ids[each.row], each.score) for each in found] for found in lists]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_the_parts_are_bounded_and_sum_to_the_score_and_the_oracle_agrees(seed: int) -> None:
    draw = Draw(seed)
    opening, cv = draw.opening(1), draw.cv(1)
    told, truth = explained(opening, cv), oracle.verdict(opening, cv, alike(), YEAR)
    assert told.score == sum(part.points for part in told.parts)
    assert told.score == pytest.approx(truth.score, abs=1e-6)
    assert -1e-12 <= told.score <= 1 + 1e-12
    assert {each.code for each in told.refused} == truth.no
    assert {each.code for each in told.questions} == truth.unknown
    assert len(told.questions) == truth.questions
    for part in told.parts[:7]:
        assert -1e-12 <= part.points <= part.at_most + 1e-12
    said = [(part.da, part.en) for part in told.parts]
    said += [(each.da, each.en) for each in (*told.refused, *told.questions)]
    assert all(danish and english and danish != english for danish, english in said)


QUALIFICATIONS = ("experience", "skills", "licences", "languages", "wishes")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from(QUALIFICATIONS), st.integers(0, 20))
def test_taking_a_qualification_away_never_raises_a_score(seed: int, field: str, which: int) -> None:
    draw = Draw(seed)
    opening, cv = draw.opening(1), draw.cv(1)
    entries = list(getattr(cv, field))
    if entries:
        del entries[which % len(entries)]
    less = msgspec.structs.replace(cv, **{field: tuple(entries)})
    assert explained(opening, less).score <= explained(opening, cv).score + 1e-12


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from(["years", "last_year"]))
def test_forgetting_a_detail_of_experience_never_raises_a_score(seed: int, field: str) -> None:
    draw = Draw(seed)
    opening, cv = draw.opening(1), draw.cv(1)
    vague = tuple(msgspec.structs.replace(each, **{field: None}) for each in cv.experience)
    less = msgspec.structs.replace(cv, experience=vague)
    assert explained(opening, less).score <= explained(opening, cv).score + 1e-12


def test_what_is_unknown_is_asked_and_caps_the_score_and_refuses_nobody() -> None:
    opening = Opening(id="o", licences=("drive_b",), hours_min=37, hours_max=37)
    fits = Cv(id="c", licences=("drive_c",), hours_min=37, hours_max=37)
    silent, said_no = (
        msgspec.structs.replace(fits, licences=()),
        msgspec.structs.replace(fits, licences=(), without_licences=("drive_b",)),
    )
    assert explained(opening, fits).score == pytest.approx(1.0)
    assert explained(opening, silent).score == pytest.approx(0.9)
    assert [(each.what, each.da) for each in explained(opening, silent).questions] == [
        ("drive_b", "Har du kørekort B (bil)?")
    ]
    assert explained(opening, said_no).score == 0
    assert [each.code for each in explained(opening, said_no).refused] == ["licence"]


def test_no_type_of_the_matcher_has_room_for_who_somebody_is() -> None:
    written = msgspec.json.encode(schema()).decode().casefold()
    fields = {field for kind in (Cv, Opening) for field in kind.__struct_fields__}
    assert not fields & {"name", "age", "birth_date", "gender", "sex", "nationality", "address", "photo", "cpr"}
    assert "additionalproperties" not in written or "photo" not in fields
