"""CPR numbers, the vault, contact data, roles and citizens: rules without I/O."""

import string
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.dk import cpr as register

from services.people.model import access, citizen, contact, cpr, rules, staff
from services.people.model.citizen import Citizen, DigitalPost
from services.people.model.vault import Box, Vault, VaultError, random_nonce

TODAY = date(2026, 11, 24)
LATER = date(2040, 1, 1)
ONE, OTHER = UUID(int=1), UUID(int=2)
KEYS = {"a": bytes(32), "b": bytes([7]) * 32}


def parse(text: str, *, allow_test: bool = True) -> cpr.Cpr:
    return cpr.parse(text, today=TODAY, allow_test=allow_test)


def vault(active: str = "a", keys: dict[str, bytes] = KEYS) -> Vault:
    return Vault(keys, active, b"h" * 32, allow_test=True)


def person(**fields: Any) -> Citizen:
    given: dict[str, Any] = {"citizen_id": ONE, "registered_on": date(2026, 1, 5), "contact_group": "2"}
    return Citizen(**{**given, "language": "da", "name": "Amina Holm", **fields})


class TestCpr:
    @pytest.mark.parametrize("text", ["6101901234", "610190-1234", " 610190 1234 ", "610190–1234"])
    def test_it_is_read_with_any_separator(self, text: str) -> None:
        assert parse(text).number == "6101901234"

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("610190123", "9 cifre"),
            ("61019012345", "10 cifre"),
            ("61019O1234", "10 cifre"),
            ("", "10 cifre"),
            ("٦101901234", "10 cifre"),
            ("9201901234", "dato"),
            ("0001901234", "dato"),
            ("6113901234", "dato"),
            ("9002901234", "dato"),
            ("0101274234", "fremtiden"),
        ],
    )
    def test_a_wrong_shape_or_date_is_refused_without_repeating_it(self, text: str, why: str) -> None:
        with pytest.raises(cpr.CprInvalid) as refused:
            parse(text)
        assert why in refused.value.message
        assert not text or text not in refused.value.message

    def test_test_numbers_are_let_in_only_where_allowed(self) -> None:
        assert parse("6101901234").is_test
        with pytest.raises(cpr.CprInvalid, match="test"):
            parse("6101901234", allow_test=False)

    def test_a_test_number_has_its_real_day_of_birth(self) -> None:
        assert parse("9112884321").birth_date == date(1988, 12, 31)

    def test_a_failed_check_digit_is_only_worth_a_warning(self) -> None:
        # Days of birth still to come: no such number belongs to anybody.
        read = [cpr.parse(f"010136401{digit}", today=LATER, allow_test=False) for digit in range(10)]
        assert [one.check_digit_ok for one in read].count(True) == 1
        assert all(one.check_digit_ok == (register.checksum(one.number) == 0) for one in read)

    def test_of_a_test_number_the_check_digit_says_nothing(self) -> None:
        assert all(parse(f"610190123{digit}").check_digit_ok for digit in range(10))

    def test_it_never_prints_itself(self) -> None:
        one = parse("6101901234")
        assert str(one) == one.masked == "610190-••••"
        assert "1234" not in f"{one!r} {one} {one!s:>20}"

    @given(st.text(alphabet=string.digits + "- ", max_size=14))
    def test_whatever_is_read_is_ten_digits_and_a_day_until_today(self, text: str) -> None:
        try:
            one = parse(text)
        except cpr.CprInvalid:
            return
        assert len(one.number) == 10
        assert one.birth_date <= TODAY
        assert one.birth_date.strftime("%m%y") == one.number[2:6]


