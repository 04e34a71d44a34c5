"""A written text as the matcher may read it: markup gone, every line masked by itself, lines kept."""

import html
import re
from collections import Counter
from collections.abc import Iterable

from services.matching.kernel.text import folded, masked
from services.matching.kernel.text.names import GENDERED, NAMES
from services.matching.kernel.text.spelling import LONGEST, TAGS

# "34 år" beside a name is an age; "12 år som kok" is experience.
AGE = re.compile(
    r"\b(?:1[5-9]|[2-9]\d)\s*(?:år|years?)\b(?!\s*(?:'|’|som|i|med|hos|inden|as|of|in|with|at|experience|erfaring))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
# The head of a CV, part by part: two to four capitalised words of which the first is nobody's trade are a name, whole.
_HEAD_LINES = 3
_PART = re.compile(r"[^,;|–\n]+")
_NAME_LIKE = re.compile(r"\s*(?:[A-ZÆØÅÄÖÜÉ][^\W\d_]*\.?(?:[-'’][^\W\d_]+)?\s*){2,4}(?=\s*$|\s+(?:is|am|er|har|has)\s)")
_CALLED = re.compile(
    r"(?i:\b(ring til|kontakt|kontaktperson:?|call|contact:?|reference:?))(?:\s+[A-ZÆØÅÄÖÜÉ][^\W\d_]+){1,3}"
)
_LEAST_LETTERS = 4  # of a word that is everyday because adverts write it small
_LEAST_ADVERTS = 3  # in which a capitalised word stands before it is a trade word and not somebody's name


def trade_words(adverts: Iterable[str]) -> frozenset[str]:
    """Words that employers use, in lower case: what they write small, and what several of them write large.

    The mask takes a capitalised word that it does not know for a name; in a CV written In Title Case that would be half
    of it. Names and gendered words are never among these.
    """
    small: set[str] = set()
    large: Counter[str] = Counter()
    for advert in adverts:
        found = set(_WORD.findall(advert[:LONGEST]))
        small |= {word for word in found if word.islower() and len(word) >= _LEAST_LETTERS}
        large.update({word.lower() for word in found if not word.islower()})
    words = small | {word for word, count in large.items() if count >= _LEAST_ADVERTS}
    return frozenset(word for word in words if not {folded(word), folded(word).removesuffix("s")} & (NAMES | GENDERED))


def plain(text: str, known: frozenset[str] = frozenset()) -> str:
    """At most LONGEST characters; names, contact data, ages and gendered words are gone; a line stays a line.

    `known` are trade words: they are not names, however they are written.
    """
    text = text[:LONGEST]
    if "<" in text:
        text = TAGS.sub("\n", text)
    if "&" in text:
        text = html.unescape(text)
    text = _CALLED.sub(r"\1", _without_head_names(text))
    if known:
        text = _WORD.sub(lambda word: word[0].lower() if word[0].lower() in known else word[0], text)
    lines = (AGE.sub(" ", masked(line)) for line in text.splitlines())
    return "\n".join(line for line in lines if line.strip())


def _without_head_names(text: str) -> str:
    """The text without names in its first lines that are also words of a trade, such as a surname Skov or Baker."""
    lines = text.splitlines()
    said = [number for number, line in enumerate(lines) if line.strip()][:_HEAD_LINES]
    for number in said:
        lines[number] = _PART.sub(_unless_named, lines[number])
    return "\n".join(lines)


def _unless_named(part: re.Match[str]) -> str:
    found = _NAME_LIKE.match(part[0])
    if found is None:
        return part[0]
    first = found[0].split()[0]
    return part[0][found.end() :] if folded(first) in NAMES or not masked(first) else part[0]
