"""A written text as the matcher may read it: markup gone, every line masked by itself, lines kept."""

import html

from services.matching.kernel.text import masked
from services.matching.kernel.text.spelling import LONGEST, TAGS


def plain(text: str) -> str:
    """At most LONGEST characters; names, contact data, ages and gendered words are gone; a line stays a line."""
    text = text[:LONGEST]
    if "<" in text:
        text = TAGS.sub("\n", text)
    if "&" in text:
        text = html.unescape(text)
    lines = (masked(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line.strip())
