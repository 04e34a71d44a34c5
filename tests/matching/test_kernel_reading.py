"""What patterns read from adverts and CVs, in both languages, and what they must leave alone."""

import pytest

from services.matching.kernel import reading
from services.matching.kernel.codes import LICENCES
from services.matching.kernel.phrases import LICENCES as WORDS
from services.matching.kernel.reading_patterns import LICENCES as PATTERNS


@pytest.mark.parametrize(
    ("text", "licences"),
    [
        ("Du har kørekort B.", ("drive_b",)),
        ("Kørekort kategori B er et krav", ("drive_b",)),
        ("kørekort til lastbil (C)", ("drive_c",)),
        ("Kørekort C/E og gyldigt ADR-bevis", ("drive_ce", "adr")),
        ("a driving licence (category B)", ("drive_b",)),
        ("valid driver's license", ("drive_b",)),
        ("Truckcertifikat B og hygiejnebevis", ("truck_b", "hygiene")),
        ("forklift certificate, first aid certificate", ("truck_b", "first_aid")),
        ("Vi kører ture til Tyskland", ()),
        ("Jeg har ikke kørekort", ()),
    ],
)
def test_licences_are_read(text: str, licences: tuple[str, ...]) -> None:
    assert set(reading.read(text).licences) == set(licences)


def test_a_denied_licence_is_known_but_refuses_nobody() -> None:
    assert reading.read("Jeg har intet kørekort.").without_licences == ("drive_b",)
    assert reading.as_cv("c", 1, "Jeg har intet kørekort.", {}).without_licences == ()


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Du taler flydende dansk", {"da": "c1"}),
        ("Gode engelskkundskaber; engelsk i skrift og tale", {"en": "b2"}),
        ("fluent in English, basic German", {"en": "c1", "de": "c1"}),
        ("Danish: B1", {"da": "b1"}),
        ("en dansk virksomhed", {}),
        ("det tyske marked", {}),
    ],
)
def test_languages_are_read_where_a_level_stands_beside_them(text: str, languages: dict[str, str]) -> None:
    assert {each.language: each.level for each in reading.read(text).languages} == languages


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Stillingen er på 37 timer om ugen", (37, 37)),
        ("30-37 timer pr. uge", (30, 37)),
        ("28,5 timer ugentligt", (28.5, 28.5)),
        ("20 hours per week", (20, 20)),
        ("Løn 180 kr. i timen, åbent 24 timer", (None, None)),
        ("løn 32.000 kr.", (None, None)),
    ],
)
def test_hours_a_week_are_read_and_pay_is_not(text: str, hours: tuple[float | None, float | None]) -> None:
    found = reading.read(text)
    assert (found.hours_min, found.hours_max) == hours


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("5 års erfaring", 5),
        ("mindst 3 års relevant erfaring", 3),
        ("10+ years of experience", 10),
        ("I am 45 years old", None),
        ("siden 1999", None),
    ],
)
def test_years_of_experience_are_read_and_ages_are_not(text: str, years: float | None) -> None:
    assert reading.read(text).years == years


def test_shifts_are_read() -> None:
    assert reading.read("Aften- og nattevagter, hver anden weekend").shifts == ("evening", "night", "weekend")


def test_every_licence_has_its_words_and_every_pattern_its_licence() -> None:
    assert set(WORDS) == set(LICENCES)
    assert set(PATTERNS) <= set(LICENCES)
    assert len(LICENCES) <= 64
