"""What a CPR number is. A number never prints itself: `str` and `repr` give the masked form only."""

import re
from dataclasses import dataclass, field
from datetime import date

from stdnum.dk import cpr as register

from shared.errors import Kind, Refused

_TEST_DAY_OFFSET = 60
_SEPARATORS = re.compile(r"[\s\u2010-\u2013-]")
_TEN_DIGITS = re.compile(r"[0-9]{10}")


class CprInvalid(Refused):
    """The text cannot be a CPR number; the message says in which way and never repeats it."""

    slug = "cpr-invalid"
    kind = Kind.INVALID
    message = "CPR-nummeret er ikke gyldigt."


@dataclass(frozen=True, slots=True)
class Cpr:
    """A CPR number whose shape and date have been checked.

    `check_digit_ok` is only worth a warning: since 2007 numbers are issued that fail modulus 11 (domain § 5.1).
    """

    number: str = field(repr=False)
    birth_date: date = field(repr=False)
    is_test: bool

    @property
    def check_digit_ok(self) -> bool:
        return self.is_test or register.checksum(self.number) == 0

    @property
    def masked(self) -> str:
        return masked(self.number)

    def __str__(self) -> str:
        return self.masked


def masked(number: str) -> str:
    """Return the form people may see: the day of birth, the last four hidden."""
    return f"{number[:6]}-••••"


def parse(text: str, *, today: date, allow_test: bool) -> Cpr:
    """Read a CPR number with or without separators. Raises CprInvalid.

    Demo people have the day of birth + 60 (61–91), which is never issued; they are let in only with `allow_test`.
    """
    number = _SEPARATORS.sub("", text)
    if not _TEN_DIGITS.fullmatch(number):
        raise CprInvalid(_why_not_ten_digits(number))
    is_test = int(number[:2]) > _TEST_DAY_OFFSET
    if is_test and not allow_test:
        raise CprInvalid("CPR-numre til test er ikke tilladt her.")
    day = int(number[:2]) - (_TEST_DAY_OFFSET if is_test else 0)
    try:
        born = register.get_birth_date(f"{day:02}{number[2:]}")
    except register.InvalidComponent:
        raise CprInvalid("CPR-nummeret begynder ikke med en dato, der findes.") from None
    if born > today:
        raise CprInvalid("CPR-nummeret har en fødselsdato, der ligger i fremtiden.")
    return Cpr(number, born, is_test)


def _why_not_ten_digits(number: str) -> str:
    if re.fullmatch(r"[0-9]{9}", number):
        return "CPR-nummeret har kun 9 cifre. Måske har et regneark fjernet nullet foran."
    return "CPR-nummeret skal have 10 cifre, fx ddmmåå-xxxx."
