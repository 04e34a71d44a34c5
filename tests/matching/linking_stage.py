"""A small linker for tests: some hundred shipped occupations, their last Danish label hidden and asked for."""

import random
from dataclasses import dataclass
from functools import cache

from services.matching.kernel import linking
from services.matching.kernel.linking.linker import Linker
from services.matching.kernel.linking.vocabulary import Occupation, Vocabulary

SEED = 20261124
ENGLISH_LABELS = 3  # per occupation; the teacher reads some hundred texts a second where tests run side by side


@dataclass(frozen=True)
class HoldOut:
    """Titles that the linker has not seen, and the occupation each belongs to."""

    titles: list[str]
    concepts: list[str]
    linker: Linker


@cache
def hold_out(size: int = 400) -> HoldOut:
    """Seeded; every occupation chosen has at least three Danish labels."""
    english = {occupation.concept: occupation for occupation in linking.vocabulary("en").occupations}
    rich = [
        one for one in linking.vocabulary("da").occupations if len(one.alternatives) >= 2 and one.concept in english
    ]
    chosen = random.Random(SEED).sample(rich, size)
    danish = tuple(one._replace(alternatives=one.alternatives[:-1]) for one in chosen)
    few = tuple(shortened(english[one.concept]) for one in chosen)
    linker = linking.train([Vocabulary("da", danish)], Vocabulary("en", few), linking.teacher())
    return HoldOut([one.alternatives[-1] for one in chosen], [one.concept for one in chosen], linker)


def shortened(occupation: Occupation) -> Occupation:
    """The occupation with its first English labels only."""
    return occupation._replace(alternatives=occupation.alternatives[: ENGLISH_LABELS - 1])


def mrr(stage: HoldOut, titles: list[str]) -> float:
    """Mean reciprocal rank of the right occupation, 0 beyond the tenth."""
    found = 0.0
    for links, concept in zip(stage.linker.link(titles, "da", 10), stage.concepts, strict=True):
        found += next((1 / place for place, link in enumerate(links, 1) if link.concept == concept), 0.0)
    return found / len(titles)
