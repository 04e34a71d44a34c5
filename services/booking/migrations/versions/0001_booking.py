"""Booking's first shape, with the rules, topics and places it starts from."""

from alembic import op
from alembic.operations import Operations

from shared import idempotency, tasks
from shared.messaging import migrations as messaging

revision = "0001"
down_revision = None

_TABLES = (
    """create table rule (
        key text not null,
        valid_from date not null,
        valid_to date check (valid_to >= valid_from),
        value integer not null,
        source text not null,
        primary key (key, valid_from)
    )""",
    """create table topic (
        topic_id text not null check (topic_id ~ '^[a-z0-9-]{2,40}$'),
        valid_from date not null,
        valid_to date check (valid_to >= valid_from),
        name_da text not null,
        name_en text not null,
        minutes integer not null check (minutes between 5 and 480),
        forms text[] not null check (cardinality(forms) > 0 and forms <@ array['in_person', 'phone', 'video']),
        bring_da text not null,
        bring_en text not null,
        contact_groups text[] not null,
        self_bookable boolean not null,
        sort_order integer not null,
        primary key (topic_id, valid_from)
    )""",
    """create table place (
        form text not null check (form in ('in_person', 'phone', 'video')),
        valid_from date not null,
        valid_to date check (valid_to >= valid_from),
        place_da text not null,
        place_en text not null,
        primary key (form, valid_from)
    )""",
    "create table closing_day (day date primary key, name text not null)",
    """create table yearly_closing (
        month integer not null check (month between 1 and 12),
        day integer not null check (day between 1 and 31),
        valid_from date not null,
        valid_to date check (valid_to >= valid_from),
        name text not null,
        primary key (month, day, valid_from)
    )""",
    """create table resource (
        resource_no bigint generated always as identity primary key,
        kind text not null check (kind in ('adviser', 'citizen')),
        resource_id uuid not null,
        unique (kind, resource_id)
    )""",
    """create table citizen (
        citizen_id uuid primary key,
        citizen_no bigint not null unique references resource,
        contact_group text not null,
        language text not null,
        deregistered_on date,
        version integer not null
    )""",
    """create table adviser (
        adviser_id uuid primary key,
        adviser_no bigint not null unique references resource,
        team_id uuid not null,
        bookable boolean not null,
        version integer not null
    )""",
    """create table weekly_hours (
        adviser_no bigint not null references adviser (adviser_no),
        valid_from date not null,
        valid_to date check (valid_to >= valid_from),
        week json not null,
        primary key (adviser_no, valid_from),
        constraint one_week_at_a_time exclude using gist (
            int8range(adviser_no, adviser_no, '[]') with &&, daterange(valid_from, valid_to, '[]') with &&
        )
    )""",
    """create table absence (
        absence_id uuid primary key,
        adviser_no bigint not null references adviser (adviser_no),
        starts_at timestamptz not null,
        ends_at timestamptz not null check (ends_at > starts_at),
        reason text not null,
        said_by uuid,
        said_at timestamptz not null
    )""",
    "create index absence_of_adviser on absence (adviser_no, ends_at)",
    """create table exemption (
        exemption_id uuid primary key,
        citizen_id uuid not null,
        reason text not null,
        valid_from date not null,
        valid_to date check (valid_to >= valid_from),
        decided_by uuid not null,
        decided_at timestamptz not null,
        revoked_at timestamptz
    )""",
    "create index exemption_of_citizen on exemption (citizen_id, valid_from)",
    """create table hold (
        hold_id uuid primary key,
        citizen_no bigint not null references citizen (citizen_no),
        adviser_no bigint not null references adviser (adviser_no),
        topic_id text not null,
        starts_at timestamptz not null,
        form text not null,
        expires_at timestamptz not null
    )""",
    "create index hold_of_citizen on hold (citizen_no)",
    "create index hold_expiry on hold (expires_at)",
    """create table booking (
        booking_id uuid primary key,
        citizen_no bigint not null references citizen (citizen_no),
        adviser_no bigint not null references adviser (adviser_no),
        topic_id text not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null check (ends_at > starts_at),
        form text not null,
        note text not null check (length(note) <= 500),
        remind_2h boolean not null,
        state text not null check (state in ('booked', 'cancelled')),
        version integer not null,
        said_by text not null check (said_by in ('citizen', 'staff')),
        created_at timestamptz not null
    )""",
    "create index booking_of_citizen on booking (citizen_no, starts_at)",
    "create index booking_of_adviser on booking (adviser_no, starts_at)",
    """create table booking_history (
        booking_id uuid not null references booking,
        version integer not null,
        what text not null check (what in ('created', 'moved', 'cancelled')),
        adviser_no bigint not null,
        starts_at timestamptz not null,
        form text not null,
        reason text,
        said_by text not null,
        actor_id uuid,
        said_at timestamptz not null,
        primary key (booking_id, version)
    )""",
    # int8range stands in for plain equality, which needs the extension btree_gist that not every PostgreSQL has.
    """create table slot_claim (
        claim_no bigint generated always as identity primary key,
        resource_no bigint not null references resource,
        during tstzrange not null check (lower_inc(during) and not upper_inc(during) and not isempty(during)),
        state text not null check (state in ('held', 'booked', 'released')),
        citizen_no bigint not null,
        hold_id uuid,
        booking_id uuid references booking,
        held_until timestamptz,
        check (state <> 'held' or (hold_id is not null and held_until is not null)),
        check (state = 'held' or booking_id is not null),
        check (upper(during) - lower(during) <= interval '8 hours'),
        constraint no_two_at_once exclude using gist (
            int8range(resource_no, resource_no, '[]') with &&, during with &&
        ) where (state <> 'released')
    )""",
    "create index slot_claim_start on slot_claim (lower(during)) include (resource_no) where state <> 'released'",
    "create index slot_claim_of_booking on slot_claim (booking_id) where state = 'booked'",
    "create index slot_claim_of_hold on slot_claim (resource_no) where state = 'held'",
    "create index slot_claim_released on slot_claim (upper(during)) where state = 'released'",
    """create table offered_times (
        offer_no bigint generated always as identity primary key,
        citizen_id uuid not null,
        said_at timestamptz not null,
        topic_id text not null,
        adviser_id uuid,
        form text,
        part_of_day text,
        from_at timestamptz not null,
        until_at timestamptz not null,
        times integer not null,
        first_at timestamptz,
        said_by text not null
    )""",
    "create index offered_to_citizen on offered_times (citizen_id, said_at)",
    "create index offered_at on offered_times (said_at)",
)
_OURS = "Kommunens regel"
_RULES = {
    "hold.minutes": (5, _OURS),
    "booking.grid_minutes": (15, _OURS),
    "booking.min_notice_minutes": (60, _OURS),
    "booking.horizon_days": (60, _OURS),
    "rebooking.days_before": (1, "Kommunens regel; ombookingsperiode efter BEK om DFDG § 20"),
    "cancellation.minutes_before": (0, _OURS),
    "task.lead_hours": (24, _OURS),
    "retention.released_claims_days": (30, _OURS),
    "retention.offered_times_days": (1826, "Kommunens regel; bevis ved klage, jf. VEJ 10190 pkt. 2.12"),
    "retention.idempotency_days": (7, _OURS),
}
_RULES_SINCE = "2024-01-01"
_CV = ("Dit CV og de jobopslag, du vil tale om.", "Your CV and the job adverts you want to talk about.")
_PLAN = ("Dine notater om, hvad du har gjort siden sidst.", "Your notes on what you have done since last time.")
_NEW = ("Dit CV, hvis du har et, og din kalender.", "Your CV, if you have one, and your calendar.")
_NONE = ("Du behøver ikke tage noget med.", "You do not need to bring anything.")
_ALL_FORMS = ["in_person", "phone", "video"]
# id, Danish, English, minutes, forms, what to bring. The first meeting is held in person: LAB § 33, stk. 1.
_TOPICS = (
    ("contact-meeting", "Samtale om job og muligheder", "Talk about jobs and opportunities", 45, _ALL_FORMS, _CV),
    ("cv-help", "Hjælp til CV og ansøgning", "Help with CV and applications", 30, _ALL_FORMS, _CV),
    ("follow-up", "Opfølgning på din plan", "Follow-up on your plan", 30, _ALL_FORMS, _PLAN),
    ("first-meeting", "Første samtale", "First meeting", 60, ["in_person"], _NEW),
    ("other", "Noget andet", "Something else", 30, _ALL_FORMS, _NONE),
)
_PLACES = {
    "in_person": ("Nordby Kommune, Job og Uddannelse, Torvet 1", "Nordby Municipality, Jobs and Education, Torvet 1"),
    "phone": ("Vi ringer til dig", "We call you"),
    "video": ("Videomøde – du får et link", "Video meeting – you get a link"),
}
_YEARLY = ((6, 5, "Grundlovsdag"), (12, 24, "Juleaftensdag"), (12, 31, "Nytårsaftensdag"))


