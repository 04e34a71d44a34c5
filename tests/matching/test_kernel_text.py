"""One spelling, words, and what is never read of a person's text."""

import time

import pytest

from services.matching.kernel.text import folded, masked, normalised, words

WHO = [
    (
        "Mette Jensen",
        "45 år gammel",
        "Vestergade 12, 2. tv, 2100 København Ø",
        "tlf. 22 33 44 55, mette@post.example",
        "Hun",
    ),
    (
        "Mohammed Al-Khatib",
        "23 år gammel",
        "Nørrevænge 7, 8000 Aarhus C",
        "tlf. +45 99 88 77 66, m.k@post.example",
        "Han",
    ),
    ("Xiu Wójcik", "61-årig", "Ny Allé 101, 9000 Aalborg", "tlf. 12345678, www.xiu.example/cv", "Hun"),
]
CV = "{0}, {1}, {2}, {3}. Erfaren sygeplejerske med 5 års erfaring fra hospital. {4} har kørekort B og taler engelsk."


def test_two_people_with_the_same_work_are_the_same_text() -> None:
    assert len({masked(CV.format(*who)) for who in WHO}) == 1
    assert "sygeplejerske med 5 års erfaring" in masked(CV.format(*WHO[0]))


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Jeg hedder Li Wei Zhang og søger arbejde", ("Li", "Wei", "Zhang")),
        ("født 12.03.1979 i byen", ("1979", "12.03")),
        ("I am a 52-year-old woman, my name is Ann Smith", ("52", "woman", "Ann", "Smith")),
        ("forretningskvinde og formand", ("kvinde", "mand")),
        ("CPR 710190-1234", ("710190", "1234")),
        ("med venlig hilsen Åge", ("Åge",)),
    ],
)
def test_who_somebody_is_does_not_come_through(text: str, gone: tuple[str, ...]) -> None:
    assert [word for word in gone if word in masked(text)] == []


@pytest.mark.parametrize(
    "kept", ["Python og Excel", "TIG svejsning 2015-2019", "10 års erfaring", "Tømrer på byggeplads"]
)
def test_what_somebody_can_do_comes_through(kept: str) -> None:
    assert masked(kept) == kept


def test_markup_control_characters_and_other_alphabets_are_no_trouble() -> None:
    assert normalised("<p>Tømrer&nbsp;&amp; <b>MURER</b></p><script>x<y</script>") == "tømrer & murer"
    assert normalised("a\x00b\u200bc\tx") == "a b c x"
    assert words("C++ og c#, T-shirt; 電気技師") == ["c++", "og", "c#", "t-shirt", "電気技師"]
    assert folded("Ærø ÅRSVÆRK café Müller") == "aeroe aarsvaerk cafe mueller"
    assert normalised("a < b > c") == "a < b > c"


@pytest.mark.parametrize("piece", ["a", "a.", "1 ", "Å ", "<", "<a ", "&", "Vestergade 1 "])
def test_a_large_text_is_read_in_the_time_of_its_length(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    start = time.process_time()
    masked(text)
    normalised(text)
    assert time.process_time() - start < 10
