"""Journeys of a meeting that stays as booked: what is told, when, and that nothing else is."""

import pytest

from tests.journeys.conftest import Begins
from tests.journeys.timeline import reminded, reminded_at_last, told

pytestmark = pytest.mark.anyio


async def test_a_citizen_who_books_three_weeks_ahead_is_confirmed_at_once_and_reminded_the_day_before(
    begins: Begins,
) -> None:
    story = await begins("2026-11-03 10:15")
    await story.citizen.books("2026-11-24 10:00")
    story.expect(
        "2026-11-03 10:15", "BookingCreated", told("confirmation", "Din samtale tirsdag den 24. november kl. 10.00")
    )
    await story.until("2026-11-26 12:00")
    story.expect("2026-11-23 10:00", reminded("Husk din samtale tirsdag den 24. november kl. 10.00"))
    await story.nothing_else()
    assert await story.citizen.sees_messages() == [("confirmation", "sent"), ("reminder_24h", "sent")]


async def test_who_chose_it_is_reminded_two_hours_before_by_sms_too(begins: Begins) -> None:
    story = await begins("2026-11-03 10:15")
    await story.citizen.books("2026-11-24 13:00", remind_2h=True)
    story.expect(
        "2026-11-03 10:15", "BookingCreated", told("confirmation", "Din samtale tirsdag den 24. november kl. 13.00")
    )
    await story.until("2026-11-26 12:00")
    story.expect("2026-11-23 13:00", reminded("Husk din samtale tirsdag den 24. november kl. 13.00"))
    story.expect("2026-11-24 11:00", reminded_at_last("Nordby Kommune: Husk din samtale tirsdag 24/11 kl. 13.00"))
    await story.nothing_else()


async def test_who_books_less_than_a_day_ahead_has_the_confirmation_as_reminder(begins: Begins) -> None:
    story = await begins("2026-11-23 10:15")
    await story.citizen.books("2026-11-24 10:00")
    story.expect(
        "2026-11-23 10:15", "BookingCreated", told("confirmation", "Din samtale tirsdag den 24. november kl. 10.00")
    )
    await story.until("2026-11-26 12:00")
    await story.nothing_else()


async def test_a_reminder_that_falls_at_night_is_sent_the_evening_before(begins: Begins) -> None:
    story = await begins("2026-11-03 10:15")
    await story.citizen.books("2026-11-24 07:30")
    story.expect(
        "2026-11-03 10:15", "BookingCreated", told("confirmation", "Din samtale tirsdag den 24. november kl. 07.30")
    )
    await story.until("2026-11-26 12:00")
    story.expect("2026-11-22 21:59", reminded("Husk din samtale tirsdag den 24. november kl. 07.30"))
    await story.nothing_else()


async def test_a_reminder_whose_evening_was_over_when_the_citizen_booked_is_dropped(begins: Begins) -> None:
    story = await begins("2026-11-22 23:10")
    await story.citizen.books("2026-11-24 07:30")
    story.expect(
        "2026-11-22 23:10", "BookingCreated", told("confirmation", "Din samtale tirsdag den 24. november kl. 07.30")
    )
    await story.until("2026-11-26 12:00")
    await story.nothing_else()


async def test_in_the_night_that_loses_an_hour_a_day_before_is_an_hour_earlier_on_the_clock(begins: Begins) -> None:
    story = await begins("2026-03-10 10:15")
    await story.citizen.books("2026-03-29 10:00")
    story.expect(
        "2026-03-10 10:15", "BookingCreated", told("confirmation", "Din samtale søndag den 29. marts kl. 10.00")
    )
    await story.until("2026-04-01 12:00")
    story.expect("2026-03-28 09:00", reminded("Husk din samtale søndag den 29. marts kl. 10.00"))
    await story.nothing_else()


async def test_in_the_night_that_gains_an_hour_a_day_before_is_an_hour_later_on_the_clock(begins: Begins) -> None:
    story = await begins("2026-10-06 10:15")
    await story.citizen.books("2026-10-25 13:00", remind_2h=True)
    story.expect(
        "2026-10-06 10:15", "BookingCreated", told("confirmation", "Din samtale søndag den 25. oktober kl. 13.00")
    )
    await story.until("2026-10-27 12:00")
    story.expect("2026-10-24 14:00", reminded("Husk din samtale søndag den 25. oktober kl. 13.00"))
    story.expect("2026-10-25 11:00", reminded_at_last("Nordby Kommune: Husk din samtale søndag 25/10 kl. 13.00"))
    await story.nothing_else()


async def test_what_staff_book_at_night_is_confirmed_in_the_morning(begins: Begins) -> None:
    story = await begins("2026-11-03 23:30")
    await story.adviser.books("2026-11-24 10:00")
    story.expect("2026-11-03 23:30", "BookingCreated")
    await story.until("2026-11-26 12:00")
    story.expect(
        "2026-11-04 09:00", "NoticeDue", told("confirmation", "Din samtale tirsdag den 24. november kl. 10.00")
    )
    story.expect("2026-11-23 10:00", reminded("Husk din samtale tirsdag den 24. november kl. 10.00"))
    await story.nothing_else()
