"""Waiting: rising, with some chance in it, and never longer than until one is told to stop."""

import asyncio
import random
from contextlib import suppress


class Backoff:
    """Doubles from `first` to `most` seconds; each wait is between half and the whole of that."""

    def __init__(self, *, first: float, most: float) -> None:
        self._first, self._most = first, most
        self._next = first

    def next(self) -> float:
        """Return the seconds to wait now, and double what comes after."""
        now, self._next = self._next, min(self._next * 2, self._most)
        # Chance only spreads the load of many processes that wait for one server; nothing is decided by it.
        return now * random.uniform(0.5, 1)  # noqa: S311  (no secret depends on it)

    def reset(self) -> None:
        """Begin again with `first`: what was waited for has worked."""
        self._next = self._first


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but return at once when told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