def upgrade() -> None:
    """Create everything and put the first rows in."""
    shared = Operations(op.get_context())
    messaging.create_v1(shared)
    idempotency.create_v1(shared)
    tasks.create_v1(shared)
    for statement in _TABLES:
        op.execute(statement)
    _rows("rule", [(key, _RULES_SINCE, None, value, source) for key, (value, source) in _RULES.items()])
    _rows(
        "topic",
        [
            (id_, _RULES_SINCE, None, da, en, minutes, forms, *bring, [], True, order)
            for order, (id_, da, en, minutes, forms, bring) in enumerate(_TOPICS)
        ],
    )
    _rows("place", [(form, _RULES_SINCE, None, da, en) for form, (da, en) in _PLACES.items()])
    _rows("yearly_closing", [(month, day, _RULES_SINCE, None, name) for month, day, name in _YEARLY])


def downgrade() -> None:
    """Not offered: meetings are never thrown away by a step back."""
    raise NotImplementedError("Restore a backup instead.")


def _rows(table: str, rows: list[tuple[object, ...]]) -> None:
    for row in rows:
        op.execute(f"insert into {table} values ({', '.join(map(_literal, row))})")  # noqa: S608 - constants above


def _literal(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool() | int():
            return str(value).lower()
        case list():
            return "array[" + ", ".join(map(_literal, value)) + "]::text[]"
        case _:
            return "'" + str(value).replace("'", "''") + "'"
