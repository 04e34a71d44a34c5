"""How much each part of a score weighs: rows of data with a version and the day they begin to hold.

A part is bounded by its weight and rises with what a person brings; the sum of the parts is the score.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

PARTS: tuple[str, ...] = ("occupation", "experience", "wish", "skills", "nice_skills", "closeness", "hours")
QUESTIONS = "questions"  # the part that takes away: what is not known keeps the score below a ceiling


class Rules(Struct, frozen=True, kw_only=True):
    """One version. `ceiling` multiplies once per open question, down to `least_ceiling`."""

    version: int
    valid_from: date
    occupation: float
    experience: float
    wish: float
    skills: float
    nice_skills: float
    closeness: float
    hours: float
    ceiling: float
    least_ceiling: float
    half_life_years: float  # experience that lies this long back counts half
    least_decay: float  # what experience of long ago, or of an unknown year, still counts
    usual_years: float  # full experience, where an opening names no number of years
    near_km: float  # at this distance closeness is spent
    least_similarity: float  # occupations less alike than this are strangers

    def weights(self) -> tuple[float, ...]:
        """The weights in the order of PARTS."""
        return tuple(float(getattr(self, part)) for part in PARTS)

    def cap(self, questions: int) -> float:
        """The ceiling (0–1) of a score with so many open questions."""
        return float(max(self.least_ceiling, self.ceiling**questions))


EDITIONS: tuple[Rules, ...] = (
    Rules(
        version=1, valid_from=date(2026, 1, 1),
        occupation=0.34, experience=0.14, wish=0.10, skills=0.20, nice_skills=0.06, closeness=0.10, hours=0.06,
        ceiling=0.9, least_ceiling=0.6,
        half_life_years=8.0, least_decay=0.25, usual_years=3.0, near_km=50.0, least_similarity=0.4,
    ),
)  # fmt: skip


class NoRules(LookupError):
    """No version holds on this date, or none has this number."""


def rules_on(day: date, editions: Sequence[Rules] = EDITIONS) -> Rules:
    """The version that holds on a date. Raises NoRules before the first."""
    holding = [rules for rules in editions if rules.valid_from <= day]
    if not holding:
        raise NoRules(f"no rules hold on {day}")
    return max(holding, key=lambda rules: (rules.valid_from, rules.version))


def rules_numbered(version: int, editions: Sequence[Rules] = EDITIONS) -> Rules:
    """A version by its number, to rank by today's or to replay an old run. Raises NoRules."""
    for rules in editions:
        if rules.version == version:
            return rules
    raise NoRules(f"no rules have the number {version}")
