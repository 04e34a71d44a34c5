"""Written texts: parts that sum, nothing of who somebody is, and whatever people paste survives."""

import functools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.commands import vocabulary
from services.matching.kernel import reading
from services.matching.kernel.freetext.occupations import Knowledge
from services.matching.kernel.freetext.plain import plain
from services.matching.kernel.freetext.ranker import WEIGHTS, TextRanker
from services.matching.kernel.records import FreeText
from services.matching.kernel.rules import EDITIONS
from tests.matching.small_linker import SmallLinker

ADVERTS = [
    FreeText(
        id="a1",
        text="Sygeplejerske søges\nPleje af patienter i dag- og aftenvagt. Kørekort B. Flydende dansk.",
    ),
    FreeText(id="a2", text="Truck driver wanted\nDriving goods at night. Driving licence CE and ADR.", language="en"),
    FreeText(id="a3", text="Folkeskolelærer\nUndervisning af børn, skole-hjem-samarbejde."),
]
CVS = [
    FreeText(id="c1", text="hospitalssygeplejerske, 2019–2026\nPatientpleje. Kørekort B. Flydende dansk."),
    FreeText(id="c2", text="registered nurse\nCare of patients on a ward for 6 years.", language="en"),
    FreeText(id="c3", text="Lastbilchauffør med kørekort C/E og ADR-bevis. Distribution af varer."),
    FreeText(id="c4", text="Lærere har jeg altid samarbejdet med.\nKok på hotel, 4 års erfaring."),
    FreeText(id="c5", text=""),
]  # fmt: skip


@functools.cache
def knowledge() -> Knowledge:
    return vocabulary.knowledge(SmallLinker(), EDITIONS[0])  # type: ignore[arg-type]  # it quacks like a Linker


def ranker(cvs: list[FreeText], adverts: list[FreeText]) -> TextRanker:
    return TextRanker(cvs, adverts, knowledge(), lambda: None)


def order(cvs: list[FreeText], adverts: list[FreeText], number: int) -> list[str]:
    ranking = ranker(cvs, adverts)
    scores = ranking.summed(ranking.parts(number))
    return [cvs[place].id for place in np.argsort(-scores, kind="stable")]


def test_the_same_occupation_leads_under_another_label_and_in_another_language() -> None:
    assert order(CVS, ADVERTS, 0)[:2] == ["c1", "c2"]
    assert order(CVS, ADVERTS, 1)[0] == "c3"


def test_the_parts_sum_to_the_score_and_are_told_in_both_languages() -> None:
    ranking = ranker(CVS, ADVERTS)
    assert math.isclose(sum(WEIGHTS.values()), 1.0)
    for number in range(len(ADVERTS)):
        parts = ranking.parts(number)
        scores = ranking.summed(parts)
        for cv in range(len(CVS)):
            told = ranking.explained(parts, number, cv)
            assert told.score == scores[cv] == sum(part.points for part in told.parts)
            assert all(0 <= part.points <= part.at_most + 1e-12 for part in told.parts)
            assert all(part.da and part.en for part in told.parts)


def test_a_requirement_that_a_cv_does_not_mention_is_asked_about() -> None:
    ranking = ranker(CVS, ADVERTS)
    asked = ranking.explained(ranking.parts(0), 0, 1).questions
    assert [each.what for each in asked] == ["drive_b", "da:c1"]
    assert ranking.explained(ranking.parts(0), 0, 0).questions == ()


PEOPLE = [
    "Mette Hansen, 34 år\ntlf. 20 11 22 33, mette.hansen@example.dk\nHun er mor til to. {}",
    "Mohammed Ali, 58 år\ntlf. 71 45 22 10, m.ali@example.org\nHan er far til to. {}",
]


@pytest.mark.parametrize("text", ["Sygeplejerske med 5 års erfaring. Kørekort B.", "Kok. Taler engelsk."])
def test_twins_who_differ_in_name_gender_age_and_contact_rank_to_the_byte_alike(text: str) -> None:
    runs = []
    for person in PEOPLE:
        cvs = [*CVS[:3], FreeText(id="twin", text=person.format(text))]
        ranking = ranker(cvs, ADVERTS)
        runs.append([ranking.summed(ranking.parts(number)).tobytes() for number in range(len(ADVERTS))])
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    "text",
    [
        "", "   \n\n", "😀🎉👩‍🔧", "Повар в ресторане", "厨师", "<script>alert('nurse')</script><b>Kok</b>",
        "\x00\x01\ud7ff",
        "løn 32.000–38.000 kr. " * 5, "a" * 3000, "((((((" * 200, "& &amp; &#x1F600;",
    ],
)  # fmt: skip
def test_whatever_is_pasted_is_ranked(text: str) -> None:
    odd = [FreeText(id="x", text=text)]
    for cvs, adverts in ((odd, ADVERTS), (CVS, odd), (odd, odd)):
        ranking = ranker(cvs, adverts)
        scores = ranking.summed(ranking.parts(0))
        assert np.isfinite(scores).all()
        assert ((scores >= 0) & (scores <= 1)).all()


def test_an_advert_of_a_megabyte_is_read() -> None:
    long = FreeText(id="long", text="Sygeplejerske søges.\n" + "Vi er en god arbejdsplads med kaffe og kage. " * 22_000)
    ranking = ranker(CVS, [long])
    assert np.isfinite(ranking.summed(ranking.parts(0))).all()


def test_script_and_markup_are_not_words() -> None:
    assert "alert" not in plain("<p>kok</p><script>alert('nurse')</script>")


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_without_falling_over(text: str) -> None:
    found = reading.read(plain(text))
    assert found.years is None or 0 < found.years <= 50
