"""Notices that the wall clock was set, by a clock that nobody sets."""

from collections.abc import Callable

SET_MS = 2_000
"""A clock that is set by less is a clock that is kept right."""


class WallClock:
    """For one thread.

    Args:
        now_ms: the wall clock, milliseconds since 1970.
        monotonic: seconds.
    """

    def __init__(self, now_ms: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._apart_ms = self._apart()

    def set_by_ms(self) -> int:
        """By how many milliseconds it was set since this was last asked, or since the beginning; 0: it was not."""
        apart_ms = self._apart()
        moved_ms = apart_ms - self._apart_ms
        if abs(moved_ms) < SET_MS:
            return 0
        self._apart_ms = apart_ms
        return moved_ms

    def _apart(self) -> int:
        return self._now_ms() - round(self._monotonic() * 1000)
