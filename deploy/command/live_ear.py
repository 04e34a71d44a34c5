"""Listens to a page's live stream in the background, as an open browser tab would."""

import threading
import time

import httpx2

from deploy.command.visitor import StoryBroken


class LiveEar:
    """Hears server-sent events of one address until it is closed."""

    def __init__(self, address: str, cookies: httpx2.Cookies) -> None:
        self._address, self._cookies = address, cookies
        self._heard: list[tuple[float, str]] = []
        self._open = threading.Event()
        self._client = httpx2.Client(cookies=cookies, timeout=httpx2.Timeout(5, read=None))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        if not self._open.wait(5):
            raise StoryBroken(f"the live stream {address} did not open")

    def _listen(self) -> None:
        try:
            with self._client.stream("GET", self._address, headers={"Accept": "text/event-stream"}) as answer:
                if answer.status_code == 200:
                    self._open.set()
                for line in answer.iter_lines():
                    if line.startswith("event:"):
                        self._heard.append((time.monotonic(), line.partition(":")[2].strip()))
        except httpx2.HTTPError:
            return

    def wait(self, event: str, since: float, seconds: float) -> float:
        """Seconds from `since` until the event was heard. Raises StoryBroken when it is not heard in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for moment, name in self._heard:
                if name == event and moment >= since:
                    return moment - since
            time.sleep(0.02)
        raise StoryBroken(f"the open page was not told “{event}” within {seconds:.0f} s")

    def close(self) -> None:
        """Close the tab."""
        self._client.close()
