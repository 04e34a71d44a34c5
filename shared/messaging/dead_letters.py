"""What could not be handled: kept with its reason until a person has it replayed or dropped.

Invariant: the row is written in the transaction that marks the message as heard, so that nothing is lost between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from shared.clock import Clock
from shared.database import Session
from shared.errors import NotFound, Refused
from shared.messaging.envelope import KEY_BYTES, Envelope, Position
from shared.messaging.tables import dead_letter, parked

BODY_BYTES = 65_536
_HEADERS, _HEADER_CHARACTERS, _TYPE_CHARACTERS, _EXPLANATION_CHARACTERS = 50, 1_000, 200, 500
_columns = dead_letter.c
_blocked = text(
    """with wanted as (select * from unnest(cast(:topics as text[]), cast(:keys as bytea[])) as wanted (topic, key))
    select topic, key from dead_letter join wanted using (topic, key)
        where consumer = :consumer and blocks and resolved_at is null
    union select topic, key from parked join wanted using (topic, key) where consumer = :consumer"""
)


class AlreadyResolved(Refused):
    """The dead letter was replayed or dropped before."""

    slug = "dead-letter-resolved"
    message = "Beskeden er allerede behandlet."


class BodyCut(Refused):
    """Only the beginning of the body was kept, so there is nothing whole to handle again."""

    slug = "dead-letter-cut"
    message = "Kun begyndelsen af beskeden er gemt. Den kan ikke behandles igen, kun kasseres."


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message with the reason why it cannot be handled. `blocks`: its key waits for it."""

    position: Position
    key: bytes | None
    body: bytes | None
    headers: Mapping[str, str]
    reason: str
    explanation: str
    blocks: bool = False
    event_id: UUID | None = None
    type: str | None = None
    time: datetime | None = None
    in_inbox: bool = False

    @classmethod
    def of(cls, envelope: Envelope, reason: str, explanation: str, *, blocks: bool, in_inbox: bool) -> "SetAside":
        """Set aside an event whose envelope could be read. Its body is kept whole when it was accepted as ours."""
        return cls(
            position=envelope.position,
            key=envelope.key,
            body=envelope.body,
            headers=envelope.headers,
            reason=reason,
            explanation=explanation,
            blocks=blocks,
            event_id=envelope.event_id,
            type=envelope.type,
            time=envelope.time,
            in_inbox=in_inbox,
        )


async def add(session: Session, clock: Clock, consumer: str, message: SetAside) -> UUID:
    """Keep a message that cannot be handled, and return its id; the same one again only counts up."""
    body = message.body
    if body is not None and not message.in_inbox:
        body = body[:BODY_BYTES]
    now, place = clock.now(), message.position
    statement = insert(dead_letter).values(
        dead_letter_id=clock.new_id(),
        consumer=consumer,
        topic=place.topic,
        partition=place.partition,
        offset=place.offset,
        recorded_at=place.recorded_at,
        # One byte more than is handled: what was too long stays so, also in a replay.
        key=None if message.key is None else message.key[: KEY_BYTES + 1],
        event_id=message.event_id,
        type=None if message.type is None else _kept(message.type, _TYPE_CHARACTERS),
        time=message.time,
        headers=_kept_headers(message.headers),
        body=body,
        body_bytes=len(message.body or b""),
        reason=message.reason,
        explanation=_kept(message.explanation, _EXPLANATION_CHARACTERS),
        blocks=message.blocks and message.key is not None and len(message.key) <= KEY_BYTES,
        in_inbox=message.in_inbox,
        state="open",
        attempts=1,
        first_seen=now,
        last_seen=now,
    )
    counted = statement.on_conflict_do_update(
        index_elements=["consumer", "topic", "partition", "offset", "recorded_at"],
        set_={"last_seen": now, "attempts": _columns.attempts + 1},
    )
    kept: UUID = await session.scalar(counted.returning(_columns.dead_letter_id))
    return kept


