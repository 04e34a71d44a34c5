"""Which occupations a text names: labels of the vocabulary found word for word, and title-like lines linked."""

import re
from collections.abc import Iterable, Mapping, Sequence

from services.matching.kernel.text.spelling import folded

LONGEST = 7  # words of a label that are looked for
TITLE_WORDS = 9  # a line of at most so many words may be a title
ASIDE = 0.3  # a label inside a longer sentence: perhaps a colleague, not the person
MOST_LINES = 4000
_WORD = re.compile(r"[^\W_]+(?:[-'+#][^\W_]+)*[+#]*")
_BREAK = re.compile(r"[\n\r;•·|]+|(?<=[.!?:])\s+")
# Endings of definite and plural forms, Danish and English, longest first; the stem must keep four letters.
_ENDINGS = ("erne", "ene", "ers", "ens", "er", "en", "et", "ne", "es", "e", "r", "n", "s")
Found = dict[int, float]


class Mentions:
    """Finds labels of many languages at once; concepts are numbers."""

    def __init__(self, labels: Mapping[int, Iterable[str]]) -> None:
        """Take the labels of each concept, in any language."""
        self._concepts: dict[tuple[str, ...], list[int]] = {}
        for concept, texts in labels.items():
            for text in texts:
                key = tuple(_WORD.findall(folded(text)))
                if 0 < len(key) <= LONGEST and sum(map(len, key)) > 2:
                    known = self._concepts.setdefault(key, [])
                    if concept not in known:
                        known.append(concept)

    def find(self, text: str) -> tuple[Found, list[str]]:
        """Concepts with a weight of 0–1 each, and the title-like lines in which none was found."""
        found: Found = {}
        unknown: list[str] = []
        for line in lines_of(text):
            words = _WORD.findall(folded(line))
            spans = self._spans(words)
            title = len(words) <= TITLE_WORDS
            for concepts in spans:
                weight = (1.0 if title else ASIDE) / len(concepts) ** 0.5
                for concept in concepts:
                    found[concept] = max(found.get(concept, 0.0), weight)
            if title and not spans and any(len(word) > 3 for word in words):
                unknown.append(line)
        return found, unknown

    def _spans(self, words: Sequence[str]) -> list[list[int]]:
        """The concepts of labels in a line, the longest label first at each place, none inside another."""
        spans, at = [], 0
        while at < len(words):
            for size in range(min(LONGEST, len(words) - at), 0, -1):
                concepts = self._of(words[at : at + size])
                if concepts:
                    spans.append(concepts)
                    at += size
                    break
            else:
                at += 1
        return spans

    def _of(self, words: Sequence[str]) -> list[int] | None:
        """The concepts of these words, the last of them in any of its forms."""
        key = tuple(words)
        if key in self._concepts:
            return self._concepts[key]
        for ending in _ENDINGS:
            if words[-1].endswith(ending) and len(words[-1]) - len(ending) >= 4:
                stem = (*key[:-1], words[-1][: -len(ending)])
                if stem in self._concepts:
                    return self._concepts[stem]
        return None


def lines_of(text: str) -> list[str]:
    """Lines and sentences, at most MOST_LINES of them."""
    return [line.strip() for line in _BREAK.split(text, MOST_LINES)[:MOST_LINES] if line.strip()]
