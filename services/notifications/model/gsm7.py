"""What an SMS may hold: 160 septets of the GSM 7-bit alphabet (3GPP TS 23.038 § 6.2.1). One sign outside it and
only 70 signs would fit, in an SMS that NemSMS does not carry at all; so such signs never leave."""

import unicodedata

LIMIT = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and the sign: two septets
_LOOKALIKES = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "})


def septets(text: str) -> int:
    """Return how many septets the text takes. Raises ValueError naming the first sign outside the alphabet."""
    for sign in text:
        if sign not in _BASIC and sign not in _EXTENDED:
            raise ValueError(f"{sign!r} is not in the GSM 7-bit alphabet")
    return len(text) + sum(sign in _EXTENDED for sign in text)


def to_gsm7(text: str) -> str:
    """Write a value (a place's name) in the alphabet: accents and typographic signs become their plain neighbours."""
    plain = text.translate(_LOOKALIKES)
    return "".join(_sign(sign) for sign in plain)


def _sign(sign: str) -> str:
    if sign in _BASIC:
        return sign
    bare = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in bare if part in _BASIC)


def shortened(text: str, most: int) -> str:
    """Cut a value at a word so that it takes at most `most` signs."""
    if len(text) <= most:
        return text
    return text[: most + 1].rsplit(" ", 1)[0].rstrip(" ,.;:-")[:most]
