"""CVs and openings change in place: once per version, visible at once, the same whichever way they came."""

from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pytest

from services.matching.kernel import snapshot
from services.matching.kernel.codes import UnknownCode
from services.matching.kernel.columns import CvStore
from services.matching.kernel.judging import judge_one
from services.matching.kernel.openings import OpeningStore
from services.matching.kernel.queries import prepare, terms
from services.matching.kernel.records import Cv, Experience, Linked, Opening
from services.matching.kernel.reverse import desk_for, openings_for, openings_for_many
from services.matching.kernel.rules import EDITIONS
from services.matching.kernel.scan import rank_openings
from services.matching.kernel.scoring import PART_COUNT
from tests.matching.people import YEAR, Draw, occupations

RULES = EDITIONS[0]
TERMS = terms(RULES, YEAR)


def ranked(store: CvStore, openings: list[Opening]) -> list[list[tuple[str, float]]]:
    lists = rank_openings(store, openings, RULES, YEAR, 20)
    return [[(store.ids[each.row], each.score) for each in found] for found in lists]


def filled(cvs: list[Cv]) -> CvStore:
    store = CvStore(occupations(), 2)
    for cv in cvs:
        store.put(cv)
    return store


def test_a_version_counts_once_and_an_older_one_changes_nothing() -> None:
    draw = Draw(1)
    old, new = draw.cv(7, version=1), draw.cv(7, version=2)
    store = filled([new])
    assert not store.put(old)
    assert not store.put(new)
    opening = draw.opening(1)
    assert ranked(store, [opening]) == ranked(filled([old, new]), [opening])


def test_a_store_that_changed_many_times_ranks_as_one_that_is_new() -> None:
    draw = Draw(2)
    openings = [draw.opening(number) for number in range(20)]
    store, latest = filled([]), {}
    for version in range(1, 6):
        for number in range(60):
            cv = draw.cv(number, version)
            assert store.put(cv)
            latest[cv.id] = cv
    for number in range(0, 60, 7):
        assert store.remove(f"cv-{number}", 9)
    kept = [cv for cv in latest.values() if store.row(cv.id) is not None]
    assert ranked(store, openings) == ranked(filled(kept), openings)
    assert len(store) == len(kept)


def test_who_was_removed_does_not_come_back_by_an_older_version() -> None:
    store = filled([Cv(id="a", version=1)])
    assert store.remove("a", 3)
    assert not store.put(Cv(id="a", version=2))
    assert store.put(Cv(id="a", version=4))


def test_an_unknown_licence_is_refused_and_nothing_is_written() -> None:
    store = filled([Cv(id="a", version=1)])
    with pytest.raises(UnknownCode):
        store.put(Cv(id="a", version=2, licences=("broomstick",)))
    assert store.put(Cv(id="a", version=2))


def test_an_update_is_seen_by_the_next_ranking() -> None:
    draw = Draw(3)
    store = filled([draw.cv(number) for number in range(50)])
    opening = Opening(id="o", occupations=(Linked("concept-1"),), hours_min=37, hours_max=37)
    store.put(
        Cv(
            id="new",
            version=1,
            hours_min=37,
            hours_max=37,
            experience=(Experience("concept-1", 3, 2026),),
            wishes=("concept-1",),
        )
    )
    assert ranked(store, [opening])[0][0][0] == "new"


def test_ten_thousand_skills_are_held_and_counted() -> None:
    store = filled([Cv(id="a", version=1, skills=tuple(f"skill {number}" for number in range(10_000)))])
    opening = msgspec.convert({"id": "o", "skills": [{"skill": "Skill 9999"}]}, Opening)
    ((best,),) = ranked(store, [opening])
    assert best[1] == pytest.approx(1.0)


