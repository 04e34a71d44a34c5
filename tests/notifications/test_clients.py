"""The SMS provider's contract, against the demo's real gateway and against every answer a provider may give."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from deploy.embedded.sms_gateway import Sent, create_app
from services.notifications.clients.neighbours import Contact
from services.notifications.clients.outcomes import Never, Passing
from services.notifications.clients.sms import SmsProvider, number
from services.notifications.model.notice import Reason
from tests.notifications.outside import Phones

pytestmark = pytest.mark.anyio


@pytest.fixture
async def phones() -> Phones:
    return Phones()


@pytest.fixture
async def provider(phones: Phones) -> AsyncIterator[SmsProvider]:
    made = SmsProvider("http://sms", "token", transport=httpx2.MockTransport(phones.answer))
    yield made
    await made.close()


async def test_the_demos_gateway_takes_one_sms_per_key(tmp_path: Path) -> None:
    sent = Sent(tmp_path / "sms.jsonl")
    transport = httpx2.ASGITransport(app=create_app(sent, "token"))
    provider = SmsProvider("http://sms", "token", transport=transport)
    first = await provider.send("70 10 20 30", "Husk din samtale", "<notice-1@nordby.example>")
    again = await provider.send("70 10 20 30", "Husk din samtale", "<notice-1@nordby.example>")
    other = await provider.send("70 10 20 30", "Husk din samtale", "<notice-2@nordby.example>")
    assert first == again != other
    assert [each["to"] for each in sent.all()] == ["+4570102030", "+4570102030"]
    await provider.close()


async def test_the_demos_gateway_lets_in_nobody_with_another_token(tmp_path: Path) -> None:
    transport = httpx2.ASGITransport(app=create_app(Sent(tmp_path / "sms.jsonl"), "token"))
    provider = SmsProvider("http://sms", "other", transport=transport)
    with pytest.raises(Passing, match="sms-401"):
        await provider.send("70 10 20 30", "Husk din samtale", "<notice-1@nordby.example>")
    await provider.close()


@pytest.mark.parametrize("status", [400, 404, 409, 410, 413, 422])
async def test_a_no_to_this_message_is_for_good(provider: SmsProvider, phones: Phones, status: int) -> None:
    phones.status = status
    with pytest.raises(Never) as refused:
        await provider.send("+4570102030", "x", "key")
    assert (refused.value.reason, refused.value.fault) == (Reason.REFUSED, f"sms-{status}")


@pytest.mark.parametrize("status", [301, 401, 403, 408, 429, 500, 502, 503, 504])
async def test_a_no_to_us_or_to_this_moment_passes(provider: SmsProvider, phones: Phones, status: int) -> None:
    phones.status = status
    with pytest.raises(Passing, match=f"sms-{status}"):
        await provider.send("+4570102030", "x", "key")


@pytest.mark.parametrize(
    ("asked", "after"),
    [("120", timedelta(minutes=2)), ("999999", timedelta(hours=1)), ("soon", None), ("", None), ("-5", None)],
)
async def test_a_provider_may_ask_for_time_within_reason(
    provider: SmsProvider, phones: Phones, asked: str, after: timedelta | None
) -> None:
    phones.status, phones.headers = 429, {"Retry-After": asked}
    with pytest.raises(Passing) as failure:
        await provider.send("+4570102030", "x", "key")
    assert failure.value.after == after


@pytest.mark.parametrize("body", [[], {}, "yes", 1])
async def test_a_yes_without_an_id_is_a_yes(provider: SmsProvider, phones: Phones, body: object) -> None:
    phones.body = body
    assert await provider.send("+4570102030", "x", "key") is None


async def test_a_yes_that_is_no_json_is_a_yes() -> None:
    plain = httpx2.MockTransport(lambda _request: httpx2.Response(202, text="taken"))
    provider = SmsProvider("http://sms", "token", transport=plain)
    assert await provider.send("+4570102030", "x", "key") is None
    await provider.close()


async def test_a_provider_that_does_not_answer_is_asked_again_later() -> None:
    def silent(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("no answer")

    provider = SmsProvider("http://sms", "token", transport=httpx2.MockTransport(silent))
    with pytest.raises(Passing, match="sms-ReadTimeout"):
        await provider.send("+4570102030", "x", "key")
    await provider.close()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("70 10 20 30", "+4570102030"), ("0045 70102030", "+4570102030"), ("+46 70 123 45 67", "+46701234567")],
)
async def test_a_number_is_danish_unless_it_says_otherwise(written: str, meant: str) -> None:
    assert number(written) == meant


@pytest.mark.parametrize("written", ["", "12 34 56 78", "borger@mail.example", "+45 1"])
async def test_a_number_that_cannot_be_right_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(Never) as refused:
        number(written)
    assert refused.value.reason is Reason.BAD_ADDRESS
    assert not written or written not in str(refused.value)


async def test_an_address_never_shows_in_what_is_printed() -> None:
    assert repr(Contact("borger@mail.example", "+4570102030", "da")) == "Contact(…)"