class TestVault:
    @given(st.text(), st.uuids())
    def test_what_is_sealed_opens_again(self, text: str, subject: UUID) -> None:
        assert vault().open(subject, vault().seal(subject, text)) == text

    def test_the_same_number_never_looks_the_same_twice(self) -> None:
        assert vault().seal(ONE, "6101901234") != vault().seal(ONE, "6101901234")
        assert len({random_nonce() for _ in range(100)}) == 100

    def test_a_box_moved_to_another_row_does_not_open(self) -> None:
        with pytest.raises(VaultError, match="moved"):
            vault().open(OTHER, vault().seal(ONE, "6101901234"))

    def test_an_altered_box_does_not_open(self) -> None:
        box = vault().seal(ONE, "6101901234")
        with pytest.raises(VaultError, match="altered"):
            vault().open(ONE, Box(box.key_id, box.sealed[:-1] + bytes([box.sealed[-1] ^ 1])))

    def test_after_rotation_the_old_key_is_no_longer_needed(self) -> None:
        old = vault("a").seal(ONE, "6101901234")
        new = vault("b").reseal(ONE, old)
        assert new.key_id == "b"
        assert vault("b", {"b": KEYS["b"]}).open(ONE, new) == "6101901234"

    def test_a_missing_key_is_named(self) -> None:
        with pytest.raises(VaultError, match="'a' is not configured"):
            vault("b", {"b": KEYS["b"]}).open(ONE, vault("a").seal(ONE, "x"))
        with pytest.raises(VaultError, match="'c' is not among"):
            vault("c")

    def test_the_hash_depends_on_the_number_and_the_key_alone(self) -> None:
        one, other = parse("6101901234"), parse("6101901235")
        assert vault("a").digest(one) == vault("b").digest(parse("610190-1234"))
        assert vault().digest(one) != vault().digest(other)
        assert vault().digest(one) != Vault(KEYS, "a", b"i" * 32).digest(one)
        assert vault().fingerprint(one.number.encode()) != vault().digest(one).hex()

    def test_it_reads_test_numbers_only_where_allowed(self) -> None:
        assert vault().read("6101901234", TODAY).is_test
        with pytest.raises(cpr.CprInvalid):
            Vault(KEYS, "a", b"h" * 32).read("6101901234", TODAY)


class TestContact:
    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            (" Amina.Holm@Eksempel.DK ", "Amina.Holm@eksempel.dk"),
            ("a+b@øl.dk", "a+b@xn--l-4ga.dk"),
            ("o'neil@a-b.co.uk", "o'neil@a-b.co.uk"),
        ],
    )
    def test_an_email_is_kept_in_one_form(self, text: str, kept: str) -> None:
        assert contact.email(text) == kept

    @pytest.mark.parametrize(
        "text",
        [
            *(
                "",
                "amina",
                "@eksempel.dk",
                "amina@",
                "amina@dk",
                "a b@c.dk",
                "a..b@c.dk",
                "a@c..dk",
                "a@-c.dk",
                "ø@c.dk",
            ),
            *(
                "a@c.dk\nBcc: x@y.dk",
                "a@b@c.dk",
                f"{'a' * 65}@c.dk",
                f"a@{'b' * 64}.dk",
                f"a@{'b.' * 150}dk",
                "<a@c.dk>",
            ),
        ],
    )
    def test_what_is_no_email_is_refused(self, text: str) -> None:
        with pytest.raises(contact.ContactInvalid) as refused:
            contact.email(text)
        assert refused.value.details == {"field": "email"}

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("70 10 20 30", "+4570102030"),
            ("+45 70102030", "+4570102030"),
            ("0045 70102030", "+4570102030"),
            ("+46 70 123 45 67", "+46701234567"),
        ],
    )
    def test_a_mobile_number_is_kept_in_one_form(self, text: str, kept: str) -> None:
        assert contact.mobile(text) == kept

    @pytest.mark.parametrize("text", ["", "112", "12345678", "701020", "x", "+99 123", "+45 90 12 34 56"])
    def test_what_takes_no_text_message_is_refused(self, text: str) -> None:
        with pytest.raises(contact.ContactInvalid) as refused:
            contact.mobile(text)
        assert refused.value.details == {"field": "mobile"}

    def test_a_language_is_one_of_those_known(self) -> None:
        assert contact.language(" EN ") == "en"
        with pytest.raises(contact.ContactInvalid):
            contact.language("xx")

    def test_a_name_is_tidied(self) -> None:
        assert contact.name("  Amina \n Holm ") == "Amina Holm"
        assert contact.name("'t Hooft") == "'t Hooft"

    @pytest.mark.parametrize("text", ["", "  ", "x" * 121, "Amina\x00", "=2+2", "Amina 2", "…"])
    def test_what_is_no_name_is_refused(self, text: str) -> None:
        with pytest.raises(contact.ContactInvalid):
            contact.name(text)

    def test_a_change_holds_what_was_told_and_removes_what_was_emptied(self) -> None:
        told = {"email": "a@b.dk", "mobile": " ", "language": None}
        assert contact.changes(told) == {"email": "a@b.dk", "mobile": None}
        assert contact.changes({"language": "en"}) == {"language": "en"}

    def test_every_fault_of_a_change_is_told_at_once(self) -> None:
        with pytest.raises(contact.ContactInvalid) as refused:
            contact.changes({"email": "a", "mobile": "1", "language": "xx"})
        assert [error["field"] for error in refused.value.details["errors"]] == ["email", "mobile", "language"]
        assert refused.value.details["field"] == "email"

    def test_a_search_has_words_of_letters_and_one_of_two_or_more(self) -> None:
        assert contact.search_words(" Åse  o'neil_x ") == ["Åse", "o", "neil", "x"]
        assert contact.search_words("a") == contact.search_words("' | & :* _") == []

    def test_names_sort_as_in_danish(self) -> None:
        names = ["Åse", "Øjvind", "Aage", "Ærø", "Zenia", "Émile", "anna", "Eva", "Bo", "Ööö"]
        assert sorted(names, key=contact.danish_order) == [
            *("anna", "Bo", "Émile", "Eva", "Zenia", "Ærø", "Øjvind", "Ööö", "Aage", "Åse"),
        ]


