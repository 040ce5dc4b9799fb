"""The thread that thinks again when time has passed: who has not answered, what waits for its digest."""

import time
from collections.abc import Callable
from threading import Event, Thread

import structlog

from collector.alerts.dispatch.rounds import Dispatch
from collector.ledger import Ledger, deliveries, incidents

log = structlog.get_logger(__name__)

LONGEST_SLEEP = 10.0
SHORTEST_SLEEP = 0.25
"""What is new is dispatched by whoever writes it down; here it is about time."""
SET_MS = 2_000
"""A clock that is set by less is a clock that is kept right."""


class Dispatcher:
    """Runs rounds while this office leads.

    What is to be done at a time of the wall clock is to be done as much later when that clock is set.

    Args:
        ledger: where the incidents are.
        dispatch: decides.
        now_ms: the office's clock, milliseconds since 1970.
        monotonic: seconds by a clock that nobody sets.
    """

    def __init__(
        self,
        ledger: Ledger,
        dispatch: Dispatch,
        now_ms: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._dispatch = dispatch
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._apart_ms = self._apart()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round at hand."""
        self._stopping.set()
        self._ledger.changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        stuck = False
        while not self._stopping.is_set():
            seen = self._ledger.changed.version
            sleep = LONGEST_SLEEP
            try:
                if self._ledger.leads():
                    sleep = self.step()
                stuck = False
            except Exception:
                # The ledger cannot be read or written just now; what is due stays due.
                if not stuck:
                    log.exception("dispatcher_stuck")
                stuck = True
                sleep = 1.0
            begun = time.monotonic()
            self._ledger.changed.wait(seen, sleep)
            self._stopping.wait(max(0.0, SHORTEST_SLEEP - (time.monotonic() - begun)))

    def step(self) -> float:
        """What is due now; returns for how many seconds nothing is."""
        self._follow_the_clock()
        now_ms = self._now_ms()
        with self._ledger.read() as connection:
            next_ms = self._dispatch.next_ms(connection, now_ms)
        if next_ms is not None and next_ms <= now_ms:
            with self._ledger.begin() as connection:
                self._dispatch.round(connection, now_ms)
                self._dispatch.digests(connection, now_ms)
            return SHORTEST_SLEEP
        return LONGEST_SLEEP if next_ms is None else min((next_ms - now_ms) / 1000, LONGEST_SLEEP)

    def _apart(self) -> int:
        return self._now_ms() - round(self._monotonic() * 1000)

    def _follow_the_clock(self) -> None:
        apart_ms = self._apart()
        moved_ms = apart_ms - self._apart_ms
        if abs(moved_ms) < SET_MS:
            return
        log.warning("clock_was_set", seconds=round(moved_ms / 1000))
        with self._ledger.begin() as connection:
            incidents.put_off(connection, moved_ms)
            deliveries.put_off(connection, moved_ms)
        self._apart_ms = apart_ms
