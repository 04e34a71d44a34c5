"""Facts about tokens: who may sign what, for whom, and for how long."""

import time
from uuid import UUID, uuid4

import pytest
import time_machine

from shared.errors import Forbidden, Unauthenticated
from shared.identity import Caller, TokenIssuer, TokenVerifier, allow, new_key, public_part

GATEWAY, NOTIFICATIONS = new_key("test-gateway"), new_key("test-notifications")
TRUSTED = {"gateway": public_part(GATEWAY), "notifications": public_part(NOTIFICATIONS)}
CITIZEN = UUID("018f0000-0000-7000-8000-000000000001")


def token(
    key: dict[str, str], service: str, *, audience: str = "booking", role: str = "citizen", seconds: int = 60
) -> str:
    issuer = TokenIssuer(key, service)
    return issuer.token(audience=audience, role=role, purpose="selvbooking", citizen_id=CITIZEN, seconds=seconds)


def test_a_token_says_who_acts_and_why() -> None:
    verifier = TokenVerifier(TRUSTED, "booking")
    said = token(GATEWAY, "gateway")
    expected = Caller(service="gateway", role="citizen", purpose="selvbooking", citizen_id=CITIZEN)
    assert verifier.caller(said) == expected
    assert verifier.caller(said) == expected  # remembered


@pytest.mark.parametrize(
    "said",
    [
        "",
        "not.a.token",
        token(NOTIFICATIONS, "notifications"),  # a service may not speak for a citizen
        token(NOTIFICATIONS, "gateway"),  # nor sign in the gateway's name
        token(GATEWAY, "somebody"),
        token(GATEWAY, "gateway", audience="people"),
        token(GATEWAY, "gateway", role="emperor"),
        token(GATEWAY, "gateway", seconds=-60),
    ],
)
def test_any_other_token_is_refused(said: str) -> None:
    with pytest.raises(Unauthenticated):
        TokenVerifier(TRUSTED, "booking").caller(said)


def test_a_changed_token_is_refused() -> None:
    head, body, signature = token(GATEWAY, "gateway").split(".")
    with pytest.raises(Unauthenticated):
        TokenVerifier(TRUSTED, "booking").caller(f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}")


def test_a_remembered_token_ends_when_its_time_is_over() -> None:
    verifier = TokenVerifier(TRUSTED, "booking")
    said = token(GATEWAY, "gateway")
    verifier.caller(said)
    with time_machine.travel(time.time() + 120), pytest.raises(Unauthenticated):
        verifier.caller(said)


def test_a_service_may_speak_for_itself() -> None:
    said = token(NOTIFICATIONS, "notifications", role="service")
    assert TokenVerifier(TRUSTED, "booking").caller(said).service == "notifications"


def test_a_citizen_is_refused_what_is_about_another() -> None:
    citizen = Caller(service="gateway", role="citizen", purpose="x", citizen_id=CITIZEN)
    citizen.must_be_about(CITIZEN)
    with pytest.raises(Forbidden):
        citizen.must_be_about(uuid4())
    Caller(service="gateway", role="caseworker", purpose="x").must_be_about(CITIZEN)


def test_a_role_that_does_not_exist_cannot_be_allowed() -> None:
    with pytest.raises(ValueError, match="emperor"):
        allow("citizen", "emperor")


def test_the_public_part_cannot_sign() -> None:
    assert "d" not in public_part(GATEWAY)
