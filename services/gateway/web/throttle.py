"""How often somebody may ask: a sliding minute, in the memory of this process.

It slows guessing and runaway scripts down. Floods are the ingress's business.
"""

from collections import OrderedDict, deque

_REMEMBERED = 20_000
_MINUTE = 60.0


class Throttle:
    """Counts the calls of each (what, who) in the last minute; the longest unseen are forgotten first."""

    def __init__(self) -> None:
        self._calls: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def allows(self, what: str, who: str, at_most: int, now: float) -> bool:
        """Count one call at `now` (seconds) and say whether it is within `at_most` a minute."""
        calls = self._calls.pop((what, who), None) or deque()
        while calls and calls[0] <= now - _MINUTE:
            calls.popleft()
        allowed = len(calls) < at_most
        if allowed:
            calls.append(now)
        self._calls[what, who] = calls
        while len(self._calls) > _REMEMBERED:
            self._calls.popitem(last=False)
        return allowed
