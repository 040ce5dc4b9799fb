"""A series store on another machine, as the rest of the office sees one."""

import threading
from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog

from collector.ledger import Ledger
from collector.ledger.follower import NotNow
from collector.ledger.measured import Batch
from collector.series.remote.answers import Unwilling
from collector.series.remote.offering import Offering
from collector.series.remote.place import Place
from collector.series.remote.samples import charted
from collector.series.remote.settling import Sample, Settling
from collector.series.remote.store import RemoteStore
from collector.series.steps import steps_of
from collector.series.store import Bucket
from kadian.errors import KadianError

log = structlog.get_logger(__name__)

EMPTYING_PAUSE = 5.0
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
        self._store = store
        self._zone = zone
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._place = Place(ledger, name)
        self._settling = Settling(store.settle_seconds)
        self._offering = Offering(name, store, ledger, site, now_ms)
        self._one = threading.Lock()
        self._round = -1
        self._pause = 0.0
        self._trouble: KadianError | None = None

    @property
    def trouble(self) -> KadianError | None:
        """Why nothing is taken at present; None when all is well."""
        return self._trouble

    def position(self) -> int:
        """The ledger's position up to which everything is in the store or set aside."""
        return self._place.position()

    def begins_ms(self) -> int:
        """From when on it has everything that arrived, milliseconds since 1970; 0: all that ever did."""
        return self._place.begins_ms()

    def write(self, batch: Batch) -> None:
        """Write a batch and move the cursor behind it.

        Raises:
            NotNow: the store cannot take it, with the seconds after which to try again.
        """
        with self._one:
            round_ = self._place.round(self._now_ms())
            if round_ is None:
                raise NotNow(EMPTYING_PAUSE)
            if round_ != self._round:
                self._settling.forget()
                self._round = round_
            try:
                self._look_for_a_restart(batch)
                offered = self._offering.offer(batch)
            except Unwilling as unwilling:
                raise self._later(unwilling) from unwilling
            bad = offered.refused
            if not self._place.moved(round_, batch, bad):
                return
            self._settling.taken(self._monotonic(), batch.behind, batch.last, offered.sample)
            if bad:
                count = sum(one.count for one in bad)
                log.warning("series_lines_refused", backend=self._name, count=count, reason=bad[0].reason)
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

        Where it is killed meanwhile, whoever writes next begins there some minutes later.

        Raises:
            KadianError: K0363 to K0367, the store cannot be reached or does not let us. If it may be empty all the
                same, it is filled anew.
        """
        with self._one:
            try:
                # A store that is away keeps what it has, and its place.
                self._offering.try_out()
                self._settling.forget()
                self._settling.checked(self._monotonic(), self._store.started(), self._has)
            except Unwilling as unwilling:
                raise unwilling.error from unwilling
            self._place.empty(self._now_ms())
            try:
                self._store.clear()
            except Unwilling as unwilling:
                self._place.emptied() if unwilling.away else self._place.spared()
                raise unwilling.error from unwilling
            self._place.emptied()

    def close(self) -> None:
        """Let go of connections."""
        self._store.close()

    def _look_for_a_restart(self, batch: Batch) -> None:
        """Go back over what a store that was killed may have lost; after a start of ours, over the same stretch."""
        now = self._monotonic()
        if not self._settling.due(now):
            return
        news = self._settling.checked(now, self._store.started(), self._has)
        if news.settled is not None:
            self._place.settle(min(news.settled, batch.behind))
        if news.again and (back := self._place.back(batch.behind)) is not None:
            log.info("series_written_again", backend=self._name, behind=back, through=batch.behind)
            raise NotNow(0)

    def _has(self, sample: Sample) -> bool:
        return any(points.times_ms for points in self._store.points(sample.gate, sample.at_ms, sample.at_ms + 1))

    def _later(self, unwilling: Unwilling) -> NotNow:
        if unwilling.away:
            self._settling.away()
        if self._trouble is None or self._trouble.code != unwilling.error.code:
            # Said once, however long it lasts; /metrics goes on saying it.
            log.error("series_store_refuses", backend=self._name, code=unwilling.error.code, why=str(unwilling.error))
        self._trouble = unwilling.error
        self._pause = min(max(FIRST_PAUSE, self._pause * 2), LONGEST_PAUSE)
        return NotNow(self._pause if unwilling.pause is None else unwilling.pause)
