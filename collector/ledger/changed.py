"""The bell that rings after every commit."""

from collections.abc import Callable
from threading import Condition

import structlog

log = structlog.get_logger(__name__)


class Changed:
    """Counts commits and wakes whoever waits for one. For any number of threads."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._version = 0
        self._callbacks: tuple[Callable[[], None], ...] = ()

    @property
    def version(self) -> int:
        """How often `notify` was called."""
        return self._version

    def notify(self) -> None:
        """Wake all that wait, and call the listeners from this thread."""
        with self._condition:
            self._version += 1
            self._condition.notify_all()
            callbacks = self._callbacks
        for callback in callbacks:
            try:
                callback()
            except Exception:
                # A listener's fault (an event loop that is closing) must not fail what is already committed.
                log.exception("listener_failed")

    def wait(self, seen: int, timeout: float) -> int:
        """Block until the version differs from `seen`, or for `timeout` seconds; returns the version."""
        with self._condition:
            self._condition.wait_for(lambda: self._version != seen, timeout)
            return self._version

    def listen(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each commit, from the committing thread: it must be quick."""
        with self._condition:
            self._callbacks = (*self._callbacks, callback)