class TestAccess:
    def test_a_look_needs_a_reason(self) -> None:
        assert access.purpose(" forberede  møde ") == "forberede møde"
        for text in ("", " ", "x", "??", "y" * 101):
            with pytest.raises(access.PurposeMissing):
                access.purpose(text)

    @pytest.mark.parametrize("text", ["opslag 610190-1234", "cpr 6101901234", "tlf 70 10 20 30"])
    def test_a_reason_never_carries_a_number_that_may_be_personal(self, text: str) -> None:
        with pytest.raises(access.PurposeMissing, match="CPR"):
            access.purpose(text)

    def test_a_reason_may_carry_a_short_number(self) -> None:
        assert access.purpose("møde lokale 2 kl 10") == "møde lokale 2 kl 10"

    def test_every_look_and_role_has_words_for_the_citizen(self) -> None:
        assert set(access.LOOK_LABELS) == set(access.Look)
        assert set(access.ROLE_LABELS) > staff.STAFF_ROLES

    @pytest.mark.parametrize("role", ["frontdesk", "business_consultant", "operations"])
    def test_a_protected_citizen_looks_like_nobody_to_those_who_may_not_know(self, role: str) -> None:
        protected = person(protected_until=date(2026, 11, 25))
        refusals = []
        for one in (protected, None):
            with pytest.raises(access.CitizenNotFound) as refused:
                citizen.seen_by(one, role, TODAY)
            refusals.append((refused.value.slug, refused.value.message, refused.value.details))
        assert refusals[0] == refusals[1]

    @pytest.mark.parametrize("role", ["citizen", "caseworker", "team_leader", "service"])
    def test_those_who_handle_the_case_see_a_protected_citizen(self, role: str) -> None:
        protected = person(protected_until=date(2026, 11, 25))
        assert citizen.seen_by(protected, role, TODAY) is protected

    def test_protection_ends_by_itself(self) -> None:
        assert citizen.seen_by(person(protected_until=TODAY), "frontdesk", TODAY)
        assert citizen.seen_by(person(), "frontdesk", TODAY)


