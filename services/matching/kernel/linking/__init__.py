"""Text to occupations: every title gets its ESCO concepts with shares of belief, every text a vector in one space."""

from services.matching.kernel.linking.linker import Link, Linker
from services.matching.kernel.linking.snapshot import ModelUnusable, load, save, shipped, teacher, vocabulary
from services.matching.kernel.linking.space import GROUP
from services.matching.kernel.linking.training import edition, train
from services.matching.kernel.linking.vocabulary import Vocabulary, VocabularyUnusable, parse

__all__ = [
    "GROUP", "Link", "Linker", "ModelUnusable", "Vocabulary", "VocabularyUnusable", "edition", "load", "parse", "save",
    "shipped", "teacher", "train", "vocabulary",
]  # fmt: skip
