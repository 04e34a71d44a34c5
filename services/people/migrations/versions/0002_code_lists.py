"""The code lists as known in November 2026: target groups of BEK § 1, and the rules people asks for, with sources."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# The national numbering of contact groups could not be found (domain § 2.10, mark U): until it is, each target group
# of BEK § 1 is one contact group with its number as code. New codes are further rows with their own validity.
_SOURCE = "BEK om en aktiv beskæftigelsesindsats § 1 (mark V); code = number of the target group (mark U)"
_GROUPS = [
    ("1", "unemployment_benefit", "Dagpengemodtager", "Unemployment benefit recipient"),
    ("2", "job_ready", "Jobparat kontanthjælpsmodtager", "Cash benefit recipient, job-ready"),
    ("3", "activity_ready_30", "Aktivitetsparat, 30 år eller derover", "Activity-ready, 30 or older"),
    ("4", "education_ready", "Uddannelsesparat", "Education-ready"),
    ("5", "activity_ready_under_30", "Aktivitetsparat, under 30 år", "Activity-ready, under 30"),
    ("6", "sickness_benefit", "Sygedagpengemodtager", "Sickness benefit recipient"),
    ("7", "job_clarification", "I jobafklaringsforløb", "In a job clarification programme"),
    ("8", "resource_programme", "I ressourceforløb", "In a resource programme"),
    ("9", "flex_job", "Fleksjob eller ledighedsydelse", "Flex job or unemployment allowance"),
    ("10", "rehabilitation", "Revalidend", "In rehabilitation"),
    ("11", "disability_pension", "Førtidspensionist", "Disability pensioner"),
]
_RULES = [
    ("address_protection.default_years", 1, "years", "CPR-loven § 28; cpr.dk (mark V)"),
    ("access_log.kept_months", 24, "months", "municipal policy; no statutory period found (domain § 5.6, mark U)"),
    ("import.kept_days", 30, "days", "municipal policy; no statutory period found (domain § 5.6, mark U)"),
]


def upgrade() -> None:
    group = sa.table(
        "contact_group", *map(sa.column, ("code", "valid_from", "target_group", "name_da", "name_en", "source"))
    )
    since = date(2020, 1, 1)
    op.bulk_insert(
        group,
        [
            {"code": c, "valid_from": since, "target_group": t, "name_da": da, "name_en": en, "source": _SOURCE}
            for c, t, da, en in _GROUPS
        ],
    )
    rule = sa.table("rule", *map(sa.column, ("name", "valid_from", "value", "unit", "source")))
    op.bulk_insert(
        rule, [{"name": n, "valid_from": since, "value": v, "unit": u, "source": s} for n, v, u, s in _RULES]
    )
