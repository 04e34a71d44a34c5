"""Topics and free times."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.booking.api.answers import answer, topic_answer
from services.booking.api.bodies import EVERYONE, Day, Moment, TopicId, actor, concerned
from services.booking.model.free_times import PartOfDay
from services.booking.model.week import Form
from services.booking.use_cases import find_times, look_up
from shared.clock import at_local
from shared.http import Now, Tx
from shared.identity import Who, allow

router = APIRouter(tags=["free times"])


@router.get("/topics", dependencies=[allow(*EVERYONE, "service")])
async def topics(session: Tx, clock: Now, who: Who) -> Response:
    """List the topics of today: for a citizen, those the citizen may book."""
    citizen_id = concerned(who, None) if who.role == "citizen" else None
    found = await look_up.topics(session, clock, citizen_id)
    return answer({"topics": [topic_answer(topic) for topic in found]})


@router.get("/free-times", dependencies=[allow(*EVERYONE)])
async def free_times(
    session: Tx,
    clock: Now,
    who: Who,
    topic: Annotated[TopicId, Query()],
    adviser: UUID | None = None,
    form: Form | None = None,
    since: Annotated[Day | Moment | None, Query(alias="from", description="a Danish day, or a moment")] = None,
    part_of_day: PartOfDay | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    citizen: Annotated[UUID | None, Query(description="for whom, when staff search")] = None,
    moving: Annotated[UUID | None, Query(description="the meeting to be moved, whose own time is let go")] = None,
    each_adviser: Annotated[bool, Query(description="every adviser's times, not one per start")] = False,
) -> Response:
    """Find the earliest free times. What is shown to whom is kept as evidence."""
    someone = moving is not None or citizen is not None or who.citizen_id is not None or who.role == "citizen"
    search = find_times.Search(
        topic_id=topic,
        said_by=actor(who).said_by,
        citizen_id=concerned(who, citizen) if someone else None,
        adviser_id=adviser,
        form=form,
        part_of_day=part_of_day,
        since=_start(since),
        limit=limit,
        each_adviser=each_adviser,
        moving=moving,
    )
    found = await find_times.find_free_times(session, clock.now(), search)
    return answer({"times": [found.facts.shown(free) for free in found.times]})


def _start(since: date | datetime | None) -> datetime | None:
    return at_local(since, time(0)) if isinstance(since, date) and not isinstance(since, datetime) else since
