"""How a person can be reached: e-mail, mobile and language, each checked and brought to one written form."""

import re
import sys
import unicodedata
from collections.abc import Mapping

import phonenumbers

from shared.errors import Kind, Refused

# The languages a person can choose to be met in; notifications fall back to Danish where a text has no version.
LANGUAGES = {
    "ar": "arabisk",
    "bs": "bosnisk",
    "da": "dansk",
    "de": "tysk",
    "en": "engelsk",
    "es": "spansk",
    "fa": "persisk",
    "fo": "færøsk",
    "fr": "fransk",
    "hu": "ungarsk",
    "it": "italiensk",
    "kl": "grønlandsk",
    "ku": "kurdisk",
    "lt": "litauisk",
    "nl": "nederlandsk",
    "pl": "polsk",
    "ps": "pashto",
    "pt": "portugisisk",
    "ro": "rumænsk",
    "ru": "russisk",
    "so": "somali",
    "sv": "svensk",
    "th": "thai",
    "ti": "tigrinya",
    "tr": "tyrkisk",
    "uk": "ukrainsk",
    "ur": "urdu",
    "vi": "vietnamesisk",
}
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_TEXTABLE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
_MAX_EMAIL = 254
_MAX_LOCAL = 64
_MAX_NAME = 120


class ContactInvalid(Refused):
    """A contact detail cannot be right; `field` says which one."""

    slug = "contact-invalid"
    kind = Kind.INVALID
    message = "Kontaktoplysningen er ikke gyldig."


def email(text: str) -> str:
    """Return an e-mail address with its domain in lower-case ASCII (IDNA). Raises ContactInvalid."""
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        ascii_domain = ""
    labels = ascii_domain.split(".")
    whole = f"{local}@{ascii_domain}"
    fits = len(whole) <= _MAX_EMAIL and len(local) <= _MAX_LOCAL
    if not (at and fits and _LOCAL.fullmatch(local) and len(labels) > 1 and all(map(_LABEL.fullmatch, labels))):
        raise ContactInvalid("E-mailadressen er ikke gyldig. Skriv den som navn@eksempel.dk.", field="email")
    return whole


def mobile(text: str) -> str:
    """Return a mobile number in E.164 form; without a country code it is Danish. Raises ContactInvalid."""
    try:
        number = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _TEXTABLE:
        raise ContactInvalid(
            "Mobilnummeret er ikke gyldigt. Skriv 8 cifre, eller landekode først, fx +46.", field="mobile"
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def language(text: str) -> str:
    """Return a language code (ISO 639-1). Raises ContactInvalid."""
    code = text.strip().lower()
    if code not in LANGUAGES:
        raise ContactInvalid("Sproget kendes ikke. Brug en kode på to bogstaver, fx da eller en.", field="language")
    return code


def changes(told: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return checked e-mail, mobile and language, those that were told; an empty e-mail or mobile is removed.

    Raises ContactInvalid with every fault in `errors`.
    """
    fields: dict[str, str | None] = {}
    faults: list[ContactInvalid] = []
    for field, read in (("email", email), ("mobile", mobile), ("language", language)):
        text = (told.get(field) or "").strip()
        try:
            if text:
                fields[field] = read(text)
            elif field in told and field != "language":
                fields[field] = None
        except ContactInvalid as fault:
            faults.append(fault)
    if faults:
        errors = [{"field": fault.details["field"], "why": fault.message} for fault in faults]
        raise ContactInvalid(faults[0].message, field=errors[0]["field"], errors=errors)
    return fields


def name(text: str) -> str:
    """Return a person's name with single spaces. Raises ContactInvalid when empty, too long or not text."""
    tidy = " ".join(text.split())
    if not tidy or len(tidy) > _MAX_NAME or not tidy.isprintable() or not tidy.lstrip("'’")[:1].isalpha():
        raise ContactInvalid(f"Navnet mangler eller er ikke gyldigt (højst {_MAX_NAME} tegn).", field="name")
    if any(c.isdigit() for c in tidy):
        raise ContactInvalid("Navnet må ikke indeholde tal.", field="name")
    return tidy


def search_words(text: str) -> list[str]:
    """Return the words of a search; none when no word has two letters: one letter would only leaf through people."""
    words = re.findall(r"[^\W_]+", text)
    return words if any(len(word) > 1 for word in words) else []


def danish_order(text: str) -> list[int]:
    """Return a sort key for Danish alphabetical order: æ, ø, å come last, and aa sorts as å (Retskrivningsordbogen)."""
    lowered = text.casefold().replace("aa", "å").replace("ä", "æ").replace("ö", "ø")
    return [_place(letter) for letter in unicodedata.normalize("NFC", lowered)]


def _place(letter: str) -> int:
    if letter in "æøå":
        return sys.maxunicode + 1 + "æøå".index(letter)
    return ord(unicodedata.normalize("NFD", letter)[0])
