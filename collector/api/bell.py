"""Wakes the open streams from the thread that commits, and lets them end when the office does."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

MOST_LISTENERS = 200
"""Streams at a time: a page that reconnects in a loop must not eat the office's connections."""
PAUSE = 0.2
"""Seconds between two looks of one stream at the ledger: commits in between are one wake-up."""
PAUSE_EACH = 0.005
"""Seconds that each open stream adds to that pause: 200 of them look 200 times a second together, not 1,000."""


class Bell:
    """Everyone who listens to the ledger through an open stream."""

    def __init__(self, listen: Callable[[Callable[[], None]], None]) -> None:
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self.closed = False
        listen(self.ring)

    @property
    def full(self) -> bool:
        """Whether no further stream may be opened."""
        return len(self._listeners) >= MOST_LISTENERS

    @property
    def pause(self) -> float:
        """Seconds that a stream waits before it looks again."""
        return max(PAUSE, PAUSE_EACH * len(self._listeners))

    def ring(self) -> None:
        """Wake every stream. From any thread."""
        for woken, loop in self._listeners.copy().items():
            # An event that is set already will be cleared before the next look, so nothing is missed.
            if not woken.is_set():
                with suppress(RuntimeError):  # that loop has ended
                    loop.call_soon_threadsafe(woken.set)

    def close(self) -> None:
        """Let every stream end."""
        self.closed = True
        self.ring()

    @contextmanager
    def listener(self) -> Iterator[asyncio.Event]:
        """An event of the running loop that is set at every ring."""
        woken = asyncio.Event()
        self._listeners[woken] = asyncio.get_running_loop()
        try:
            yield woken
        finally:
            del self._listeners[woken]
