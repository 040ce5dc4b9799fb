"""Which writes a store may still lose, though it has said that it took them. Pure.

VictoriaMetrics answers 204 while points are in memory alone. Version 1.79 lost what had arrived up to eight seconds
before a kill -9, and nothing that had arrived eleven seconds before.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

CHECK_SECONDS = 20.0
"""How often a store is asked whether it is still the same process."""


class Sample(NamedTuple):
    """One point of a write: the gate, and its time in milliseconds since 1970."""

    gate: str
    at_ms: int


class News(NamedTuple):
    """`settled`: the position up to which all is safe now, None for no news; `again`: write what is behind it again."""

    settled: int | None
    again: bool


class Settling:
    """Remembers the writes of the last `seconds`, and when the store was last known to be the same process.

    Where it does not say when it started, one point of each write is looked for instead before that is settled.

    `seconds` 0: a write that was answered is safe, and nothing is remembered.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._taken: deque[tuple[float, int, Sample | None]] = deque()
        self._asked: float | None = None
        self._started: float | None = None
        self._away = False
        self._last = 0
        self._looked_for = 0

    def taken(self, now: float, behind: int, last: int, sample: Sample | None = None) -> None:
        """The store took what stands behind the position `behind` up to `last`, at `now` (monotonic seconds).

        `sample`: a point of what was written last, since a kill loses the last first; None: nothing was written.
        """
        if not self._seconds:
            return
        if self._taken and behind < self._taken[-1][1]:
            self._taken.clear()  # someone began anew
        self._taken.append((now, last, sample))
        self._last = last

    def forget(self) -> None:
        """The store was emptied: what was taken before says nothing of it."""
        self._taken.clear()
        self._looked_for = 0

    def away(self) -> None:
        """The store could not be reached, so it may have been killed: ask before the next write."""
        self._away = True

    def due(self, now: float) -> bool:
        """Whether to ask the store for its start now, before the next write."""
        return bool(self._seconds) and (self._away or self._asked is None or now - self._asked >= CHECK_SECONDS)

    def checked(self, now: float, started: float | None, has: Callable[[Sample], bool]) -> News:
        """What follows from the store's start being `started` (None: it does not say).

        At our own start nobody knows what the store was asked before, so that counts as a start of the store.

        Args:
            now: monotonic seconds.
            started: a number that is another one after each start.
            has: whether a point is there; asked where the store does not say when it started.
        """
        again = self._asked is None or started != self._started or (self._away and started is None)
        self._asked, self._started, self._away = now, started, False
        settled = None
        while not again and self._taken and now - self._taken[0][0] >= self._seconds:
            _, last, sample = self._taken[0]
            # What was written again once for a missing point is not looked for twice: a store may drop a point that is
            # older than it keeps any.
            if started is None and sample and last > self._looked_for and not has(sample):
                again, self._looked_for = True, self._last
                break
            settled = last
            self._taken.popleft()
        if again:
            self._taken.clear()
        return News(settled, again)
