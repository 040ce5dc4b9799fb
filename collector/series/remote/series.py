"""A series store on another machine, as the rest of the office sees one."""

import threading
from collections.abc import Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

import structlog

from collector.ledger import Aside, Ledger, aside, cursors, ties
from collector.ledger.follower import NotNow
from collector.ledger.measured import Batch, Measured
from collector.series.open import cursor_of
from collector.series.remote.answers import Unwilling
from collector.series.remote.lines import line, probe
from collector.series.remote.samples import charted
from collector.series.remote.settling import Settling
from collector.series.remote.sifting import sift
from collector.series.remote.store import RemoteStore
from collector.series.steps import steps_of
from collector.series.store import Bucket
from kadian.errors import KadianError

log = structlog.get_logger(__name__)

LINES = 5000
"""A request; more make InfluxDB no faster, by its own pages on writing."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds between two tries, unless the store or the case says otherwise."""


class RemoteSeries:
    """Writes what the ledger holds to a store, and moves the cursor once the store has said that it took it.

    Whatever happens in between, the same is written again: a line that is written twice is one point. A bad line is
    set aside with the store's words, and the others go on without it.

    Args:
        name: of the back-end.
        store: what is written and read.
        ledger: what is followed.
        site: the neighbourhood.
        zone: the site's, whose days the days are.
        now_ms: the wall clock, milliseconds since 1970.
        monotonic: seconds.
    """

    def __init__(
        self,
        name: str,
        store: RemoteStore,
        *,
        ledger: Ledger,
        site: str,
        zone: ZoneInfo,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self._name = name
        self._cursor = cursor_of(name)
        self._settled = f"{self._cursor}.settled"
        self._store = store
        self._ledger = ledger
        self._site = site
        self._zone = zone
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._settling = Settling(store.settle_seconds)
        self._one = threading.Lock()
        self._pause = 0.0
        self._trouble: KadianError | None = None

    @property
    def trouble(self) -> KadianError | None:
        """Why nothing is taken at present; None when all is well."""
        return self._trouble

    def position(self) -> int:
        """The ledger's position up to which everything is in the store or set aside."""
        with self._ledger.read() as connection:
            return cursors.get(connection, self._cursor)

    def write(self, batch: Batch) -> None:
        """Write a batch and move the cursor behind it.

        Raises:
            NotNow: the store cannot take it, with the seconds after which to try again.
        """
        with self._one:
            try:
                self._look_for_a_restart(batch)
                bad = list(self._written(batch))
            except Unwilling as unwilling:
                raise self._later(unwilling) from unwilling
            with self._ledger.begin() as connection:
                if not cursors.move(connection, self._cursor, batch.behind, batch.last):
                    return
                aside.put(connection, bad)
            self._settling.taken(self._monotonic(), batch.behind, batch.last)
            if bad:
                log.warning("series_lines_refused", backend=self._name, count=len(bad), reason=bad[0].reason)
            if self._trouble is not None:
                log.info("series_store_takes_again", backend=self._name)
            self._trouble, self._pause = None, 0.0

    def chart(self, gate: str, start_ms: int, end_ms: int, points: int) -> list[Bucket]:
        """As `collector.series.store.Series.chart`.

        Raises:
            ValueError: the window is empty, or `points` is less than 1.
            Unwilling: the store does not answer.
        """
        edges = steps_of(start_ms, end_ms, points, self._zone).edges
        return charted(self._store.points(gate, edges[0], edges[-1]), edges)

    def clear(self) -> None:
        """Empty the store and the list of bad lines, and stand at the ledger's begin.

        Raises:
            KadianError: K0363 to K0366, the store cannot be reached or does not let us.
        """
        try:
            self._store.clear()
            # Nothing is to be written again now, whoever else begins to fill the store meanwhile.
            self._settling.checked(self._monotonic(), self._store.started())
        except Unwilling as unwilling:
            raise unwilling.error from unwilling
        with self._ledger.begin() as connection:
            aside.clear(connection, self._name)
            cursors.put(connection, self._cursor, 0)
            cursors.put(connection, self._settled, 0)

    def close(self) -> None:
        """Let go of connections."""
        self._store.close()

    def _look_for_a_restart(self, batch: Batch) -> None:
        """Go back over what a store that was killed may have lost; after a start of ours, over the same stretch."""
        now = self._monotonic()
        if not self._settling.due(now):
            return
        news = self._settling.checked(now, self._store.started())
        if news.settled is not None:
            with self._ledger.begin() as connection:
                cursors.put(connection, self._settled, news.settled)
        if not news.again:
            return
        with self._ledger.begin() as connection:
            back = cursors.get(connection, self._settled)
            moved = back < batch.behind and cursors.move(connection, self._cursor, batch.behind, back)
        if moved:
            log.info("series_written_again", backend=self._name, behind=back, through=batch.behind)
            raise NotNow(0)

    def _written(self, batch: Batch) -> Iterator[Aside]:
        lanes: dict[int, int] = {}
        if self._store.lanes:
            with self._ledger.read() as connection:
                lanes = ties.ranks(connection, batch.behind, batch.last)
        furthest = self._store.furthest_ms
        latest = None if furthest is None else self._now_ms() + furthest
        taken = []
        for row in batch.rows:
            if lanes.get(row.position, 0) >= ties.MOST_TIES:
                yield self._aside(row, f"more than {ties.MOST_TIES} of one gate in one millisecond")
            elif latest is not None and row.at_ms > latest:
                yield self._aside(row, "too far in the future: the store would drop it without a word")
            else:
                taken.append(row)
        for start in range(0, len(taken), LINES):
            yield from self._sifted(taken[start : start + LINES], lanes)

    def _sifted(self, rows: Sequence[Measured], lanes: dict[int, int]) -> Iterator[Aside]:
        lines = [line(self._site, row, lanes.get(row.position, 0)) for row in rows]
        for index, why in sift(self._store, lines, lambda: probe(self._now_ms())).items():
            yield self._aside(rows[index], why)

    def _aside(self, row: Measured, why: str) -> Aside:
        return Aside(self._name, row.position, row.gate, row.at_ms, why, self._now_ms())

    def _later(self, unwilling: Unwilling) -> NotNow:
        if unwilling.away:
            self._settling.away()
        if self._trouble is None or self._trouble.code != unwilling.error.code:
            # Said once, however long it lasts; /metrics goes on saying it.
            log.error("series_store_refuses", backend=self._name, code=unwilling.error.code, why=str(unwilling.error))
        self._trouble = unwilling.error
        self._pause = min(max(FIRST_PAUSE, self._pause * 2), LONGEST_PAUSE)
        return NotNow(self._pause if unwilling.pause is None else unwilling.pause)
