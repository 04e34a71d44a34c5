"""Rules of law and of the municipality are dated rows: the same case on two dates may give two answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shared.errors import Refused


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in force from `valid_from` to `valid_to` (both included); `source` says who made it."""

    key: str
    value: int
    valid_from: date
    valid_to: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class RuleMissing(LookupError):
    """No row gives this rule on that day: a fault in the data, never the citizen's."""


class Rules:
    """The rules as they stand on one day."""

    def __init__(self, rows: Iterable[Rule], on: date) -> None:
        self.on = on
        self._rules = {rule.key: rule for rule in rows if rule.holds_on(on)}

    def __getitem__(self, key: str) -> Rule:
        """Return the rule in force. Raises RuleMissing."""
        found = self._rules.get(key)
        if found is None:
            raise RuleMissing(f"no rule {key} on {self.on}")
        return found


class RefusedByRule(Refused):
    """A no that a dated rule gives; the answer names the rule, its source and since when it holds."""

    slug = "refused-by-rule"

    def __init__(self, rule: Rule, **details: Any) -> None:
        super().__init__(
            self.message.format(value=rule.value),
            rule=rule.key,
            source=rule.source,
            rule_since=rule.valid_from.isoformat(),
            **details,
        )


def task_due(rules: Rules, starts_at: datetime, now: datetime) -> datetime:
    """Return when a task about a meeting is due: `task.lead_hours` before it.

    When that is past or near, `task.grace_minutes` from now, so that "overdue" says something; never after the meeting.
    """
    lead = timedelta(hours=rules["task.lead_hours"].value)
    grace = timedelta(minutes=rules["task.grace_minutes"].value)
    return max(starts_at - lead, min(now + grace, starts_at))
