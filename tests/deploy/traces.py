"""Finds traces of the demo's people in a text: names, addresses, numbers, and what they wrote."""

import re

from deploy.command.story import NOTE
from deploy.embedded import demo_people

_CPR = re.compile(r"(?<![0-9a-f-])\d{6}-?\d{4}(?![0-9a-f-])")
_WORDS = {
    NOTE,
    "borger.example",
    "+4570102",
    *(citizen.name for citizen in demo_people.CITIZENS),
    *(colleague.name for colleague in demo_people.STAFF),
}


def traces(text: str) -> set[str]:
    """Return what in a text could tell about whom it is."""
    return {word for word in _WORDS if word in text} | set(_CPR.findall(text))
