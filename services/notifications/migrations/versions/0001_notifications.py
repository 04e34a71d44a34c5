"""Meetings as heard, the ledger of notices, template versions, sending rules."""

from alembic import op
from alembic.operations import Operations

from shared import tasks
from shared.messaging import migrations as messaging

revision = "0001"
down_revision = None

_TABLES = (
    """create table meeting (
        booking_id uuid primary key,
        citizen_id uuid not null,
        version integer not null check (version >= 1),
        change text not null check (change in ('created', 'moved', 'cancelled')),
        changed_at timestamptz not null,
        said_by text not null,
        by_citizen boolean not null,
        starts_at timestamptz not null,
        remind_2h boolean not null,
        adviser_id uuid,
        checked_at timestamptz not null
    )""",
    "create index meeting_checked on meeting (checked_at)",
    "create index meeting_starts on meeting (starts_at)",
    """create table notice (
        notice_id uuid primary key,
        booking_id uuid not null,
        citizen_id uuid not null,
        kind text not null check (kind in ('confirmation', 'moved', 'cancelled', 'reminder_24h', 'reminder_2h')),
        channel text not null check (channel in ('email', 'sms')),
        occasion integer not null check (occasion >= 1),
        due_at timestamptz not null,
        expires_at timestamptz not null,
        any_hour boolean not null,
        by_citizen boolean not null,
        state text not null check (
            state in ('planned', 'ready', 'sending', 'sent', 'dropped', 'superseded', 'undeliverable')
        ),
        reason text,
        attempts integer not null default 0,
        first_attempt_at timestamptz,
        next_attempt_at timestamptz not null,
        claimed_at timestamptz,
        last_fault text,
        language text,
        template_version integer,
        provider_id text,
        sent_at timestamptz,
        closed_at timestamptz,
        handed_over_at timestamptz,
        trace jsonb not null,
        created_at timestamptz not null,
        constraint notice_once unique (booking_id, kind, channel, occasion),
        check ((state in ('dropped', 'superseded', 'undeliverable')) = (reason is not null)),
        check ((state = 'sent') = (sent_at is not null)),
        check ((state = 'sending') = (claimed_at is not null))
    )""",
    "create index notice_citizen on notice (citizen_id, created_at)",
    "create index notice_to_send on notice (channel, next_attempt_at) where state = 'ready'",
    "create index notice_waiting on notice (due_at) where state = 'planned'",
    "create index notice_claimed on notice (claimed_at) where state = 'sending'",
    """create table template (
        kind text not null,
        language text not null,
        version integer not null,
        fingerprint text not null,
        source jsonb not null,
        registered_at timestamptz not null,
        primary key (kind, language, version)
    )""",
    """create table sending_rule (
        valid_from date primary key,
        valid_to date,
        source text not null,
        opens time not null,
        closes time not null check (closes > opens),
        first_reminder interval not null,
        second_reminder interval not null check (second_reminder < first_reminder),
        give_up_after interval not null,
        keep_days integer not null check (keep_days > 0)
    )""",
    """insert into sending_rule values (
        '2020-01-01', null,
        'STAR Huskeservice: 09–22. No statutory number of days or channel for reminders was found; they are a service',
        '09:00', '22:00', '24 hours', '2 hours', '24 hours', 730
    )""",
)


def upgrade() -> None:
    """Create the machinery's tables, the tasks, and the service's own."""
    shared = Operations(op.get_context())
    messaging.create_v1(shared)
    tasks.create_v1(shared)
    for statement in _TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a ledger of what people were told is not thrown away by a command."""
    raise NotImplementedError("the ledger is evidence; restore a backup instead")
