"""Rankings of whole files: written texts among themselves, or records, into which a written text is read first."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.matching.commands import vocabulary
from services.matching.commands.lines import Progress
from services.matching.commands.rows import Rows
from services.matching.kernel import reading
from services.matching.kernel.columns import CvStore
from services.matching.kernel.explain import explain as explained
from services.matching.kernel.freetext.occupations import Named
from services.matching.kernel.freetext.plain import plain
from services.matching.kernel.freetext.ranker import TextRanker
from services.matching.kernel.judging import judge_all
from services.matching.kernel.linking import Linker
from services.matching.kernel.queries import Queries, Terms, prepare, terms
from services.matching.kernel.records import Cv, FreeText, Opening
from services.matching.kernel.rules import Rules
from services.matching.kernel.scan import mixed_with, rank
from services.matching.kernel.units import tie

CHUNK = 64  # openings prepared at a time: memory does not grow with their number
MOST_BY_SCAN = 1000  # a deeper list is not a list of the best any more: everybody is scored


class AsOf(NamedTuple):
    """The version of the rules and the day that count."""

    rules: Rules
    day: date


class Row(NamedTuple):
    """One line of a ranking; reasons are JSON."""

    cv: str
    score: float
    reasons: bytes | None


Ranked = Iterator[tuple[str, list[Row]]]


def of_texts(
    openings: Sequence[FreeText],
    cvs: Sequence[FreeText],
    model: Linker,
    when: AsOf,
    depth: int | None,
    *,
    explain: bool,
) -> Ranked:
    """Every CV for every opening, by the texts alone."""
    progress = Progress("texts read", len(openings) + len(cvs))
    ranker = TextRanker(cvs, openings, vocabulary.knowledge(model, when.rules), progress.step)
    ties = np.array([tie(cv.id) for cv in cvs], np.uint64)
    for number, opening in enumerate(openings):
        parts = ranker.parts(number)
        scores = ranker.summed(parts)
        order = _best_first(scores, mixed_with(ties, tie(opening.id)))[:depth]
        rows = []
        for place in order:
            told = msgspec.json.encode(ranker.explained(parts, number, place)) if explain else None
            rows.append(Row(cvs[place].id, float(scores[place]), told))
        yield opening.id, rows


def of_records(
    openings: Rows[Opening], cvs: Rows[Cv], model: Linker, when: AsOf, depth: int | None, *, explain: bool
) -> Ranked:
    """Every CV for every opening by the record, hard constraints first: whoever is refused stands last with 0."""
    occupations = vocabulary.occupations(model, when.rules)
    store = CvStore(occupations, max(len(cvs.all), 1))
    named = Named(vocabulary.knowledge(model, when.rules)) if openings.texts or cvs.texts else None
    people: dict[str, Cv] = {}
    for each in cvs.all:
        cv = as_cv(each, named, model) if isinstance(each, FreeText) else each
        store.put(cv)
        if explain:
            people[cv.id] = cv
    labels = {model.concepts[number]: words for number, words in vocabulary.shown(model).items()} if explain else {}
    rules = terms(when.rules, when.day.year)
    for start in range(0, len(openings.all), CHUNK):
        chunk = [
            as_opening(each, named, model) if isinstance(each, FreeText) else each
            for each in openings.all[start : start + CHUNK]
        ]
        queries = prepare(chunk, store, when.rules)
        for number, opening in enumerate(chunk):
            rows = [
                Row(
                    store.ids[row],
                    score,
                    msgspec.json.encode(
                        explained(opening, people[store.ids[row]], occupations, when.rules, when.day.year, labels)
                    )
                    if explain
                    else None,
                )
                for row, score in _ranked(store, queries, number, rules, depth)
            ]
            yield opening.id, rows


def as_cv(text: FreeText, named: Named | None, model: Linker) -> Cv:
    """A written CV as a record."""
    bare = plain(text.text)
    return reading.as_cv(text.id, text.version, bare, _shares(text, bare, named, model, advert=False))


def as_opening(text: FreeText, named: Named | None, model: Linker) -> Opening:
    """An advert as a record."""
    bare = plain(text.text)
    return reading.as_opening(text.id, text.version, bare, _shares(text, bare, named, model, advert=True))


def _shares(text: FreeText, bare: str, named: Named | None, model: Linker, *, advert: bool) -> dict[str, float]:
    if named is None:
        return {}
    (found,) = named.of((text,), (bare,), advert=advert)
    whole = sum(found.values())
    return {model.concepts[number]: weight / whole for number, weight in found.items()}


def _ranked(store: CvStore, queries: Queries, number: int, rules: Terms, depth: int | None) -> list[tuple[int, float]]:
    """Rows and scores, best first: by the scan where a short list is asked for and enough people fit."""
    if depth is not None and depth <= MOST_BY_SCAN:
        one = queries._replace(rows=queries.rows[number : number + 1], tables=queries.tables[number : number + 1])
        found = rank(store, one, rules, depth, 1)[0]
        if len(found) == depth:
            return [(each.row, each.score) for each in found]
    scores, noes = np.zeros(store.rows), np.zeros(store.rows, np.int64)
    judge_all(store.columns, store.rows, queries, number, rules, len(store.skills), scores, noes)
    ties = store.columns.person["tie"][: store.rows]
    order = _best_first(scores, mixed_with(ties, int(queries.rows[number]["tie"])), noes)[:depth]
    return [(place, float(scores[place])) for place in order]


def _best_first(
    scores: NDArray[np.float64], ties: NDArray[np.uint64], noes: NDArray[np.int64] | None = None
) -> list[int]:
    """Places by falling score; whoever is refused after whoever is not; equals by the ids."""
    refused = np.zeros(len(scores), bool) if noes is None else noes != 0
    order: list[int] = np.lexsort((ties, -scores, refused)).tolist()
    return order
