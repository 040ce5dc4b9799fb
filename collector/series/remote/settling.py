"""Which writes a store may still lose, though it has said that it took them. Pure.

VictoriaMetrics answers 204 while points are in memory alone. Version 1.79 lost what had arrived up to eight seconds
before a kill -9, and nothing that had arrived eleven seconds before.
"""

from collections import deque
from typing import NamedTuple

CHECK_SECONDS = 20.0
"""How often a store is asked whether it is still the same process."""


class News(NamedTuple):
    """`settled`: the position up to which all is safe now, None for no news; `again`: write what is behind it again."""

    settled: int | None
    again: bool


class Settling:
    """Remembers the writes of the last `seconds`, and when the store was last known to be the same process.

    `seconds` 0: a write that was answered is safe, and nothing is remembered.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._taken: deque[tuple[float, int]] = deque()
        self._asked: float | None = None
        self._started: float | None = None
        self._away = False

    def taken(self, now: float, behind: int, last: int) -> None:
        """The store took what stands behind the position `behind` up to `last`, at `now` (monotonic seconds)."""
        if not self._seconds:
            return
        if self._taken and behind < self._taken[-1][1]:
            self._taken.clear()  # someone began anew
        self._taken.append((now, last))

    def away(self) -> None:
        """The store could not be reached, so it may have been killed: ask before the next write."""
        self._away = True

    def due(self, now: float) -> bool:
        """Whether to ask the store for its start now, before the next write."""
        return bool(self._seconds) and (self._away or self._asked is None or now - self._asked >= CHECK_SECONDS)

    def checked(self, now: float, started: float | None) -> News:
        """What follows from the store's start being `started` (None: it does not say).

        At our own start nobody knows what the store was asked before, so that counts as a start of the store.
        """
        again = self._asked is None or started != self._started or (self._away and started is None)
        self._asked, self._started, self._away = now, started, False
        if again:
            self._taken.clear()
            return News(None, again=True)
        settled = None
        while self._taken and now - self._taken[0][0] >= self._seconds:
            settled = self._taken.popleft()[1]
        return News(settled, again=False)
