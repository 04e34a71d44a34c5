"""The answers given so far in a booking. They live in the login on the server, never in the browser."""

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from services.gateway.clients.booking import Chosen, read_code
from services.gateway.web.visit import Visit

NAME = "booking"


@dataclass
class Draft:
    """One unfinished booking. `time` is the code of the chosen time (see FreeTime.code)."""

    topic: str = ""
    note: str = ""
    part_of_day: str = ""
    form: str = ""
    adviser: str = ""
    time: str = ""
    places: dict[str, list[str]] = field(default_factory=dict)  # form -> its place in Danish and English
    hold_id: str = ""
    held_until: str = ""
    remind_2h: bool | None = None
    key: str = ""
    lost: str = ""
    alternatives: list[dict[str, Any]] = field(default_factory=list)

    @property
    def chosen(self) -> Chosen | None:
        return read_code(self.time)

    def is_held(self, now: datetime) -> bool:
        """Say whether the chosen time is still kept for the citizen."""
        return bool(self.hold_id) and datetime.fromisoformat(self.held_until) > now

    def forget_time(self) -> None:
        """Drop the chosen time; every other answer stays."""
        self.time, self.hold_id, self.held_until = "", "", ""


def read(visit: Visit) -> Draft:
    """Return the draft of this login; an empty one when there is none, or when an older version of us wrote it."""
    told = visit.data.get(NAME) or {}
    known = {one.name for one in fields(Draft)}
    return Draft(**{name: value for name, value in told.items() if name in known})


def keep(visit: Visit, draft: Draft) -> None:
    """Remember the answers."""
    visit.put(NAME, asdict(draft))


def throw_away(visit: Visit) -> None:
    """Forget the answers: the booking is made or given up."""
    visit.drop(NAME)
