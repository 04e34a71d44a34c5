"""Journeys with trouble: providers that are down, events that come again; and that a fault would be seen here."""

from typing import Any

import pytest

from services.notifications.clients.mail import MailServer
from tests.journeys.conftest import Begins
from tests.journeys.timeline import reminded, told

pytestmark = pytest.mark.anyio
CONFIRMED = told("confirmation", "Din samtale tirsdag den 24. november kl. 10.00")
REMINDED = reminded("Husk din samtale tirsdag den 24. november kl. 10.00")


async def test_a_mail_server_that_is_down_for_hours_delays_a_message_and_doubles_none(begins: Begins) -> None:
    story = await begins("2026-11-03 10:15")
    await story.platform.post.close()
    await story.citizen.books("2026-11-24 10:00")
    story.expect("2026-11-03 10:15", "BookingCreated")
    await story.until("2026-11-03 13:20")
    await story.platform.post.open()
    await story.until("2026-11-26 12:00")
    story.expect("2026-11-03 13:30", CONFIRMED)
    story.expect("2026-11-23 10:00", REMINDED)
    await story.nothing_else()


async def test_what_no_provider_took_before_the_meeting_becomes_one_task_for_a_person(begins: Begins) -> None:
    story = await begins("2026-11-24 10:15")
    await story.platform.post.close()
    story.platform.telephones.status = 503
    await story.citizen.books("2026-11-24 12:00")
    story.expect("2026-11-24 10:15", "BookingCreated")
    await story.until("2026-11-24 11:30")
    # Early enough for somebody to call: mail and then SMS have each had a quarter of the time that was left.
    story.expect("2026-11-24 11:16", "task: notice-undeliverable", "NoticeUndeliverable: confirmation, provider-down")
    await story.platform.post.open()
    story.platform.telephones.status = 202
    await story.until("2026-11-26 12:00")
    await story.nothing_else()


async def test_every_event_delivered_once_more_changes_nothing(begins: Begins) -> None:
    story = await begins("2026-11-03 10:15")
    await story.citizen.books("2026-11-24 10:00")
    await story.platform.replay_everything()
    await story.until("2026-11-23 11:00")
    await story.platform.replay_everything()
    await story.until("2026-11-26 12:00")
    story.expect("2026-11-03 10:15", "BookingCreated", CONFIRMED)
    story.expect("2026-11-23 10:00", REMINDED)
    await story.nothing_else()


async def test_one_trace_leads_from_the_request_that_booked_to_the_reminder(begins: Begins) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    story = await begins("2026-11-03 10:15")
    await story.citizen.books("2026-11-24 10:00", trace=f"00-{trace}-00f067aa0ba902b7-01")
    asked = story.platform.transport.traces
    asked.clear()
    await story.until("2026-11-26 12:00")
    for what in ("BookingCreated", "NoticeDue", "NoticeDelivered: confirmation", "NoticeDelivered: reminder_24h"):
        assert story.traces(what) == {trace}
    assert asked == [("booking", trace), ("people", trace)]


async def test_a_mail_that_went_twice_would_be_seen(begins: Begins, monkeypatch: pytest.MonkeyPatch) -> None:
    once = MailServer.send

    async def twice(self: MailServer, mail: Any) -> None:
        await once(self, mail)
        await once(self, mail)

    monkeypatch.setattr(MailServer, "send", twice)
    story = await begins("2026-11-03 10:15")
    await story.citizen.books("2026-11-24 10:00")
    story.expect("2026-11-03 10:15", "BookingCreated", CONFIRMED)
    with pytest.raises(AssertionError, match="this happened too:\n2026-11-03 10:15  mail: Din samtale tirsdag"):
        await story.nothing_else()
    with pytest.raises(AssertionError, match="did not happen"):
        story.expect("2026-11-03 10:16", CONFIRMED)
