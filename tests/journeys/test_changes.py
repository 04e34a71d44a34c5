"""Journeys of a meeting that changes: the new time counts, the old one is never spoken of again."""

import pytest

from tests.journeys.conftest import Begins
from tests.journeys.timeline import Timeline, reminded, told

pytestmark = pytest.mark.anyio


async def booked(begins: Begins) -> Timeline:
    """A citizen has booked three weeks ahead."""
    story = await begins("2026-11-03 10:15")
    await story.citizen.books("2026-11-24 10:00")
    story.expect(
        "2026-11-03 10:15", "BookingCreated", told("confirmation", "Din samtale tirsdag den 24. november kl. 10.00")
    )
    return story


async def test_who_moves_the_meeting_after_its_reminder_is_told_and_reminded_of_the_new_time(begins: Begins) -> None:
    story = await booked(begins)
    await story.until("2026-11-23 12:00")
    story.expect("2026-11-23 10:00", reminded("Husk din samtale tirsdag den 24. november kl. 10.00"))
    await story.citizen.moves("2026-11-27 09:30")
    story.expect(
        "2026-11-23 12:00", "BookingMoved", told("moved", "Ny tid til din samtale: fredag den 27. november kl. 09.30")
    )
    await story.until("2026-11-30 12:00")
    story.expect("2026-11-26 09:30", reminded("Husk din samtale fredag den 27. november kl. 09.30"))
    await story.nothing_else()


async def test_who_cancels_is_told_so_and_never_reminded(begins: Begins) -> None:
    story = await booked(begins)
    await story.until("2026-11-20 08:00")
    await story.citizen.cancels()
    story.expect(
        "2026-11-20 08:00",
        "BookingCancelled",
        told("cancelled", "Aflyst: din samtale tirsdag den 24. november kl. 10.00"),
    )
    await story.until("2026-11-26 12:00")
    await story.nothing_else()


async def test_a_deregistered_citizens_meeting_is_a_task_until_staff_cancel_it(begins: Begins) -> None:
    story = await booked(begins)
    await story.until("2026-11-16 11:00")
    await story.adviser.deregisters()
    story.expect("2026-11-16 11:00", "CitizenDeregistered", "task: meeting-after-deregistration")
    await story.until("2026-11-17 09:30")
    await story.adviser.cancels()
    story.expect("2026-11-17 09:30", "BookingCancelled", "task settled: meeting-after-deregistration")
    story.expect("2026-11-17 09:30", told("cancelled", "Aflyst: din samtale tirsdag den 24. november kl. 10.00"))
    await story.until("2026-11-26 12:00")
    await story.nothing_else()


async def test_while_nobody_cancels_it_a_deregistered_citizen_is_reminded_of_the_meeting(begins: Begins) -> None:
    story = await booked(begins)
    await story.adviser.deregisters()
    story.expect("2026-11-03 10:15", "CitizenDeregistered", "task: meeting-after-deregistration")
    await story.until("2026-11-26 12:00")
    story.expect("2026-11-23 10:00", reminded("Husk din samtale tirsdag den 24. november kl. 10.00"))
    await story.nothing_else()
