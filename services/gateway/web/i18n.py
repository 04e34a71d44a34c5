"""Languages of the pages. Danish is the language of the sources; the others come from `locale/`.

Catalogues are read as text (.po) at start, so that there is no compiled file to forget.
"""

import gettext as gettext_module
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared.clock import local

LOCALES = Path(__file__).parents[1] / "locale"
LANGUAGES = {"da": "Dansk", "en": "English"}  # each in its own words
_language: ContextVar[str] = ContextVar("language", default="da")


def _read(language: str) -> gettext_module.NullTranslations:
    if language == "da":
        return gettext_module.NullTranslations()
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        compiled = BytesIO()
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


_catalogues = {language: _read(language) for language in LANGUAGES}


def current_language() -> str:
    """Return the language of the request that is being answered."""
    return _language.get()


def speak(language: str) -> None:
    """Choose the language for the rest of this request; an unknown one becomes Danish."""
    _language.set(language if language in LANGUAGES else "da")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language inside the block."""
    token = _language.set(language if language in LANGUAGES else "da")
    try:
        yield
    finally:
        _language.reset(token)


def gettext(message: str) -> str:
    """Return a Danish text in the language of this request."""
    return _catalogues[_language.get()].gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the Danish text that fits a number, in the language of this request."""
    return _catalogues[_language.get()].ngettext(singular, plural, number)


def later(message: str) -> str:
    """Mark a text for translation that is translated where it is shown."""
    return message


def language_name(code: str) -> str:
    """Return a language's name in that language ("Polski"), or its code when nobody knows it."""
    try:
        return (Locale.parse(code).display_name or code).capitalize()
    except (UnknownLocaleError, ValueError):
        return code


def day_name(moment: datetime | date) -> str:
    """Write a day as people say it: "onsdag 25. november" / "Wednesday 25 November" (Copenhagen time)."""
    day = local(moment) if isinstance(moment, datetime) else moment
    return format_date(day, "EEEE d. MMMM" if current_language() == "da" else "EEEE d MMMM", locale=_locale())


def hour(moment: datetime) -> str:
    """Write a time of day alone, as the end of a span: "9.30" / "9:30" (Copenhagen time)."""
    return format_time(local(moment), "H.mm" if current_language() == "da" else "H:mm", locale=_locale())


def clock_time(moment: datetime) -> str:
    """Write a time of day: "kl. 9.30" / "9:30 am" is not used here, but "at 9:30" (Copenhagen time)."""
    return gettext("kl. {hour}").format(hour=hour(moment))


def start_time(moment: datetime) -> str:
    """Write a time that stands alone: "Kl. 9.30" / "9:30" (Copenhagen time)."""
    return gettext("Kl. {hour}").format(hour=hour(moment))


def stamp(moment: datetime) -> str:
    """Write a past moment with its year: "24. november 2026 kl. 9.30"."""
    day = format_datetime(local(moment), "d. MMMM y" if current_language() == "da" else "d MMMM y", locale=_locale())
    return f"{day} {clock_time(moment)}"


def _locale() -> str:
    return "da_DK" if current_language() == "da" else "en_GB"
