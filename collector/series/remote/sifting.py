"""Gets all good lines of a batch into a store that refuses a whole batch for one bad line."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from collector.series.remote.answers import LONG_PAUSE, LinesRefused, TooMuchAtOnce, Unwilling
from kadian.errors import KadianError

LINES = 5000
"""A request; more make InfluxDB no faster, by its own pages on writing."""
RUN = 64
"""So many lines refused in a row are a stretch (older than a bucket keeps anything, say), or the store refuses all."""


class Writes(Protocol):
    """Takes lines; see `writing.Writer`."""

    @property
    def url(self) -> str:
        """For people."""

    def write(self, lines: Sequence[str]) -> None:
        """Write lines in one request."""


class Refused(NamedTuple):
    """Lines that the store does not take: `start` up to before `end`, in its words."""

    start: int
    end: int
    why: str


class Sieve:
    """Remembers from batch to batch how many lines in a row were refused.

    Args:
        store: where to.
        probe: makes a line that nothing can be wrong with. A line is bad only if the store takes that one.
        newest: gives the line of the newest screening, None if there is none. If that is refused after `RUN` others
            in a row, the store is at fault and no line.
    """

    def __init__(self, store: Writes, probe: Callable[[], str], newest: Callable[[], str | None]) -> None:
        self._store = store
        self._probe = probe
        self._newest = newest
        self._in_a_row = 0

    def try_out(self) -> None:
        """Write the line that nothing can be wrong with.

        Raises:
            Unwilling: the store does not take it, or not now.
        """
        self._must_take_probe("a test line")

    def sift(self, lines: Sequence[str]) -> list[Refused]:
        """Write `lines`, halving what is refused until each bad line stands alone.

        A line that is written twice on the way is one point. One bad line of n costs about 2 log2(n) requests. Behind
        `RUN` of them in a row longer and longer strides are made, and all between two lines that are refused is taken
        for refused: the store has told nothing else of hundreds of lines before.

        Returns:
            The bad lines in order; those that follow each other and are refused for the same reason, as one.

        Raises:
            Unwilling: the store does not take anything, or not now. Some of the lines may have been written.
        """
        bad: list[Refused] = []
        takes_some = False
        waiting = _requests(0, len(lines))
        while waiting:
            start, end = waiting.pop()
            why = self._refusal(lines[start:end])
            if why is None:
                takes_some, self._in_a_row = True, 0
            elif end - start > 1:
                middle = (start + end) // 2
                waiting += [(middle, end), (start, middle)]
            else:
                if not takes_some:
                    self._must_take_probe(why)
                    takes_some = True
                self._in_a_row += 1
                until = end
                if self._in_a_row >= RUN and end < len(lines):
                    until = self._end_of_stretch(lines, start, why)
                    waiting = _requests(until, len(lines))
                elif self._in_a_row >= RUN:
                    self._must_take_newest(why)
                _join(bad, Refused(start, until, why))
        return bad

    def _end_of_stretch(self, lines: Sequence[str], refused: int, why: str) -> int:
        """Where lines are taken again behind `refused`, the index of one that is not."""
        self._must_take_newest(why)
        stride = RUN
        while refused < len(lines) - 1:
            taken = min(refused + stride, len(lines) - 1)
            if self._refusal([lines[taken]]) is None:
                while taken - refused > 1:
                    middle = (refused + taken) // 2
                    if self._refusal([lines[middle]]) is None:
                        taken = middle
                    else:
                        refused = middle
                return taken
            self._in_a_row += taken - refused
            refused, stride = taken, stride * 2
        return len(lines)

    def _refusal(self, lines: Sequence[str]) -> str | None:
        """The store's words; None: it has taken them."""
        try:
            self._store.write(lines)
        except (LinesRefused, TooMuchAtOnce) as refused:
            return str(refused)
        return None

    def _must_take_probe(self, why: str) -> None:
        self._must_take(self._probe(), KadianError("K0367", self._store.url, why=why))

    def _must_take_newest(self, why: str) -> None:
        newest = self._newest()
        if newest is not None:
            self._must_take(newest, KadianError("K0355", self._store.url, count=str(self._in_a_row), why=why))

    def _must_take(self, line: str, trouble: KadianError) -> None:
        if self._refusal([line]) is not None:
            raise Unwilling(trouble, LONG_PAUSE)


def _requests(start: int, end: int) -> list[tuple[int, int]]:
    """The last one first."""
    return [(begin, min(begin + LINES, end)) for begin in range(start, end, LINES)][::-1]


def _join(bad: list[Refused], one: Refused) -> None:
    if bad and bad[-1].end == one.start and bad[-1].why == one.why:
        one = Refused(bad.pop().start, one.end, one.why)
    bad.append(one)
