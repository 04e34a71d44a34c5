"""Skills named in adverts and CVs, and the groups of ESCO they belong to."""

from services.matching.kernel.skills.classifier import Classifier, Span, language_of

__all__ = ["Classifier", "Span", "language_of"]
