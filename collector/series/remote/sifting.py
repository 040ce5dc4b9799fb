"""Gets all good lines of a batch into a store that refuses a whole batch for one bad line."""

from collections.abc import Callable, Sequence
from typing import Protocol

from collector.series.remote.answers import LONG_PAUSE, LinesRefused, TooMuchAtOnce, Unwilling
from kadian.errors import KadianError


class Writes(Protocol):
    """Takes lines; see `writing.Writer`."""

    @property
    def url(self) -> str:
        """For people."""

    def write(self, lines: Sequence[str]) -> None:
        """Write lines in one request."""


def sift(store: Writes, lines: Sequence[str], good: Callable[[], str]) -> dict[int, str]:
    """Write `lines`, halving what is refused until each bad line stands alone.

    A line that is written twice on the way is one point. One bad line of n costs about 2 log2(n) requests.

    Args:
        store: where to.
        lines: the batch.
        good: makes a line that nothing can be wrong with. A line is bad only if the store takes that one.

    Returns:
        The bad lines, as index → the store's words.

    Raises:
        Unwilling: the store does not take anything, or not now. Some of the lines may have been written.
    """
    bad: dict[int, str] = {}
    takes_some = False
    waiting = [(0, len(lines))]
    while waiting:
        start, end = waiting.pop()
        try:
            store.write(lines[start:end])
            takes_some = True
        except (LinesRefused, TooMuchAtOnce) as refused:
            if end - start > 1:
                middle = (start + end) // 2
                waiting += [(middle, end), (start, middle)]
                continue
            if not takes_some:
                _takes(store, good(), refused)
                takes_some = True
            bad[start] = str(refused)
    return bad


def _takes(store: Writes, line: str, why: Exception) -> None:
    try:
        store.write([line])
    except (LinesRefused, TooMuchAtOnce) as refused:
        raise Unwilling(KadianError("K0367", store.url, why=str(why)), LONG_PAUSE) from refused
