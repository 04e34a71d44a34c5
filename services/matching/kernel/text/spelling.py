"""One spelling of a text: what people type in many ways is compared in one."""

import html
import re
import unicodedata

LONGEST = 1_000_000  # characters that are read of any text; the rest of a larger one is not looked at
TAGS = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)|</?[a-z][^<>]{0,2000}>", re.IGNORECASE | re.DOTALL
)
WORD = re.compile(r"[^\W_]+(?:[-'’.+#/][^\W_]+)*[+#]*")
FOLDS = str.maketrans({"æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe", "å": "aa", "ü": "ue", "ß": "ss", "’": "'", "–": "-"})


def normalised(text: str) -> str:
    """Lower case, one space between words, no markup and no control characters; at most LONGEST characters are read."""
    text = text[:LONGEST]
    if "<" in text:
        text = TAGS.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(sign if unicodedata.category(sign)[0] not in "CZ" else " " for sign in text)
    return " ".join(text.lower().split())


def folded(text: str) -> str:
    """The normalised text with æ, ø, å (and ä, ö, ü, ß) written as ae, oe, aa: both spellings meet in one.

    Other accents are dropped: é is e.
    """
    text = normalised(text).translate(FOLDS)
    if not text.isascii():
        text = unicodedata.normalize("NFD", text)
        text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return text


def words(text: str) -> list[str]:
    """The words of the normalised text in order; `c++`, `c#` and `t-shirt` stay whole."""
    return WORD.findall(normalised(text))
