"""All labels of a corpus ranked for each title, in languages the linker was taught or meets here for the first time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from services.matching.kernel.linking.folder import Corpus
from services.matching.kernel.linking.groups import Groups
from services.matching.kernel.linking.linker import Linker, Tongue, asked
from services.matching.kernel.linking.shelf import Shelf, Titles, shelved
from services.matching.kernel.linking.space import placed
from services.matching.kernel.linking.training import amid, tongue

CHUNK = 128  # titles at a time
FIRSTS = 10  # so many occupations are shown by one label each, before further labels of the same
STEP = 1e-5  # between two scores of a list, so that no reader has to break a tie
ACROSS_LABEL = 0.10  # across languages: what a label's own meaning adds to its occupation's score


@dataclass(frozen=True)
class Ranker:
    """A linker in front of a corpus: titles in one language, labels in the same or another."""

    linker: Linker
    language: str
    corpus: Corpus
    there: Tongue  # reads the corpus's labels
    groups: Groups
    across: np.ndarray | None  # corpus concept → concept on the linker's shelf of the titles' language, -1 where none

    @classmethod
    def of(cls, linker: Linker, corpus: Corpus, query_language: str, label_language: str) -> "Ranker":
        """Take in the corpus; in a language that was not taught, a student learns it from the corpus itself."""
        places = placed(corpus.labels.concepts, linker.known, linker.concept_vectors, linker.isco)
        there = _tongue_for(linker, corpus, label_language, places)
        across = None
        if query_language != label_language and query_language in linker.tongues:
            known = {concept: number for number, concept in enumerate(linker.tongues[query_language].shelf.concepts)}
            across = np.array([known.get(concept, -1) for concept in corpus.labels.concepts])
        isco = dict(zip(linker.concepts, linker.isco, strict=True))
        return cls(linker, query_language, corpus, there, Groups.among(corpus.labels.concepts, isco), across)

    def ranked(self, titles: Sequence[str], depth: int) -> Iterator[list[tuple[str, float]]]:
        """Per title the `depth` best labels with strictly falling scores."""
        for start in range(0, len(titles), CHUNK):
            scores = self._scores(titles[start : start + CHUNK])
            self.groups.weigh(scores, self.there.shelf)
            for row in scores:
                order = in_turn(row, self.there.shelf, depth)
                yield list(zip((self.corpus.ids[label] for label in order), falling(row[order]), strict=True))

    def _scores(self, texts: Sequence[str]) -> np.ndarray:
        if self.across is None:
            teacher = self.linker.teacher if self.language == "en" else None
            titles = asked(texts, self.there, teacher, self.linker.space)
            return self.there.shelf.scores(titles)
        titles = self.linker.titles(texts, self.language)
        shelf = self.linker.tongues[self.language].shelf
        return across(titles, shelf, self.there.shelf, self.across)


def across(titles: Titles, shelf: Shelf, labels: Shelf, concepts: np.ndarray) -> np.ndarray:
    """Labels in another language: what their occupation scores in the titles' own, and a little their own meaning.

    An occupation without a label in the titles' language is judged by meaning alone.
    """
    best = shelf.best_by_concept(shelf.scores(titles))
    weights = shelf.weights
    meaning = (weights.concept + weights.label) * (titles.vectors @ labels.concept_vectors.T)
    by_concept = np.where(concepts >= 0, best[:, concepts], meaning)
    found: np.ndarray = by_concept[:, labels.owners] + labels.standing
    found += ACROSS_LABEL * (titles.vectors @ labels.label_vectors.T)
    return found


def in_turn(scores: np.ndarray, shelf: Shelf, depth: int) -> np.ndarray:
    """The `depth` best labels; the best label of each of the FIRSTS best occupations stands before all others."""
    depth = min(depth, len(scores))
    reach = np.argpartition(-scores, depth - 1)[:depth]
    order = reach[np.argsort(-scores[reach], kind="stable")]
    _, first = np.unique(shelf.owners[order], return_index=True)
    front = np.sort(first)[:FIRSTS]
    return np.concatenate([order[front], np.delete(order, front)])


def falling(scores: np.ndarray) -> list[float]:
    """The scores, each lowered as far as it must to stay below the one before it."""
    steps = STEP * np.arange(len(scores))
    return [float(score) for score in np.minimum.accumulate(scores.astype(np.float64) + steps) - steps]


def _tongue_for(linker: Linker, corpus: Corpus, language: str, places: np.ndarray) -> Tongue:
    known = linker.tongues.get(language)
    labels = corpus.labels
    if known is None:
        return tongue(labels, places)
    rows = known.grams.rows(labels.texts)
    vectors = known.student.vectors(rows)
    if language == "en" and linker.teacher is not None:
        vectors = _read(linker, known.shelf, labels.texts)
    return Tongue(known.grams, known.student, shelved(labels, (amid(places, vectors, labels.owners), vectors), rows))


def _read(linker: Linker, shelf: Shelf, texts: Sequence[str]) -> np.ndarray:
    """The teacher's vectors of English labels; those it has read while being taught are looked up."""
    read = dict(zip(shelf.texts, shelf.label_vectors, strict=True))
    new = list(dict.fromkeys(text for text in texts if text not in read))
    if new and linker.teacher is not None:
        read |= dict(zip(new, linker.space.of(linker.teacher.vectors(new)), strict=True))
    return np.array([read[text] for text in texts], np.float32)
