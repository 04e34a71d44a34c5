"""Facts about time: instants are UTC, days are Danish, and both changes of the clocks are met."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import FixedClock, SystemClock, at_local, local, local_date, uuid7


def test_an_hour_that_does_not_exist_is_read_as_the_hour_after() -> None:
    spring = at_local(date(2027, 3, 28), time(2, 30))
    assert spring == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert local(spring).time() == time(3, 30)


def test_an_hour_that_exists_twice_means_the_first() -> None:
    assert at_local(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_moment_just_before_midnight_utc_is_the_next_day_in_denmark() -> None:
    assert local_date(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == date(2026, 11, 25)


@given(st.integers(min_value=946_684_800, max_value=4_102_444_800))
def test_ids_rise_with_time_and_say_their_version(unix_seconds: int) -> None:
    moment = datetime.fromtimestamp(unix_seconds, UTC)
    first, later = uuid7(moment), uuid7(moment + timedelta(milliseconds=2))
    assert first.version == later.version == 7
    assert first.variant == "specified in RFC 4122"
    assert first < later


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2026, 11, 24, 8, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 11, 24, 9, tzinfo=UTC)
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2027
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 11, 24, 8))  # noqa: DTZ001 - a naive time is what is refused here


def test_the_system_clock_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC
    assert SystemClock().new_id() != SystemClock().new_id()
