"""The counting itself: each way in which people can be told too little or too much is seen."""

from typing import Any, cast
from uuid import UUID

from services.notifications.model.notice import message_id
from tests.faults.ledger import DOMAIN, Told

MEETING, FIRST, SECOND = UUID(int=1), UUID(int=11), UUID(int=12)


def notice(notice_id: UUID = FIRST, **other: Any) -> dict[str, Any]:
    usual = {"booking_id": MEETING, "kind": "confirmation", "channel": "email", "occasion": 1, "state": "sent"}
    return {"notice_id": notice_id, **usual, "reason": None, **other}


def told(*notices: dict[str, Any], arrived: list[UUID]) -> Told:
    return Told(cast(Any, list(notices)), {message_id(one, DOMAIN) for one in arrived})


def test_a_meeting_whose_confirmation_arrived_is_told() -> None:
    books = told(notice(), arrived=[FIRST])
    assert (books.lost({MEETING: 1}), books.doubled()) == ([], [])


def test_what_is_called_sent_and_is_not_there_is_lost() -> None:
    assert told(notice(), arrived=[]).lost({MEETING: 1})


def test_a_newest_state_that_was_closed_instead_of_told_is_lost() -> None:
    closed = notice(SECOND, kind="booking_moved", occasion=2, state="superseded")
    assert told(notice(), closed, arrived=[FIRST]).lost({MEETING: 2})


def test_a_reminder_tells_nobody_of_a_change() -> None:
    assert told(notice(kind="reminder_24h"), arrived=[FIRST]).lost({MEETING: 1})


def test_the_same_thing_by_mail_and_by_sms_is_doubled() -> None:
    assert told(notice(), notice(SECOND, channel="sms"), arrived=[FIRST, SECOND]).doubled()


def test_a_message_nobody_ordered_is_doubled() -> None:
    assert told(notice(), arrived=[FIRST, SECOND]).doubled()
