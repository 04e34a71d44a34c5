"""Titles as people really type them: seeded typos, ae/oe/aa spelling, inflection."""

import random

LETTERS = "abcdefghijklmnoprstuvyæøå"
SPELT = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
ENDINGS = (("er", "ere"), ("ør", "ører"), ("e", "er"), ("ing", "inger"), ("", "er"))


def one_typo(text: str, chance: random.Random) -> str:
    """A letter left out, doubled by another, swapped with its neighbour or replaced; the first letter stays."""
    if len(text) < 4:
        return text
    at = chance.randrange(1, len(text) - 1)
    kind = chance.choice(("lost", "more", "swapped", "other"))
    letter = chance.choice(LETTERS)
    if kind == "lost":
        return text[:at] + text[at + 1 :]
    if kind == "more":
        return text[:at] + letter + text[at:]
    if kind == "swapped":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + letter + text[at + 1 :]


def typos(text: str, count: int, chance: random.Random) -> str:
    """So many typos, one after the other."""
    for _ in range(count):
        text = one_typo(text, chance)
    return text


def spelt_without_danish_letters(text: str) -> str:
    """æ, ø, å as ae, oe, aa."""
    return text.lower().translate(SPELT)


def inflected(text: str) -> str:
    """The last word in the plural, roughly as Danish makes it."""
    old, new = next((old, new) for old, new in ENDINGS if text.endswith(old))
    return text[: len(text) - len(old)] + new
