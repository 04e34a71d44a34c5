"""When people may be disturbed: rules with validity dates, read as of the Danish day a moment lies on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.clock import at_local, local, local_date
from shared.errors import Refused

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SendingRule:
    """Sending hours [opens, closes) in Copenhagen time, and how long before, how long tried, how long kept.

    `valid_to` is the last day, or None. `source` names where the rule comes from.
    """

    valid_from: date
    valid_to: date | None
    source: str
    opens: time
    closes: time
    first_reminder: timedelta
    second_reminder: timedelta
    give_up_after: timedelta
    keep_days: int


Rules = Sequence[SendingRule]


class NoSendingRule(Refused):
    """No rule is valid on a day: nobody may be written to before somebody has decided when."""

    slug = "no-sending-rule"
    message = "Der er ingen regel for, hvornår der må sendes beskeder den dag."


def as_of(rules: Rules, day: date) -> SendingRule:
    """Return the rule valid on a day, the newest when several are. Raises NoSendingRule."""
    valid = [rule for rule in rules if rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to)]
    if not valid:
        raise NoSendingRule(day=day.isoformat())
    return max(valid, key=lambda rule: rule.valid_from)


def is_waking(rules: Rules, moment: datetime) -> bool:
    """Say whether reminders may be sent at this moment."""
    rule = as_of(rules, local_date(moment))
    return rule.opens <= local(moment).time() < rule.closes


def waking_time(rules: Rules, since: datetime, until: datetime) -> timedelta:
    """Return how much of the time between two moments reminders may be sent in."""
    total, day = timedelta(), local_date(since)
    while day <= local_date(until):
        rule = as_of(rules, day)
        opens, closes = max(since, at_local(day, rule.opens)), min(until, at_local(day, rule.closes))
        total += max(closes - opens, timedelta())
        day += timedelta(days=1)
    return total


def at_latest(rules: Rules, moment: datetime) -> datetime:
    """Return the moment itself when it is allowed, else the nearest earlier one: the last minute before closing."""
    if is_waking(rules, moment):
        return moment
    day = local_date(moment)
    if local(moment).time() < as_of(rules, day).opens:
        day -= timedelta(days=1)
    return at_local(day, as_of(rules, day).closes) - _MINUTE


def at_earliest(rules: Rules, moment: datetime) -> datetime:
    """Return the moment itself when it is allowed, else the next opening."""
    return moment if is_waking(rules, moment) else next_opening(rules, moment)


def next_opening(rules: Rules, moment: datetime) -> datetime:
    """Return the first opening after this moment."""
    day = local_date(moment)
    if local(moment).time() >= as_of(rules, day).opens:
        day += timedelta(days=1)
    return at_local(day, as_of(rules, day).opens)