class TestCitizen:
    def test_a_change_raises_the_version(self) -> None:
        before = person()
        after = citizen.changed(before, 1, language="en")
        assert (after.language, after.version) == ("en", 2)

    def test_a_change_of_nothing_is_none(self) -> None:
        before = person()
        assert citizen.changed(before, None, language="da") is before

    def test_a_change_of_something_read_long_ago_is_refused(self) -> None:
        with pytest.raises(citizen.ChangedMeanwhile):
            citizen.changed(person(version=3), 2, language="en")

    def test_a_registration_lies_between_birth_and_today(self) -> None:
        born = date(1990, 1, 1)
        assert citizen.registration_day(TODAY, born=born, today=TODAY) == TODAY
        for day in (date(2026, 11, 25), born):
            with pytest.raises(citizen.DateInvalid):
                citizen.registration_day(day, born=born, today=TODAY)

    def test_a_deregistration_lies_between_the_registration_and_today(self) -> None:
        after = citizen.deregistered(person(), TODAY, today=TODAY)
        assert (after.is_registered, after.version) == (False, 2)
        for day in (date(2026, 1, 4), date(2026, 11, 25)):
            with pytest.raises(citizen.DateInvalid):
                citizen.deregistered(person(), day, today=TODAY)
        with pytest.raises(citizen.NotRegistered):
            citizen.deregistered(after, TODAY, today=TODAY)

    def test_only_who_left_can_come_back_and_not_before_leaving(self) -> None:
        left = person(deregistered_on=date(2026, 6, 1))
        back = citizen.registered_again(left, date(2026, 6, 1), name="Amina Vang")
        assert (back.is_registered, back.registered_on, back.name, back.version) == (
            True,
            date(2026, 6, 1),
            "Amina Vang",
            2,
        )
        with pytest.raises(citizen.DateInvalid):
            citizen.registered_again(left, date(2026, 5, 31))
        with pytest.raises(citizen.CitizenKnown):
            citizen.registered_again(person(), TODAY)

    def test_protection_lasts_as_the_rule_says_unless_a_day_is_given(self) -> None:
        assert citizen.protection_end(None, today=TODAY, default_years=1) == date(2027, 11, 24)
        assert citizen.protection_end(date(2027, 1, 1), today=TODAY, default_years=1) == date(2027, 1, 1)
        with pytest.raises(citizen.DateInvalid):
            citizen.protection_end(TODAY, today=TODAY, default_years=1)

    def test_a_year_after_a_leap_day_is_the_first_of_march(self) -> None:
        assert citizen.years_after(date(2028, 2, 29), 1) == date(2029, 3, 1)


class TestRules:
    GROUPS = (
        rules.ContactGroup("6.2", "job_ready", "Jobparat", "Job-ready", date(2020, 1, 1), date(2025, 7, 1)),
        rules.ContactGroup("6.2", "job_ready", "Jobparat ny", "Job-ready new", date(2025, 7, 1), None),
    )

    def test_the_same_code_means_what_it_meant_on_the_day(self) -> None:
        assert rules.contact_group(self.GROUPS, "6.2", date(2025, 6, 30)).name_da == "Jobparat"
        assert rules.contact_group(self.GROUPS, " 6.2", date(2025, 7, 1)).name_da == "Jobparat ny"

    @pytest.mark.parametrize(("code", "day"), [("6.2", date(2019, 12, 31)), ("7", TODAY)])
    def test_a_code_not_in_force_is_refused(self, code: str, day: date) -> None:
        with pytest.raises(rules.ContactGroupUnknown):
            rules.contact_group(self.GROUPS, code, day)

    def test_a_rule_has_its_value_of_the_day(self) -> None:
        years = [rules.Rule("years", 1, "years", date(2020, 1, 1), None, "CPR-loven § 28")]
        assert rules.value_of([rules.Rule("x", 9, "", date(2020, 1, 1), None, ""), *years], "years", TODAY) == 1
        with pytest.raises(rules.RuleMissing):
            rules.value_of(years, "years", date(2019, 1, 1))

    def test_months_back_are_whole_months(self) -> None:
        assert rules.months_before(TODAY, 24) == date(2024, 11, 1)
        assert rules.months_before(date(2026, 1, 31), 1) == date(2025, 12, 1)


class TestStaff:
    def test_a_login_is_kept_in_one_form(self) -> None:
        assert staff.login(" Mette.Holm ") == "mette.holm"
        for text in ("", "m", "mette holm", "mette\nholm", "m" * 101):
            with pytest.raises(staff.StaffInvalid):
                staff.login(text)

    def test_roles_are_known_ones_each_once(self) -> None:
        assert staff.roles(["team_leader", "caseworker", "caseworker"]) == ("caseworker", "team_leader")
        for given_roles in ([], ["citizen"], ["caseworker", "boss"]):
            with pytest.raises(staff.StaffInvalid):
                staff.roles(given_roles)

    def test_a_team_has_a_name(self) -> None:
        assert staff.team_name(" Team  Nord ") == "Team Nord"
        for text in ("", "x", "y" * 81, "Team\x00Nord"):
            with pytest.raises(staff.StaffInvalid):
                staff.team_name(text)


def test_digital_post_is_registered_exempt_or_unknown() -> None:
    assert [status.value for status in DigitalPost] == ["registered", "exempt", "unknown"]
