"""Text before anything is learnt from it: one spelling, words, and what must never be read."""

from services.matching.kernel.text.masking import masked
from services.matching.kernel.text.spelling import folded, normalised, words

__all__ = ["folded", "masked", "normalised", "words"]
