"""What may be booked, moved and cancelled: every branch, without a database."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.booking.model import exemption, meetings
from services.booking.model import refusals as no
from services.booking.model.calendar import ClosedDays, ClosingDay, YearlyClosing
from services.booking.model.danish import day_and_time
from services.booking.model.meetings import Case, Wanted, admit
from services.booking.model.rules import Rule, RuleMissing, Rules, task_due
from services.booking.model.week import FORMS, Week, Work
from tests.booking.given import NOW, RULES, SINCE, TUESDAY, WEDNESDAY, adviser, adviser_id, at, booking, citizen, topic

CLOSED = ClosedDays(
    [ClosingDay(date(2026, 11, 26), "Personaledag")], [YearlyClosing(12, 24, "Juleaftensdag", SINCE, None)]
)


def case(said_by: meetings.SaidBy = "citizen", **more: Any) -> Case:
    given: dict[str, Any] = {"topic": topic(), "citizen": citizen(), "adviser": adviser(), "now": NOW}
    return Case(rules=RULES, closed=CLOSED, said_by=said_by, **{**given, **more})


def test_a_meeting_ends_after_its_topics_minutes() -> None:
    assert admit(Wanted(at(WEDNESDAY, 10), "phone"), case()) == at(WEDNESDAY, 10, 30)


@pytest.mark.parametrize(
    ("hour", "minute", "day", "refusal"),
    [
        (8, 30, TUESDAY, no.TimePassed),
        (9, 0, TUESDAY, no.TimePassed),
        (9, 45, TUESDAY, no.TooShortNotice),
        (10, 7, WEDNESDAY, no.OffGrid),
        (10, 0, date(2026, 11, 26), no.DayClosed),
        (10, 0, date(2026, 12, 24), no.DayClosed),
        (10, 0, date(2026, 12, 25), no.DayClosed),
        (10, 0, date(2027, 1, 25), no.TooFarAhead),
        (7, 45, WEDNESDAY, no.OutsideHours),
        (14, 45, WEDNESDAY, no.OutsideHours),
        (11, 45, WEDNESDAY, no.OutsideHours),
        (10, 0, date(2026, 11, 28), no.OutsideHours),
    ],
)
def test_a_time_that_cannot_be_self_booked_is_refused(
    hour: int, minute: int, day: date, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        admit(Wanted(at(day, hour, minute), "phone"), case())


def test_staff_need_no_notice_and_may_look_further() -> None:
    admit(Wanted(at(TUESDAY, 9, 15), "phone"), case("staff"))
    admit(Wanted(at(date(2027, 3, 1), 10), "phone"), case("staff"))


def test_the_last_day_of_the_horizon_can_be_booked() -> None:
    # 60 days after the Tuesday is a Saturday; the Friday before is inside.
    admit(Wanted(at(date(2027, 1, 22), 10), "phone"), case())


def test_a_form_must_suit_topic_and_hours() -> None:
    on_the_phone = Week((Work(3, at(WEDNESDAY, 8).time().replace(hour=8), at(WEDNESDAY, 15).time(), ("phone",)),))
    with pytest.raises(no.FormNotOffered):
        admit(Wanted(at(WEDNESDAY, 10), "video"), case())
    with pytest.raises(no.FormNotOffered):
        admit(Wanted(at(WEDNESDAY, 10), "in_person"), case(adviser=adviser(week=on_the_phone)))


def test_an_absence_closes_the_adviser() -> None:
    away = (int(at(WEDNESDAY, 10, 15).timestamp()) // 60, int(at(WEDNESDAY, 11).timestamp()) // 60)
    with pytest.raises(no.OutsideHours):
        admit(Wanted(at(WEDNESDAY, 10), "phone"), case(adviser=adviser(absences=(away,))))
    admit(Wanted(at(WEDNESDAY, 9, 45), "phone"), case(adviser=adviser(absences=(away,))))


def test_an_exempt_citizen_is_told_kindly_and_staff_may_book() -> None:
    exempt = citizen(exempt="it_skills")
    with pytest.raises(no.ExemptFromSelfBooking) as refusal:
        admit(Wanted(at(WEDNESDAY, 10), "phone"), case(citizen=exempt))
    assert refusal.value.details["source"] == "BEK om indsats § 45"
    admit(Wanted(at(WEDNESDAY, 10), "phone"), case("staff", citizen=exempt))


def test_a_deregistered_citizen_has_no_meetings() -> None:
    with pytest.raises(no.CitizenNotRegistered):
        meetings.may_book(citizen(deregistered_on=TUESDAY), "staff", TUESDAY)
    meetings.may_book(citizen(deregistered_on=WEDNESDAY), "staff", TUESDAY)


def test_topics_are_for_contact_groups_and_some_for_staff() -> None:
    with pytest.raises(no.TopicNotForCitizen):
        meetings.may_have(topic(contact_groups=("1",)), citizen(), "staff")
    with pytest.raises(no.TopicNotForCitizen):
        meetings.may_have(topic(self_bookable=False), citizen(), "citizen")
    meetings.may_have(topic(contact_groups=("2",), self_bookable=False), citizen(), "staff")


def test_the_right_to_move_ends_with_the_day_before() -> None:
    meetings.may_move(booking(), RULES, "citizen", at(TUESDAY, 23, 59))
    with pytest.raises(no.TooLateToMove):
        meetings.may_move(booking(), RULES, "citizen", at(WEDNESDAY, 0))
    meetings.may_move(booking(), RULES, "staff", at(WEDNESDAY, 9))


def test_cancelling_is_possible_until_the_meeting_begins() -> None:
    meetings.may_cancel(booking(), RULES, "citizen", at(WEDNESDAY, 9, 59))
    for who in ("citizen", "staff"):
        with pytest.raises(no.MeetingBegun):
            meetings.may_cancel(booking(), RULES, who, at(WEDNESDAY, 10))
    with pytest.raises(no.AlreadyCancelled):
        meetings.may_cancel(booking(state="cancelled"), RULES, "staff", NOW)


def test_the_same_case_on_two_dates_gives_two_answers() -> None:
    rows = [
        Rule("cancellation.minutes_before", 0, SINCE, TUESDAY, "før"),
        Rule("cancellation.minutes_before", 600, WEDNESDAY, None, "efter"),
    ]
    meetings.may_cancel(booking(), Rules(rows, TUESDAY), "citizen", at(WEDNESDAY, 9))
    with pytest.raises(no.TooLateToCancel) as refusal:
        meetings.may_cancel(booking(), Rules(rows, WEDNESDAY), "citizen", at(WEDNESDAY, 9))
    assert refusal.value.details == {
        "rule": "cancellation.minutes_before",
        "source": "efter",
        "rule_since": WEDNESDAY.isoformat(),
    }
    meetings.may_cancel(booking(), Rules(rows, WEDNESDAY), "staff", at(WEDNESDAY, 9))


def test_a_rule_without_a_row_is_a_fault_of_the_data() -> None:
    with pytest.raises(RuleMissing):
        Rules([Rule("a", 1, SINCE, date(2025, 1, 1), "x"), Rule("a", 1, date(2027, 1, 1), None, "x")], TUESDAY)["a"]


def test_closing_days_have_names() -> None:
    assert CLOSED.reason(date(2026, 11, 26)) == "Personaledag"
    assert CLOSED.reason(date(2026, 12, 24)) == "Juleaftensdag"
    assert CLOSED.reason(date(2023, 12, 24)) is None
    assert CLOSED.reason(date(2027, 3, 29)) == "Anden påskedag"
    assert CLOSED.reason(TUESDAY) is None
    past = ClosedDays([], [YearlyClosing(6, 5, "Grundlovsdag", SINCE, date(2025, 12, 31))])
    assert (past.reason(date(2025, 6, 5)), past.reason(date(2026, 6, 5))) == ("Grundlovsdag", None)


def test_the_great_prayer_day_is_no_holiday_any_more() -> None:
    assert ClosedDays().reason(date(2023, 5, 5)) == "Store bededag"
    assert ClosedDays().reason(date(2027, 4, 23)) is None


def test_only_active_caseworkers_are_advisers() -> None:
    assert meetings.is_adviser(("caseworker", "team_leader"), True)
    assert not meetings.is_adviser(("caseworker",), False)
    assert not meetings.is_adviser(("frontdesk",), True)


def test_an_exemption_holds_in_its_period() -> None:
    decided = exemption.Exemption(
        citizen().citizen_id, exemption.ExemptionReason.LANGUAGE, TUESDAY, WEDNESDAY, adviser_id(1), NOW
    )
    assert exemption.checked(decided).holds_on(WEDNESDAY)
    assert not decided.holds_on(WEDNESDAY + timedelta(days=1))
    assert not decided.holds_on(TUESDAY - timedelta(days=1))
    with pytest.raises(no.PeriodInvalid):
        exemption.checked(
            exemption.Exemption(decided.citizen_id, decided.reason, WEDNESDAY, TUESDAY, adviser_id(1), NOW)
        )


def test_every_reason_for_exemption_has_a_source() -> None:
    assert set(exemption.SOURCES) == set(exemption.ExemptionReason)


def test_a_reference_can_be_read_aloud() -> None:
    assert meetings.reference(booking().booking_id) == "0000-0001"


def test_days_are_said_in_danish() -> None:
    assert day_and_time(at(WEDNESDAY, 10, 5)) == "onsdag den 25. november kl. 10.05"


def test_forms_are_three() -> None:
    assert FORMS == ("in_person", "phone", "video")


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(days=3), timedelta(days=2)),
        (timedelta(hours=24, minutes=30), timedelta(hours=1)),
        (timedelta(hours=4), timedelta(hours=1)),
        (timedelta(minutes=20), timedelta(minutes=20)),
    ],
)
def test_no_task_is_overdue_when_it_is_made_nor_due_after_its_meeting(ahead: timedelta, expected: timedelta) -> None:
    rows = {"task.lead_hours": 24, "task.grace_minutes": 60}
    rules = Rules([Rule(key, value, TUESDAY, None, "x") for key, value in rows.items()], TUESDAY)
    assert task_due(rules, NOW + ahead, NOW) == NOW + expected
