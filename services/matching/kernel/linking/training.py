"""From vocabularies to a linker: the teacher reads the English labels, the students learn to read the others."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from services.matching.kernel.linking.linker import Linker, Tongue
from services.matching.kernel.linking.ngrams import NGrams
from services.matching.kernel.linking.shelf import shelved
from services.matching.kernel.linking.space import Space, meanings
from services.matching.kernel.linking.student import taught, unit
from services.matching.kernel.linking.teacher import Teacher
from services.matching.kernel.linking.vocabulary import Vocabulary

Say = Callable[[str], None]


def train(vocabularies: Sequence[Vocabulary], english: Vocabulary, teacher: Teacher, say: Say = lambda _: None) -> Linker:
    """Teach a linker the languages of `vocabularies`, at most one vocabulary per language.

    `english` is where concepts get their meaning from; a concept it lacks gets the meaning of its other labels as
    far as the students can read them. Deterministic. About 40 s and 1 GB for Danish and English on two cores.
    """
    own = next((vocabulary for vocabulary in vocabularies if vocabulary.language == "en"), english)
    texts, owners, _ = own.labels()
    distinct = list(dict.fromkeys(texts))
    say(f"the teacher reads {len(distinct)} English labels")
    read = dict(zip(distinct, teacher.vectors(distinct), strict=True))
    label_vectors = np.array([read[text] for text in texts])
    meant = meanings(label_vectors, owners, len(own.occupations))
    space = Space.around(meant)
    known = {occupation.concept: row for occupation, row in zip(own.occupations, space.of(meant), strict=True)}
    tongues = {}
    for vocabulary in vocabularies:
        say(f"a student learns to read {len(vocabulary.labels()[0])} labels in {vocabulary.language}")
        wanted = space.of(label_vectors) if vocabulary is own else None
        tongues[vocabulary.language] = tongue(vocabulary, known, wanted)
    concepts = list(dict.fromkeys(o.concept for vocabulary in (own, *vocabularies) for o in vocabulary.occupations))
    isco = {o.concept: o.isco for vocabulary in (*vocabularies, own) for o in vocabulary.occupations}
    vectors = _gathered(concepts, known, tongues)
    return Linker(edition(vocabularies), space, concepts, [isco[concept] for concept in concepts], vectors, tongues, teacher)


def tongue(vocabulary: Vocabulary, known: dict[str, np.ndarray], wanted: np.ndarray | None) -> Tongue:
    """One language: its labels' wanted vectors are their concepts', or given (English: each label's own)."""
    texts, owners, preferred = vocabulary.labels()
    grams = NGrams.of(texts)
    rows = grams.rows(texts)
    size = len(next(iter(known.values())))
    concepts = [occupation.concept for occupation in vocabulary.occupations]
    placed = np.array([known.get(concept, np.zeros(size, np.float32)) for concept in concepts], np.float32)
    aims = placed[owners] if wanted is None else wanted
    taught_by = np.flatnonzero(aims.any(axis=1))
    student = taught(rows[taught_by], np.ascontiguousarray(aims[taught_by]))
    read = student.vectors(rows)
    lost = ~placed.any(axis=1)
    if lost.any():
        placed[lost] = meanings(read, owners, len(concepts))[lost]
    vectors = read if wanted is None else wanted
    return Tongue(grams, student, shelved(texts, owners, preferred, concepts, (placed, vectors), rows))


def edition(vocabularies: Sequence[Vocabulary]) -> str:
    """A name for exactly these vocabularies: their languages, and 12 digits of what stands in them."""
    digest = hashlib.sha256()
    for vocabulary in sorted(vocabularies, key=lambda one: one.language):
        digest.update(vocabulary.language.encode())
        for occupation in vocabulary.occupations:
            digest.update(repr(occupation).encode())
    return "-".join([*sorted(vocabulary.language for vocabulary in vocabularies), digest.hexdigest()[:12]])


def _gathered(concepts: Sequence[str], known: dict[str, np.ndarray], tongues: dict[str, Tongue]) -> np.ndarray:
    """Every concept's vector, from English or from the first language that has it."""
    found = dict(known)
    for one in tongues.values():
        for concept, vector in zip(one.shelf.concepts, one.shelf.concept_vectors, strict=True):
            found.setdefault(concept, vector)
    return unit(np.array([found[concept] for concept in concepts], np.float32))
