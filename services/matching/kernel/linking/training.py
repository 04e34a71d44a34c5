"""From vocabularies to a linker: the teacher reads the English labels, the students learn to read the others."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from services.matching.kernel.linking.linker import Linker, Tongue
from services.matching.kernel.linking.ngrams import NGrams
from services.matching.kernel.linking.shelf import shelved
from services.matching.kernel.linking.space import Space, meanings
from services.matching.kernel.linking.student import STEPS, STEPS_OWN, taught, unit
from services.matching.kernel.linking.teacher import Teacher
from services.matching.kernel.linking.vocabulary import Labels, Vocabulary

Say = Callable[[str], None]


def train(
    vocabularies: Sequence[Vocabulary], english: Vocabulary, teacher: Teacher, say: Say = lambda _: None
) -> Linker:
    """Teach a linker the languages of `vocabularies`, at most one vocabulary per language.

    `english` is where concepts get their meaning from; a concept it lacks gets the meaning of its other labels as
    far as the students can read them. Deterministic. About 40 s and 1 GB for Danish and English on two cores.
    """
    own = next((vocabulary for vocabulary in vocabularies if vocabulary.language == "en"), english)
    texts, owners = own.labels()[:2]
    distinct = list(dict.fromkeys(texts))
    say(f"the teacher reads {len(distinct)} English labels")
    read = dict(zip(distinct, teacher.vectors(distinct), strict=True))
    label_vectors = np.array([read[text] for text in texts])
    meant = meanings(label_vectors, owners, len(own.occupations))
    space = Space.around(meant)
    known = {occupation.concept: row for occupation, row in zip(own.occupations, space.of(meant), strict=True)}
    nowhere = np.zeros(space.axes.shape[1], np.float32)
    tongues = {}
    for vocabulary in vocabularies:
        say(f"a student learns to read {len(vocabulary.labels().texts)} labels in {vocabulary.language}")
        tongues[vocabulary.language] = tongue(
            vocabulary.labels(),
            np.array([known.get(occupation.concept, nowhere) for occupation in vocabulary.occupations]),
            space.of(label_vectors) if vocabulary is own else None,
        )
    concepts = list(dict.fromkeys(o.concept for vocabulary in (own, *vocabularies) for o in vocabulary.occupations))
    isco = {o.concept: o.isco for vocabulary in (*vocabularies, own) for o in vocabulary.occupations}
    vectors = _gathered(concepts, known, tongues)
    return Linker(
        edition(vocabularies), space, concepts, [isco[concept] for concept in concepts], vectors, tongues, teacher
    )


def tongue(labels: Labels, placed: np.ndarray, wanted: np.ndarray | None = None) -> Tongue:
    """One language: its labels should come to lie where their concepts are placed, or where each is wanted itself.

    `placed` is float32 [concepts, d] with zeros for a concept of unknown meaning: it comes to lie amid its labels.
    """
    grams = NGrams.of(labels.texts)
    rows = grams.rows(labels.texts)
    aims = placed[labels.owners] if wanted is None else wanted
    taught_by = np.flatnonzero(aims.any(axis=1))
    steps = STEPS if wanted is None else STEPS_OWN
    student = taught(rows[taught_by], np.ascontiguousarray(aims[taught_by], np.float32), steps=steps)
    vectors = student.vectors(rows) if wanted is None else wanted
    shelf = shelved(labels, (amid(placed, vectors, labels.owners), vectors), rows)
    return Tongue(grams, student, shelf)


def amid(placed: np.ndarray, vectors: np.ndarray, owners: Sequence[int]) -> np.ndarray:
    """The concepts' vectors, where one is missing the middle of its labels."""
    lost = ~placed.any(axis=1, keepdims=True)
    return np.where(lost, meanings(vectors, owners, len(placed)), placed).astype(np.float32) if lost.any() else placed


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
