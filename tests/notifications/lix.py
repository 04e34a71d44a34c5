"""LIX (Björnsson 1968): words per sentence plus the share of words with more than six letters, in per cent."""

import re

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+(?:[.:]\d+)*")
_END = re.compile(r"[.!?:](?=\s|$)|\n+")


def lix(text: str) -> float:
    """Return how hard a text is to read: under 25 for children, up to 35 easy, over 45 for officials."""
    words = _WORD.findall(text)
    sentences = [part for part in _END.split(text) if _WORD.search(part)]
    long_words = [word for word in words if len(word) > 6]
    return len(words) / len(sentences) + 100 * len(long_words) / len(words)
