"""Every event, declared once, in a file named after the service that says it. Imports nobody."""

from shared.contracts import booking, notifications, people
from shared.contracts.event import Event, Topic

MODULES = (people, booking, notifications)
ALL: dict[str, type[Event]] = {
    found.type: found
    for module in MODULES
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Event) and found is not Event
}
TOPICS: dict[str, Topic] = {topic.name: topic for topic in (event.topic for event in ALL.values())}

__all__ = ["ALL", "TOPICS", "Event", "Topic"]
