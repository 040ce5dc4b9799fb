"""Offers a store the lines of a batch; says what is to be set aside of it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from collector.ledger import Aside, Ledger, aside, measured, retention, ties
from collector.ledger.measured import Batch, Measured
from collector.ledger.rows import moment
from collector.series.lengths import DAY_MS
from collector.series.remote.answers import LONG_PAUSE, Unwilling
from collector.series.remote.lines import line, probe
from collector.series.remote.settling import Sample
from collector.series.remote.sifting import LINES, Sieve
from collector.series.remote.store import RemoteStore
from kadian.errors import KadianError


class Offered(NamedTuple):
    """What is to be set aside, in the ledger's order, and a point of the last request; None: nothing was taken."""

    refused: list[Aside]
    sample: Sample | None


class Offering:
    """Any number of times the same: a line that is written twice is one point.

    Args:
        backend: the store's name.
        store: what is written.
        ledger: tells ties, and what time it is by the gates' clocks.
        site: the neighbourhood.
        now_ms: the wall clock, milliseconds since 1970.
    """

    def __init__(self, backend: str, store: RemoteStore, ledger: Ledger, site: str, now_ms: Callable[[], int]) -> None:
        self._backend = backend
        self._store = store
        self._ledger = ledger
        self._site = site
        self._now_ms = now_ms
        self._sieve = Sieve(store, lambda: probe(now_ms()), self._newest)

    def try_out(self) -> None:
        """Write a line that nothing can be wrong with.

        Raises:
            Unwilling: the store cannot be reached, or does not take it.
        """
        self._sieve.try_out()

    def offer(self, batch: Batch) -> Offered:
        """Write all lines that the store takes.

        Raises:
            Unwilling: it takes nothing, or not now. Some may have been written.
        """
        lanes = self._lanes(batch.behind, batch.last)
        latest, believed_ms = self._store.furthest_ms(), 0
        good: list[Measured] = []
        bad: list[Aside] = []
        for row in batch.rows:
            if lanes.get(row.position, 0) >= ties.MOST_TIES:
                bad.append(self._aside([row], f"more than {ties.MOST_TIES} of one gate in one millisecond"))
            elif latest is not None and row.at_ms > latest:
                believed_ms = believed_ms or self._believed_ms()
                if row.at_ms <= believed_ms + DAY_MS:
                    # It is the store's clock that is behind, as the gates' right clocks say, or ours.
                    clock = moment(latest - DAY_MS).isoformat(timespec="seconds")
                    raise Unwilling(KadianError("K0356", self._store.url, clock=clock), LONG_PAUSE)
                bad.append(self._aside([row], "in the future: the store would drop it without a word"))
            else:
                good.append(row)
        for one in reversed(self._sieve.sift([self._line(row, lanes) for row in good])):
            bad.append(self._aside(good[one.start : one.end], one.why))
            del good[one.start : one.end]
        bad.sort(key=lambda one: one.position)
        # A kill loses first what was written last.
        newest = max(good[-LINES:], key=lambda row: row.at_ms, default=None)
        return Offered(bad, newest and Sample(newest.gate, newest.at_ms))

    def _believed_ms(self) -> int:
        with self._ledger.read() as connection:
            return max(self._now_ms(), retention.witnessed_ms(connection) or 0)

    def _newest(self) -> str | None:
        """The line of the screening that was measured last."""
        until_ms = self._believed_ms()
        with self._ledger.read() as connection:
            row = measured.newest(connection, until_ms)
        return row and self._line(row, self._lanes(row.position - 1, row.position))

    def _lanes(self, behind: int, last: int) -> dict[int, int]:
        if not self._store.lanes:
            return {}
        with self._ledger.read() as connection:
            return ties.ranks(connection, behind, last)

    def _line(self, row: Measured, lanes: dict[int, int]) -> str:
        return line(self._site, row, lanes.get(row.position, 0))

    def _aside(self, rows: Sequence[Measured], why: str) -> Aside:
        return aside.of(self._backend, rows, why, self._now_ms())