async def blocked_keys(session: Session, consumer: str, keys: set[tuple[str, bytes]]) -> set[tuple[str, bytes]]:
    """Return those (topic, key) that wait for a dead letter, or for events parked behind one."""
    if not keys:
        return set()
    topics, wanted = [topic for topic, _ in keys], [key for _, key in keys]
    found = await session.execute(_blocked, {"consumer": consumer, "topics": topics, "keys": wanted})
    return {(row["topic"], bytes(row["key"])) for row in found.mappings()}


async def page(session: Session, *, resolved: bool, limit: int, after: UUID | None = None) -> list[RowMapping]:
    """Return dead letters, newest first, with how many events are parked behind each; bodies are left out."""
    behind = (
        select(func.count())
        .where(parked.c.consumer == _columns.consumer, parked.c.topic == _columns.topic, parked.c.key == _columns.key)
        .scalar_subquery()
    )
    shown = [column for column in _columns if column.name not in ("body", "headers")]
    statement = select(*shown, behind.label("parked")).order_by(_columns.dead_letter_id.desc()).limit(limit)
    if not resolved:
        statement = statement.where(_columns.resolved_at.is_(None))
    if after is not None:
        statement = statement.where(_columns.dead_letter_id < after)
    return list((await session.execute(statement)).mappings())


async def get(session: Session, dead_letter_id: UUID, *, lock: bool = False) -> RowMapping:
    """Return one dead letter whole. Raises NotFound."""
    statement = select(dead_letter).where(_columns.dead_letter_id == dead_letter_id)
    if lock:
        statement = statement.with_for_update()
    found = (await session.execute(statement)).mappings().first()
    if found is None:
        raise NotFound
    return found


async def ask_replay(session: Session, clock: Clock, dead_letter_id: UUID) -> None:
    """Ask the worker to handle it again, and then what is parked behind it.

    Raises NotFound, AlreadyResolved, BodyCut.
    """
    found = await get(session, dead_letter_id, lock=True)
    if found["resolved_at"] is not None:
        raise AlreadyResolved
    if found["body_bytes"] > len(found["body"] or b""):
        raise BodyCut
    await session.execute(
        update(dead_letter)
        .where(_columns.dead_letter_id == dead_letter_id)
        .values(state="replay", retry_at=clock.now())
    )


async def drop(session: Session, clock: Clock, dead_letter_id: UUID, reason: str, by: UUID | None) -> None:
    """Give it up, with the reason of who decided; what is parked behind it goes on.

    Raises NotFound, AlreadyResolved.
    """
    found = await get(session, dead_letter_id, lock=True)
    if found["resolved_at"] is not None:
        raise AlreadyResolved
    await resolve(session, clock, dead_letter_id, "dropped", reason, by)


async def resolve(
    session: Session, clock: Clock, dead_letter_id: UUID, state: str, resolution: str, by: UUID | None = None
) -> None:
    """Close a dead letter as `replayed` or `dropped`."""
    await session.execute(
        update(dead_letter)
        .where(_columns.dead_letter_id == dead_letter_id)
        .values(
            state=state,
            resolved_at=clock.now(),
            resolved_by=by,
            resolution=_kept(resolution, _EXPLANATION_CHARACTERS),
            retry_at=None,
        )
    )


async def counts(session: Session) -> tuple[int, int]:
    """Return (open dead letters, parked events)."""
    found = await session.execute(
        select(
            select(func.count()).select_from(dead_letter).where(_columns.resolved_at.is_(None)).label("dead"),
            select(func.count()).select_from(parked).label("parked"),
        )
    )
    row = found.mappings().one()
    return row["dead"], row["parked"]


def _kept(words: str, most: int) -> str:
    """Return text that PostgreSQL can keep, no longer than `most` characters."""
    return words.replace("\0", "�")[:most]


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return at most 50 headers, each cut to 1 000 characters: a foreign sender may have filled them."""
    first = list(headers.items())[:_HEADERS]
    return {_kept(name, _HEADER_CHARACTERS): _kept(value, _HEADER_CHARACTERS) for name, value in first}
