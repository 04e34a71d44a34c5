"""Exemption from self-booking: a decision with a reason from BEK § 45, a period, and the one who decided."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.booking.model.refusals import PeriodInvalid


class ExemptionReason(StrEnum):
    """BEK § 45 (1) nos. 1–3 at the citizen's request, and (2); the last for sickness benefit (STAR, 2020)."""

    IT_SKILLS = "it_skills"
    LANGUAGE = "language"
    IMPAIRMENT = "impairment"
    SPECIAL_PREMISES = "special_premises"
    INTERPRETER = "interpreter"
    WORKPLACE = "workplace"


SOURCES = {
    ExemptionReason.IT_SKILLS: "BEK § 45, stk. 1, nr. 1",
    ExemptionReason.LANGUAGE: "BEK § 45, stk. 1, nr. 2",
    ExemptionReason.IMPAIRMENT: "BEK § 45, stk. 1, nr. 3",
    ExemptionReason.SPECIAL_PREMISES: "BEK § 45, stk. 2",
    ExemptionReason.INTERPRETER: "BEK § 45, stk. 2",
    ExemptionReason.WORKPLACE: "STAR, spørgsmål og svar om selvbooking",
}


@dataclass(frozen=True, slots=True)
class Exemption:
    """In force from `valid_from` to `valid_to`, both included; no end = until it is revoked."""

    citizen_id: UUID
    reason: ExemptionReason
    valid_from: date
    valid_to: date | None
    decided_by: UUID
    decided_at: datetime

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def checked(exemption: Exemption) -> Exemption:
    """Return the decision when its period makes sense. Raises PeriodInvalid."""
    if exemption.valid_to is not None and exemption.valid_to < exemption.valid_from:
        raise PeriodInvalid
    return exemption