def test_a_snapshot_and_the_rest_of_the_log_make_the_same_store(tmp_path: Path) -> None:
    draw = Draw(4)
    log = [draw.cv(number % 40, version) for version, number in enumerate(range(120))]
    store = filled(log[:70])
    snapshot.save(store, tmp_path / "cvs.npz", "e1", 70)
    restored, offset = snapshot.load(tmp_path / "cvs.npz", occupations(), "e1")
    for cv in log[offset - 10 :]:  # some come twice
        restored.put(cv)
    openings = [draw.opening(number) for number in range(20)]
    assert ranked(restored, openings) == ranked(filled(log), openings)


def test_a_snapshot_of_another_edition_or_a_torn_one_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "cvs.npz"
    snapshot.save(filled([Cv(id="a", version=1)]), path, "e1", 1)
    with pytest.raises(snapshot.SnapshotUnusable, match="edition"):
        snapshot.load(path, occupations(), "e2")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(snapshot.SnapshotUnusable):
        snapshot.load(path, occupations(), "e1")
    with pytest.raises(snapshot.SnapshotUnusable):
        snapshot.load(tmp_path / "none.npz", occupations(), "e1")


def test_a_stored_run_is_played_again_to_the_byte(tmp_path: Path) -> None:
    draw = Draw(5)
    run = snapshot.Run(
        rules=1, day=date(2026, 11, 24), edition="e1", top=10,
        openings=tuple(draw.opening(number) for number in range(10)), cvs=tuple(draw.cv(each) for each in range(80)),
    )  # fmt: skip
    kept = snapshot.keep_run(run, occupations(), tmp_path / "run.json")
    again, same = snapshot.replayed(tmp_path / "run.json", occupations())
    assert same
    assert again == kept
    assert kept.result.count("\n") > 20


def market() -> tuple[CvStore, OpeningStore, list[Opening]]:
    draw = Draw(6)
    store = filled([draw.cv(number) for number in range(120)])
    board = OpeningStore(store, RULES, 4)
    openings = [draw.opening(number) for number in range(150)]
    for opening in openings:
        assert board.put(opening)
    return store, board, openings


def both_ways(store: CvStore, openings: list[Opening], row: int) -> list[tuple[float, str]]:
    """Every opening for one CV, by the pair judge."""
    queries, scores = prepare(openings, store, RULES), []
    for number, opening in enumerate(openings):
        no, _, score = judge_one(store.columns, row, queries, number, TERMS, len(store.skills), np.zeros(PART_COUNT))
        if not no:
            scores.append((score, opening.id))
    return sorted(scores, reverse=True)


def test_the_other_direction_finds_the_same_scores_to_the_bit() -> None:
    store, board, openings = market()
    answers = openings_for_many(board, list(range(120)), TERMS, 25)
    for row, answer in enumerate(answers):
        truth = both_ways(store, openings, row)
        assert answer.scores.tolist() == [score for score, _ in truth[:25]]
        assert {board.ids[number] for number in answer.enters} == {name for _, name in truth}


def test_with_thresholds_exactly_the_lists_that_change_are_named() -> None:
    store, board, openings = market()
    for opening, found in zip(openings, rank_openings(store, openings, RULES, YEAR, 5), strict=True):
        board.note_list(opening.id, [each.score for each in found], 5)
    for row in range(0, 120, 7):
        answer = openings_for(board, row, TERMS, 25, desk_for(board))
        truth = {
            name: score
            for score, name in both_ways(store, openings, row)
            if score >= board.columns.threshold[board.number(name)]
        }
        assert dict(zip([board.ids[number] for number in answer.enters], answer.points, strict=True)) == truth


def test_a_closed_opening_is_offered_to_nobody() -> None:
    _, board, openings = market()
    assert board.remove(openings[0].id, 2)
    assert not board.put(openings[0])
    offered = {
        board.ids[number] for answer in openings_for_many(board, [0, 1, 2], TERMS, 200) for number in answer.best
    }
    assert openings[0].id not in offered
    assert len(board) == 149
