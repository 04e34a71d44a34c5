"""A linker of six occupations that is there at once: for tests that are about the matcher, not about linking."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.matching.kernel.linking import Link

LABELS: dict[str, dict[str, list[str]]] = {
    "esco:nurse": {"da": ["sygeplejerske", "hospitalssygeplejerske"], "en": ["nurse", "registered nurse"]},
    "esco:teacher": {"da": ["folkeskolelærer", "lærer"], "en": ["primary school teacher", "teacher"]},
    "esco:pedagogue": {"da": ["pædagog"], "en": ["early years educator"]},
    "esco:driver": {"da": ["lastbilchauffør", "chauffør"], "en": ["truck driver"]},
    "esco:cook": {"da": ["kok", "køkkenchef"], "en": ["cook", "chef"]},
    "esco:programmer": {"da": ["programmør", "softwareudvikler"], "en": ["software developer", "programmer"]},
}
CONCEPTS = list(LABELS)


class SmallLinker:
    """Quacks like a Linker."""

    edition = "six-1"
    concepts = CONCEPTS
    isco = ("2221", "2341", "2342", "8332", "5120", "2512")
    concept_vectors = np.eye(len(CONCEPTS), 8, dtype=np.float32)

    def __init__(self) -> None:
        self.tongues: dict[str, Any] = {}
        for language in ("da", "en"):
            pairs = [(text, number) for number, name in enumerate(CONCEPTS) for text in LABELS[name][language]]
            shelf = SimpleNamespace(
                texts=[text for text, _ in pairs], owners=np.array([number for _, number in pairs]), concepts=CONCEPTS,
                names=[LABELS[name][language][0] for name in CONCEPTS],
            )  # fmt: skip
            self.tongues[language] = SimpleNamespace(shelf=shelf)

    def link(self, titles: Sequence[str], language: str = "da", top: int = 5) -> list[list[Link]]:
        """One letter off is still linked."""
        return [[Link("esco:nurse", 0.9, "sygeplejerske")] if "sygepl" in title.lower() else [] for title in titles]

    def encode(self, texts: Sequence[str], language: str = "da") -> NDArray[np.float32]:
        """Counts of letters, eight buckets."""
        vectors = np.zeros((len(texts), 8), np.float32)
        for row, text in enumerate(texts):
            for sign in text.lower():
                vectors[row, ord(sign) % 8] += 1
        unit: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return unit
