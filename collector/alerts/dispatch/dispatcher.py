"""The thread that thinks again when time has passed: who has not answered, what waits for its digest."""

import time
from collections.abc import Callable

import structlog

from collector.alerts.dispatch.rounds import Dispatch
from collector.ledger import Ledger, setclock
from collector.paced import Paced
from collector.wallclock import WallClock

log = structlog.get_logger(__name__)

LONGEST_SLEEP = 10.0
SHORTEST_SLEEP = 0.25
"""What is new is dispatched by whoever writes it down; here it is about time."""
SHARE = 10
"""Steps are at least so many times as far apart as one takes."""


class Dispatcher(Paced):
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
        super().__init__(ledger, "dispatcher", shortest=SHORTEST_SLEEP)
        self._dispatch = dispatch
        self._now_ms = now_ms
        self._monotonic = monotonic
        self._wall = WallClock(now_ms, monotonic)
        self._led = False

    def pace(self) -> float:
        """See `step`; only while this office leads."""
        begun = self._monotonic()
        self._follow_the_clock()
        sleep = self.step() if self._ledger.leads() else LONGEST_SLEEP
        # Where thousands of incidents make a step slow, it must not have the ledger's writing half of the time.
        self._shortest = min(max(SHORTEST_SLEEP, SHARE * (self._monotonic() - begun)), LONGEST_SLEEP)
        return sleep

    def step(self) -> float:
        """What is due now; returns for how many seconds nothing is."""
        now_ms = self._now_ms()
        with self._ledger.read() as connection:
            next_ms = self._dispatch.next_ms(connection, now_ms)
        if next_ms is not None and next_ms <= now_ms:
            with self._ledger.begin() as connection:
                self._dispatch.round(connection, now_ms)
                self._dispatch.digests(connection, now_ms)
            return SHORTEST_SLEEP
        return LONGEST_SLEEP if next_ms is None else min((next_ms - now_ms) / 1000, LONGEST_SLEEP)

    def _follow_the_clock(self) -> None:
        set_ms = self._wall.set_by_ms()
        begins = self._ledger.leads() and not self._led
        self._led = self._ledger.leads()
        if not self._led or not (begins or set_ms):
            return
        with self._ledger.begin() as connection:
            if set_ms > 0 and not begins:
                setclock.forward(connection, self._now_ms(), set_ms)
            else:
                setclock.back(connection, self._now_ms())
        if not begins:
            log.warning("clock_was_set", seconds=round(set_ms / 1000))
