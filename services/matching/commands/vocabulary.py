"""The shipped occupations as the matcher takes them: likeness from the linker's vectors, labels, words to show."""

import sys
from collections.abc import Sequence

from services.matching.kernel import linking
from services.matching.kernel.freetext.occupations import Knowledge
from services.matching.kernel.occupations import Occupations, likeness
from services.matching.kernel.rules import Rules


def linker() -> linking.Linker:
    """The linker of the shipped vocabulary; trained on first use, which takes its time and is said."""
    return linking.shipped(say=lambda what: print(what, file=sys.stderr))


def occupations(model: linking.Linker, rules: Rules) -> Occupations:
    """All concepts with their likeness by these rules."""
    return Occupations(model.concepts, likeness(model.concept_vectors, model.isco, rules.least_similarity))


def knowledge(model: linking.Linker, rules: Rules) -> Knowledge:
    """What the ranking of written texts is told of occupations."""
    number = {concept: place for place, concept in enumerate(model.concepts)}
    labels: dict[int, list[str]] = {}
    for tongue in model.tongues.values():
        for text, owner in zip(tongue.shelf.texts, tongue.shelf.owners.tolist(), strict=True):
            labels.setdefault(number[tongue.shelf.concepts[owner]], []).append(text)

    def link(titles: Sequence[str], language: str) -> list[list[tuple[int, float]]]:
        return [[(number[each.concept], each.share) for each in row] for row in model.link(titles, language)]

    return Knowledge(
        model.concepts, labels, shown(model), likeness(model.concept_vectors, model.isco, rules.least_similarity), link,
        model.encode,
    )  # fmt: skip


def shown(model: linking.Linker) -> dict[int, tuple[str, str]]:
    """Each concept's preferred label in Danish and in English, as far as there is one."""
    by_language = {
        language: dict(zip(tongue.shelf.concepts, tongue.shelf.names, strict=True))
        for language, tongue in model.tongues.items()
    }
    named = {}
    for number, concept in enumerate(model.concepts):
        danish, english = (by_language.get(language, {}).get(concept) for language in ("da", "en"))
        named[number] = (danish or english or concept, english or danish or concept)
    return named
