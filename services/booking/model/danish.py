"""Days and times in Danish words, for the sentences that staff read."""

from datetime import datetime

from shared.clock import local

_WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
_MONTHS = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)


def day_and_time(moment: datetime) -> str:
    """Return e.g. `tirsdag den 24. november kl. 10.30`, in Copenhagen."""
    there = local(moment)
    weekday, month = _WEEKDAYS[there.weekday()], _MONTHS[there.month - 1]
    return f"{weekday} den {there.day}. {month} kl. {there:%H.%M}"
