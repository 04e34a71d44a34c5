"""The closed lists behind the hard constraints: which bit is which licence, shift and form, and what implies what."""

from collections.abc import Iterable, Sequence

from services.matching.kernel.records import Form, Level, Shift

# Order is the bit's number and never changes; new codes are added at the end. At most 64.
LICENCES: tuple[str, ...] = (
    "drive_am", "drive_a", "drive_b", "drive_be", "drive_c", "drive_ce", "drive_d", "drive_de", "drive_tractor",
    "drive_professional", "taxi",
    "truck_a", "truck_b", "crane", "telehandler", "excavator", "lift", "adr", "scaffold", "roadwork",
    "weld_mig", "weld_tig", "weld_stick", "epoxy", "asbestos", "hot_work", "hygiene", "first_aid", "chainsaw",
    "spraying", "electrician", "plumber", "gas", "refrigerant",
    "nurse", "doctor", "dentist", "midwife", "physiotherapist", "occupational_therapist", "psychologist", "pharmacist",
    "radiographer", "lab_technologist", "care_assistant", "care_helper", "veterinarian", "teacher", "pedagogue",
    "social_worker", "lawyer", "auditor", "guard", "pilot", "seafarer", "train_driver", "estate_agent",
)  # fmt: skip
# Who holds the first also may what the second allows (Danish order on driving licences, in force 2026).
IMPLIES: dict[str, tuple[str, ...]] = {
    "drive_a": ("drive_am",),
    "drive_b": ("drive_am", "drive_tractor"),
    "drive_be": ("drive_b",),
    "drive_c": ("drive_b",),
    "drive_ce": ("drive_c", "drive_be"),
    "drive_d": ("drive_b",),
    "drive_de": ("drive_d", "drive_be"),
    "truck_b": ("truck_a",),
    "care_assistant": ("care_helper",),
}
SHIFTS: tuple[Shift, ...] = ("day", "evening", "night", "weekend")
FORMS: tuple[Form, ...] = ("ordinary", "wage_subsidy", "internship", "small_hours", "adult_apprentice")
LEVELS: tuple[Level, ...] = ("a1", "a2", "b1", "b2", "c1", "c2")
# The hard constraints, in the order in which a pair is judged; the bit's number names the reason.
CONSTRAINTS: tuple[str, ...] = ("licence", "language", "shift", "form", "hours", "start", "distance")
_LICENCE_BITS = {code: 1 << number for number, code in enumerate(LICENCES)}


class UnknownCode(ValueError):
    """A code that no list has."""


def licence_bits(codes: Iterable[str]) -> int:
    """The bits of these licences alone. Raises UnknownCode."""
    bits = 0
    for code in codes:
        if code not in _LICENCE_BITS:
            raise UnknownCode(f"no licence is called {code!r}")
        bits |= _LICENCE_BITS[code]
    return bits


def held_bits(codes: Iterable[str]) -> int:
    """The bits of these licences and of all that they imply. Raises UnknownCode."""
    bits, waiting = 0, list(codes)
    while waiting:
        code = waiting.pop()
        bits |= licence_bits((code,))
        waiting.extend(IMPLIES.get(code, ()))
    return bits


def licence_codes(bits: int) -> tuple[str, ...]:
    """The licences behind bits, in the order of the list."""
    return tuple(code for code, bit in _LICENCE_BITS.items() if bits & bit)


def bits_of(words: Iterable[str], order: Sequence[str]) -> int:
    """The bits of words of a short list."""
    return sum(1 << order.index(word) for word in set(words))


def words_of(bits: int, order: Sequence[str]) -> tuple[str, ...]:
    """The words behind bits of a short list."""
    return tuple(word for number, word in enumerate(order) if bits >> number & 1)
