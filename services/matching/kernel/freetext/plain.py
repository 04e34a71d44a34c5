"""A written text as the matcher may read it: markup gone, every line masked by itself, lines kept."""

import html
import re

from services.matching.kernel.text import masked
from services.matching.kernel.text.spelling import LONGEST, TAGS

# "34 år" beside a name is an age; "12 år som kok" is experience.
AGE = re.compile(
    r"\b(?:1[5-9]|[2-9]\d)\s*(?:år|years?)\b(?!\s*(?:'|’|som|i|med|hos|inden|as|of|in|with|at|experience|erfaring))",
    re.I,
)


def plain(text: str) -> str:
    """At most LONGEST characters; names, contact data, ages and gendered words are gone; a line stays a line."""
    text = text[:LONGEST]
    if "<" in text:
        text = TAGS.sub("\n", text)
    if "&" in text:
        text = html.unescape(text)
    lines = (AGE.sub(" ", masked(line)) for line in text.splitlines())
    return "\n".join(line for line in lines if line.strip())
