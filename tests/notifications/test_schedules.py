"""The sender when the world is not well: crashes at every line, providers that are down, refuse, or answer oddly."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from services.notifications.clients.mail import MailServer
from services.notifications.clients.sms import SmsProvider
from services.notifications.model.notice import Channel
from services.notifications.schedules import RECORD_ATTEMPTS
from services.notifications.store import sending, templates
from services.notifications.use_cases.deliver import MOST_SECONDS
from services.notifications.use_cases.sweep import CLAIM_GROWS_OLD
from tests.notifications.conftest import World
from tests.notifications.given import BOOKING, CITIZEN, utc

pytestmark = pytest.mark.anyio
FRIDAY = utc("2026-11-27 09:00")
MONDAY = utc("2026-11-30 12:00")


class Killed(BaseException):
    """The process ends here: nothing after this line runs."""


class KilledBeforeTheYes(MailServer):
    """Dies with the mail in hand."""

    async def send(self, mail: Any) -> None:
        raise Killed


class KilledAfterTheYes(MailServer):
    """Dies when the server has taken the mail, before we could write that down."""

    async def send(self, mail: Any) -> None:
        await super().send(mail)
        raise Killed


class SmsKilledAfterTheYes(SmsProvider):
    """Dies when the provider has taken the SMS."""

    async def send(self, to: str, text: str, key: str) -> str | None:
        await super().send(to, text, key)
        raise Killed


def server(world: World, kind: type[MailServer]) -> MailServer:
    return kind("127.0.0.1", world.mailbox.port, starttls=False)


async def grown_old(world: World) -> None:
    """Time passes until the claim of a dead sender is freed."""
    await world.heal()
    await world.send()
    world.clock.advance(CLAIM_GROWS_OLD + timedelta(seconds=1))
    await world.heal()


async def tasks(world: World) -> list[dict[str, Any]]:
    return await world.rows("select kind, reason, citizen_id, staff_id, data, unique_key from task order by created_at")


async def until(world: World, end: Any, step: timedelta = timedelta(minutes=15)) -> None:
    """Let time pass as it does: timers fire, the sender sends, the sweeper sweeps."""
    while world.clock.now() < end:
        await world.at(min(world.clock.now() + step, end))
        await world.heal()
        await world.send()


async def test_a_sender_killed_before_the_providers_yes_loses_nothing(world: World) -> None:
    await world.book(FRIDAY)
    with pytest.raises(Killed):
        await world.send(mail=server(world, KilledBeforeTheYes))
    assert (await world.notices())["confirmation", "email", 1] == "sending"
    await grown_old(world)
    await world.send()
    assert len(world.mailbox.mails) == 1


async def test_a_sender_killed_after_the_providers_yes_sends_again_under_the_same_message_id(world: World) -> None:
    await world.book(FRIDAY)
    with pytest.raises(Killed):
        await world.send(mail=server(world, KilledAfterTheYes))
    await grown_old(world)
    await world.send()
    assert len(world.mailbox.mails) == 2
    assert len({mail.message_id for mail in world.mailbox.mails}) == 1
    assert (await world.notices())["confirmation", "email", 1] == "sent"


async def test_an_sms_whose_yes_was_not_recorded_is_one_sms(world: World) -> None:
    world.town.reach(email=None, mobile="70 10 20 30")
    await world.book(FRIDAY)
    killed = SmsKilledAfterTheYes("http://sms", "token", transport=httpx2.MockTransport(world.phones.answer))
    with pytest.raises(Killed):
        await world.send(sms=killed)
    await grown_old(world)
    await world.send()
    assert len(world.phones.asked) == 2
    assert len(world.phones.texts) == 1


async def test_a_sender_killed_before_it_claimed_leaves_no_trace(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def killed(*_: Any) -> None:
        raise Killed

    await world.book(FRIDAY)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "claim", killed)
        with pytest.raises(Killed):
            await world.send()
    assert (await world.notices())["confirmation", "email", 1] == "ready"
    await world.send()
    assert len(world.mailbox.mails) == 1


async def test_a_database_that_is_away_after_the_yes_costs_no_second_mail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([OSError("gone")] * (RECORD_ATTEMPTS - 2))
    record = sending.sent

    async def away_at_first(*given: Any) -> bool:
        for failure in failures:
            raise failure
        return await record(*given)

    monkeypatch.setattr(sending, "sent", away_at_first)
    monkeypatch.setattr("services.notifications.schedules.asyncio.sleep", lambda _seconds: _at_once())
    await world.book(FRIDAY)
    await world.send()
    assert (await world.notices())["confirmation", "email", 1] == "sent"
    assert len(world.mailbox.mails) == 1


async def _at_once() -> None:
    return None


async def test_many_senders_at_once_send_each_message_once(world: World) -> None:
    await world.book(FRIDAY)
    senders = [world.sender() for _ in range(6)]
    await asyncio.gather(*(sender.step(Channel.EMAIL) for sender in senders))
    assert len(world.mailbox.mails) == 1


async def test_a_mail_server_that_is_down_for_hours_gets_the_message_when_it_is_back(world: World) -> None:
    await world.mailbox.close()
    await world.book(FRIDAY)
    await world.send()
    await until(world, world.clock.now() + timedelta(hours=5))
    (row,) = await world.rows("select state, attempts, last_fault from notice where kind = 'confirmation'")
    assert row["state"] == "ready"
    assert row["attempts"] >= 15
    assert row["last_fault"].startswith("smtp-")
    await world.mailbox.open()
    await until(world, world.clock.now() + timedelta(minutes=15))
    assert len(world.mailbox.mails) == 1
    assert await tasks(world) == []


async def test_nobodys_address_is_asked_for_while_no_mail_can_leave(world: World) -> None:
    await world.mailbox.close()
    await world.book(FRIDAY)
    await world.send()
    await until(world, world.clock.now() + timedelta(hours=1))
    assert "people" not in [name for name, _ in world.town.asked]


async def test_providers_that_are_all_down_leave_a_task_before_the_meeting_and_no_late_message(world: World) -> None:
    world.phones.status = 503
    await world.mailbox.close()
    starts_at = world.clock.now() + timedelta(hours=5)
    await world.book(starts_at)
    await world.send()
    await until(world, starts_at - timedelta(hours=2, minutes=30))
    (task,) = await tasks(world)
    assert (task["kind"], task["citizen_id"]) == ("notice-undeliverable", CITIZEN)
    assert task["reason"].endswith("Mail og sms har været ude af drift.")
    assert task["data"] == {"booking_id": str(BOOKING), "kind": "confirmation", "reason": "provider-down"}
    await world.mailbox.open()
    world.phones.status = 202
    await until(world, starts_at + timedelta(hours=2))
    assert world.mailbox.mails == []
    assert world.phones.texts == {}
    assert len(await tasks(world)) == 1


async def test_a_mail_server_that_is_down_for_a_day_gives_way_to_sms(world: World) -> None:
    await world.mailbox.close()
    await world.book(MONDAY)
    await world.send()
    await until(world, world.clock.now() + timedelta(hours=25), timedelta(hours=1))
    states = await world.notices()
    assert states["confirmation", "email", 1] == "undeliverable"
    assert states["confirmation", "sms", 1] == "sent"
    assert await tasks(world) == []


async def test_a_last_reminder_goes_by_mail_when_sms_is_down(world: World) -> None:
    await world.book(MONDAY, remind_2h=True)
    await world.send()
    await world.at(MONDAY - timedelta(hours=24))
    world.phones.status = 503
    world.clock.set(MONDAY - timedelta(hours=2, seconds=1))
    await until(world, MONDAY - timedelta(hours=1), timedelta(minutes=5))
    assert [mail.message["Subject"] for mail in world.mailbox.mails[2:]] == [
        "Husk din samtale mandag den 30. november kl. 13.00"
    ]
    await until(world, MONDAY + timedelta(hours=1))
    assert await tasks(world) == []


async def test_an_address_that_refuses_is_followed_by_sms(world: World) -> None:
    world.mailbox.refuse_recipient = "550 no such user borger@mail.example"
    await world.book(FRIDAY)
    await world.send()
    assert [to for to, _ in world.phones.texts.values()] == ["+4570102030"]
    (row,) = await world.rows("select reason, last_fault from notice where state = 'undeliverable'")
    assert row == {"reason": "refused-by-provider", "last_fault": "smtp-rcpt-550"}


async def test_when_no_channel_takes_it_a_person_has_one_task_and_an_event_says_so(world: World) -> None:
    world.mailbox.refuse_data = "554 no"
    world.phones.status = 422
    await world.book(FRIDAY)
    await world.send()
    await world.heal()
    (task,) = await tasks(world)
    assert "tager ikke imod beskeder" in task["reason"]
    said = await world.rows("select convert_from(body, 'utf8')::jsonb as body from outbox")
    assert [one["body"]["reason"] for one in said] == ["refused-by-provider"]


async def test_a_message_that_did_not_arrive_is_nobodys_task_once_the_meeting_has_changed(world: World) -> None:
    world.mailbox.refuse_data = "554 no"
    world.phones.status = 422
    await world.book(FRIDAY)
    await world.send()
    assert len(await tasks(world)) == 1
    world.mailbox.refuse_data = ""
    world.phones.status = 202
    await world.move(MONDAY)
    await world.send()
    assert await world.rows("select state, done_by from task") == [{"state": "done", "done_by": None}]


async def test_a_citizen_without_any_address_is_one_task_however_many_messages_there_are(world: World) -> None:
    world.town.reach(email=None, mobile=None)
    await world.book(MONDAY, remind_2h=True)
    await until(world, MONDAY + timedelta(hours=1), timedelta(hours=2))
    (task,) = await tasks(world)
    assert "hverken e-mail eller mobilnummer" in task["reason"]


@pytest.mark.parametrize("answer", ["450 try later", "421 too busy", "451 greylisted"])
async def test_a_passing_no_is_tried_again(world: World, answer: str) -> None:
    world.mailbox.refuse_recipient = answer
    await world.book(FRIDAY)
    await world.send()
    world.mailbox.refuse_recipient = ""
    world.clock.advance(timedelta(seconds=15))
    await world.send()
    assert len(world.mailbox.mails) == 1
    assert world.phones.asked == []


@pytest.mark.parametrize("neighbour", ["people", "booking"])
async def test_a_neighbour_that_does_not_answer_delays_and_loses_nothing(world: World, neighbour: str) -> None:
    world.town.down = {neighbour}
    await world.book(FRIDAY)
    await world.send()
    world.town.down, world.town.status = set(), {neighbour: 200}
    world.clock.advance(timedelta(minutes=1))
    await world.send()
    world.town.status = {neighbour: 500}
    world.clock.advance(timedelta(minutes=1))
    await world.send()
    (row,) = await world.rows("select state, last_fault from notice where kind = 'confirmation'")
    assert row == {"state": "ready", "last_fault": f"{neighbour}-500"}
    world.town.status = {}
    world.clock.advance(timedelta(minutes=5))
    await world.send()
    assert len(world.mailbox.mails) == 1


async def test_booking_that_is_behind_its_own_event_is_asked_again(world: World) -> None:
    await world.book(FRIDAY)
    await world.move(MONDAY)
    world.town.know(BOOKING, 1, FRIDAY)
    await world.send()
    assert (await world.notices())["moved", "email", 2] == "ready"


async def test_a_citizen_whom_people_does_not_know_is_a_task(world: World) -> None:
    world.town.contact = None
    await world.book(FRIDAY)
    await world.send()
    assert len(await tasks(world)) == 1


async def test_a_text_that_cannot_be_written_keeps_no_other_from_going(world: World) -> None:
    await world.book(FRIDAY)
    world.town.know(BOOKING, 1, FRIDAY, form="smoke_signals")
    await world.send()
    (row,) = await world.rows("select state, last_fault from notice where kind = 'confirmation'")
    assert row == {"state": "ready", "last_fault": "fault-KeyError"}


async def test_a_reminder_held_up_until_night_waits_for_the_morning(world: World) -> None:
    meeting = utc("2026-11-27 20:30")
    await world.book(meeting)
    await world.send()
    await world.mailbox.close()
    world.clock.set(meeting - timedelta(hours=24))
    await until(world, utc("2026-11-26 21:05"), timedelta(minutes=10))
    await world.mailbox.open()
    await until(world, utc("2026-11-27 07:59"), timedelta(minutes=30))
    assert len(world.mailbox.mails) == 1
    await until(world, utc("2026-11-27 08:00"))
    assert len(world.mailbox.mails) == 2


async def test_a_reminder_with_no_allowed_hour_left_is_a_task_in_the_evening_already(world: World) -> None:
    meeting = utc("2026-11-27 07:30")
    await world.book(meeting, remind_2h=True)
    await world.send()
    world.phones.status = 503
    world.clock.set(utc("2026-11-26 20:59"))
    await until(world, utc("2026-11-26 21:16"), timedelta(minutes=1))
    (task,) = await tasks(world)
    assert task["data"]["reason"] == "no-time-left"


async def test_a_provider_that_never_answers_is_left_before_the_claim_grows_old(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_mail: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("services.notifications.use_cases.deliver.MOST_SECONDS", 0.05)
    monkeypatch.setattr(world.delivery.mail, "send", silent)
    await world.book(FRIDAY)
    await world.send()
    (row,) = await world.rows("select state, last_fault from notice where kind = 'confirmation'")
    assert row == {"state": "ready", "last_fault": "too-slow"}
    assert timedelta(seconds=MOST_SECONDS) < CLAIM_GROWS_OLD


async def test_a_mail_server_that_hangs_does_not_hold_up_an_sms(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs, stop = asyncio.Event(), asyncio.Event()

    async def hanging(_mail: Any) -> None:
        await hangs.wait()

    monkeypatch.setattr(world.delivery.mail, "send", hanging)
    monkeypatch.setattr("services.notifications.schedules.IDLE_SECONDS", 0.01)
    await world.book(MONDAY, remind_2h=True)
    world.clock.set(MONDAY - timedelta(hours=2))
    await world.fire_timers()
    running = asyncio.create_task(world.sender().run(stop))
    async with asyncio.timeout(20):
        while not world.phones.texts:
            await asyncio.sleep(0.01)
    stop.set()
    hangs.set()
    await running


async def test_the_sender_runs_until_told_to_stop_and_outlives_a_database_that_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, sender = asyncio.Event(), world.sender()
    monkeypatch.setattr("services.notifications.schedules.IDLE_SECONDS", 0.01)
    await world.book(FRIDAY)
    claim, failures = sending.due, iter([OSError("away"), ValueError("odd")])

    async def away_at_first(*given: Any) -> Any:
        for failure in failures:
            raise failure
        return await claim(*given)

    monkeypatch.setattr(sending, "due", away_at_first)
    running = asyncio.create_task(sender.run(stop))
    async with asyncio.timeout(20):
        while not world.mailbox.mails:
            await asyncio.sleep(0.01)
    assert sender.alive()
    stop.set()
    await running
    assert len(await world.rows("select 1 as one from template")) == len(templates.wording().templates)
