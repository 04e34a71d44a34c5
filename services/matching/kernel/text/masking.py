"""What is never read of a person's text: names, contact data, addresses, ages, gendered words.

Cautious by design: a capitalised word that is neither vocabulary nor everyday language is taken for a name.
"""

import re
from functools import cache

from services.matching.kernel.text.names import EVERYDAY, GENDERED, NAMES
from services.matching.kernel.text.spelling import folded

MONTH = r"(?:jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec)[a-z]*\.?"
DATE = rf"(?:\d{{1,2}}[./ -]+(?:\d{{1,2}}|{MONTH})[./ -]+)?(?:19|20)\d\d|\d{{1,2}}[./-]\d{{1,2}}[./-]\d\d"
BORN = r"født|født den|fødselsdato|fødselsdag|fødselsår|born|date of birth|birthday|dob|f\."
NOT_AN_AGE = r"(?!\s*(?:\w+\s)?(?:erfaring|timer|experience|hours|of))"
# Every repetition is bounded where another follows: a megabyte without a blank costs no more than its length.
WHOLE = [
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    r"(?:https?://|www\.)\S+",
    r"(?<!\d)\d{6}[-– ]?[\dxX*]{4}(?!\d)",  # a CPR number, also a masked one
    r"(?:\+|00)\d{1,3}(?:[ ().-]{0,3}\d){6,12}",
    r"(?<![\d.,-])\d{2}[ .]?\d{2}[ .]?\d{2}[ .]?\d{2}(?![\d,.-]?\d)",
    r"\b(?:\w{1,40}\s(?:allé|alle|plads|torv|boulevard|vej|gade|park)|\w{1,40}(?:vej|gade|gården|allé|alle|stræde|vænge"
    r"|parken|plads|torv|boulevard)(?:en|et)?)\s{1,3}\d{1,4}\s?[a-z]?\b(?:,?\s{0,3}\d{1,3}\.?\s{0,3}(?:sal|th|tv|mf)\b\.?){0,3}",
    r"\b\d{1,5}[a-z]?\s(?:\w{1,40}\s){1,2}(?:street|road|avenue|lane)\b",
    rf"\b(?:{BORN})\s{{0,3}}:?\s{{0,3}}(?:i|in|on|den|d\.)?\s{{0,3}}(?:{DATE})",
    r"\b(?:alder|age|aged)\s{0,3}:?\s{0,3}(?:på|of)?\s{0,3}\d{1,3}(?:\s{0,3}(?:år|years?))?\b",
    r"\b\d{1,3}\s{0,3}[-–]?\s{0,3}(?:årig|årige|year[- ]old|years? old|års alderen|år gammel|år gamle|yrs old|yo)\b",
    rf"\b(?:er|am|i'm|is|fyldt|bliver|fylder)\s{{1,3}}\d{{1,2}}(?:\s{{1,3}}(?:år|years?))?\b{NOT_AN_AGE}",
]
MASKS = re.compile("|".join(WHOLE), re.IGNORECASE)
# Four digits and a town; a year before a capital letter is none.
POSTAL = re.compile(
    r"\b(?:DK-?\s?)?(?!19\d\d|200[1-9]|20[1-4]\d)\d{4}\s[A-ZÆØÅ][\w.]*(?:\s(?:[A-ZÆØÅ]{1,2}\b|[A-ZÆØÅ][a-zæøå]+))?"
)
TOLD_NAME = re.compile(
    r"\b(?i:navn|fornavn|efternavn|name|jeg hedder|mit navn er|my name is|i am called|kaldes|hilsen|regards|mvh)\b"
    r"[ \t]{0,3}[:,]?\s{0,3}(?:[^\W\d_][\w'’.-]{0,40}[ \t]{0,3}){1,4}(?=$|[\n.,;!]|\s(?:og|and|jeg|i)\b)",
    re.MULTILINE,
)
NEUTRAL = re.compile(
    r"(?<=\w{3})(?:kvinder|kvinden|kvinde|mænd|manden|mand)\b"
    r"|\b(chair|sales|business|police|fire|crafts|spokes)(?:wo)?m[ae]n\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def masked(text: str) -> str:
    """The text without names, contact data, addresses, birth dates, ages and gendered words; order and the rest stay.

    Compounds lose their gender only: forretningskvinde and forretningsmand both become forretningsperson.
    """
    for pattern in (MASKS, POSTAL, TOLD_NAME):
        text = pattern.sub(" ", text)
    text = NEUTRAL.sub(lambda found: f"{found[1] or ''}person", text)
    return " ".join(part for part in WORD.sub(_kept, text).split() if any(sign.isalnum() for sign in part))


def _kept(found: re.Match[str]) -> str:
    word = found[0]
    plain = folded(word)
    bare = plain.removesuffix("'s").removesuffix("s")
    if plain in GENDERED or plain in NAMES or (bare in NAMES and word[0].isupper()):
        return " "
    if word[0].isupper() and plain not in EVERYDAY and plain not in _vocabulary():
        return " "
    return word


@cache
def _vocabulary() -> frozenset[str]:
    """The words of the shipped labels, folded, but for those that are names."""
    # Here, not above: linking itself is built on this room's spelling.
    from services.matching.kernel.linking.snapshot import vocabulary

    found = set()
    for language in ("da", "en"):
        for label in vocabulary(language).labels().texts:
            found |= {folded(word) for word in WORD.findall(label)}
    return frozenset(found) - NAMES
