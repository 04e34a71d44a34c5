"""Import files as people send them, and the check that finds every fault of a registration at once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.people.model import citizen, cpr, import_file, registration
from services.people.model.citizen import DigitalPost
from services.people.model.contact import ContactInvalid
from services.people.model.import_file import Import, State
from services.people.model.registration import Basis
from services.people.model.rules import ContactGroup, Rule

TODAY = date(2026, 11, 24)
SINCE = date(2020, 1, 1)
BASIS = Basis(
    TODAY,
    lambda text, today: cpr.parse(text, today=today, allow_test=True),
    [ContactGroup("2", "job_ready", "Jobparat", "Job-ready", SINCE, None)],
    [Rule(registration.PROTECTION_RULE, 1, "years", SINCE, None, "CPR-loven § 28")],
)
GOOD = {"cpr": "610190-1234", "name": "Amina Holm", "contact_group": "2"}
HEAD = "CPR-nummer;Navn;Kontaktgruppe;E-mail\n"
ROW = "610190-1234;Søren Ærø;2;s@eksempel.dk\n"


class TestFile:
    @pytest.mark.parametrize(
        ("encoding", "found"),
        [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
    )
    def test_danish_letters_survive_any_common_encoding(self, encoding: str, found: str) -> None:
        file = import_file.read((HEAD + ROW).encode(encoding))
        assert file.encoding == found
        assert file.lines[0].fields["name"] == "Søren Ærø"

    def test_bytes_that_no_common_encoding_knows_are_read_as_latin_1(self) -> None:
        assert import_file.read((HEAD + ROW).encode("latin-1") + b"\x81\n").encoding == "latin-1"

    @pytest.mark.parametrize("separator", list(";,\t|"))
    def test_the_separator_is_found_in_the_heading(self, separator: str) -> None:
        file = import_file.read((HEAD + ROW).replace(";", separator).encode())
        assert file.separator == separator
        assert file.lines[0].fields["contact_group"] == "2"

    def test_excels_own_first_line_is_understood_and_counted(self) -> None:
        file = import_file.read(("sep=,\r\n" + (HEAD + ROW).replace(";", ",").replace("\n", "\r\n")).encode())
        assert [(line.number, line.fault) for line in file.lines] == [(3, None)]

    def test_lines_are_numbered_as_an_editor_counts(self) -> None:
        text = HEAD + "\n" + '610190-1234;"Amina\nHolm";2;\n' + ";;;\n" + ROW
        assert [line.number for line in import_file.read(text.encode()).lines] == [3, 6]

    def test_unknown_columns_are_named_and_thrown_away(self) -> None:
        file = import_file.read(b"cpr;navn;gruppe;Diagnose\n6101901234;Amina;2;xyz\n")
        assert file.ignored_columns == ["Diagnose"]
        assert "xyz" not in str(file.lines[0].fields)

    def test_a_line_longer_than_the_heading_has_a_fault(self) -> None:
        file = import_file.read((HEAD + ROW.strip() + ";mere\n" + ROW.strip() + ";\n").encode())
        assert [line.fault is None for line in file.lines] == [False, True]

    def test_a_short_line_lacks_its_last_fields(self) -> None:
        assert import_file.read((HEAD + "6101901234\n").encode()).lines[0].fields == {"cpr": "6101901234"}

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "tom"),
            (b"\n;;\n", "tom"),
            (b"navn;gruppe\n", "kolonnen cpr"),
            (b"cpr;navn;name;gruppe\n", "betyder det samme"),
            (HEAD.encode() + ROW.encode() * 10_001, "10000"),
            (HEAD.encode() + b'"' + b"x" * 200_000, "Linje"),
        ],
    )
    def test_a_file_that_cannot_be_used_says_why(self, content: bytes, why: str) -> None:
        with pytest.raises(import_file.ImportUnreadable, match=why):
            import_file.read(content)

    @given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEAD + text).encode()))
    def test_any_bytes_are_read_or_refused(self, content: bytes) -> None:
        try:
            file = import_file.read(content)
        except import_file.ImportUnreadable:
            return
        numbers = [line.number for line in file.lines]
        assert numbers == sorted(set(numbers))

    def test_a_line_does_not_print_what_it_says(self) -> None:
        assert "Søren" not in repr(import_file.read((HEAD + ROW).encode()))


class TestImport:
    @pytest.mark.parametrize("state", [State.PREVIEWED, State.RUNNING, State.STOPPED])
    def test_it_can_be_run_and_stopped_until_it_is_done(self, state: State) -> None:
        begun = self.begun(state)
        assert import_file.unfinished(begun) is begun
        with pytest.raises(import_file.ImportFinished):
            import_file.unfinished(replace(begun, state=State.DONE))

    def test_its_rows_are_shown_only_to_the_one_who_brought_it(self) -> None:
        begun = self.begun(created_by=UUID(int=7))
        assert import_file.brought_by(begun, UUID(int=7)) is begun
        for file, actor in ((begun, UUID(int=8)), (begun, None), (self.begun(), None)):
            with pytest.raises(import_file.ImportNotFound):
                import_file.brought_by(file, actor)

    @staticmethod
    def begun(state: State = State.PREVIEWED, created_by: UUID | None = None) -> Import:
        at = datetime(2026, 11, 24, tzinfo=UTC)
        return Import(UUID(int=1), state, at, created_by, "overførsel", "team_leader", "gateway", "utf-8", ";", [])


class TestRegistration:
    def test_the_least_that_is_needed(self) -> None:
        new, warnings = registration.checked(GOOD, BASIS)
        assert (new.registered_on, new.language, new.email, new.digital_post) == (
            TODAY,
            "da",
            None,
            DigitalPost.UNKNOWN,
        )
        assert warnings == []

    def test_everything_that_can_be_told(self) -> None:
        told = {"registered_on": "01-09-2026", "language": "en", "email": "a@b.dk", "mobile": "70102030"}
        new, _ = registration.checked({**GOOD, **told, "digital_post": "Ja", "protected_until": "2027-05-01"}, BASIS)
        assert (new.registered_on, new.mobile) == (date(2026, 9, 1), "+4570102030")
        assert (new.digital_post, new.protected_until) == (DigitalPost.REGISTERED, date(2027, 5, 1))

    def test_every_fault_is_found_at_once(self) -> None:
        wrong = {"cpr": "1", "name": "", "contact_group": "99", "registered_on": "i går", "language": "xx"}
        new, problems = registration.check(
            {**wrong, "email": "a", "mobile": "1", "digital_post": "måske", "protected_until": "x"}, BASIS
        )
        assert new is None
        assert [problem.field for problem in problems] == list(registration.FIELDS)
        with pytest.raises(registration.RegistrationInvalid) as refused:
            registration.checked(wrong, BASIS)
        assert [error["field"] for error in refused.value.details["errors"]] == list(registration.FIELDS[:5])

    def test_a_failed_check_digit_registers_with_a_warning(self) -> None:
        # Days of birth still to come: no such number belongs to anybody.
        later = replace(BASIS, today=date(2040, 1, 1))
        numbers = [f"010136401{digit}" for digit in range(10)]
        warned = [registration.checked({**GOOD, "cpr": number}, later)[1] for number in numbers]
        assert warned.count([registration.CHECK_DIGIT]) == 9
        assert warned.count([]) == 1

    @pytest.mark.parametrize(("text", "until"), [("nej", None), ("ja", date(2027, 11, 24)), ("", None)])
    def test_address_protection_can_be_a_word(self, text: str, until: date | None) -> None:
        assert registration.checked({**GOOD, "protected_until": text}, BASIS)[0].protected_until == until

    @pytest.mark.parametrize("text", ["2026-09-01", "1-9-2026", "01.09.2026", "1/9/2026"])
    def test_a_day_can_be_written_in_common_ways(self, text: str) -> None:
        assert registration.day(text) == date(2026, 9, 1)

    @pytest.mark.parametrize("text", ["", "2026-13-01", "31-02-2026", "1-9-26", "0000-01-01", "tomorrow"])
    def test_a_day_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(citizen.DateInvalid):
            registration.day(text)

    def test_a_status_that_is_none_is_refused(self) -> None:
        assert registration.digital_post("Fritaget") is DigitalPost.EXEMPT
        with pytest.raises(ContactInvalid):
            registration.digital_post("?")

    def test_who_comes_back_keeps_what_was_not_told_this_time(self) -> None:
        known = citizen.Citizen(
            UUID(int=1),
            date(2026, 1, 1),
            "2",
            "da",
            "Amina Holm",
            "a@b.dk",
            "+4570102030",
            DigitalPost.REGISTERED,
            date(2027, 1, 1),
            date(2026, 6, 1),
            4,
        )
        back = registration.returned(known, registration.checked({**GOOD, "name": "Amina Vang"}, BASIS)[0])
        assert (back.email, back.mobile, back.digital_post) == ("a@b.dk", "+4570102030", DigitalPost.REGISTERED)
        assert (back.protected_until, back.name, back.version) == (date(2027, 1, 1), "Amina Vang", 5)
        told = {"email": "c@d.dk", "digital_post": "nej", "protected_until": "ja"}
        again = registration.returned(known, registration.checked({**GOOD, **told}, BASIS)[0])
        assert (again.email, again.digital_post) == ("c@d.dk", DigitalPost.EXEMPT)

    @given(st.dictionaries(st.sampled_from(registration.FIELDS), st.text(max_size=20)))
    def test_any_fields_are_registered_or_refused_with_a_reason(self, fields: dict[str, str]) -> None:
        new, problems = registration.check({**GOOD, **fields}, BASIS)
        assert (new is None) == any(not problem.warning for problem in problems)

    def test_a_checked_registration_does_not_print_the_number(self) -> None:
        assert "1234" not in repr(registration.checked(GOOD, BASIS))
