"""The thread that deletes what was kept long enough."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Event, Thread

import structlog

from collector.ledger import Ledger, cursors, fading, gates, retention
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS
from collector.settings import Retention

log = structlog.get_logger(__name__)

CURSOR = "retention"
ROLL_UPS = {"minutes": MINUTE_MS, "hours": HOUR_MS, "days": DAY_MS}
KINDS = ("screenings", "registrations", "rejects", "incidents", *ROLL_UPS)
EVERY_SECONDS = 3600.0
FIRST_SECONDS = 60.0
AT_ONCE = 2_000
"""Rows a transaction: about 10 ms in which nothing else can be committed."""
GATES_AT_ONCE = 200
PAUSE = 0.05
SHARE = 4
"""Pauses are so many times as long as the step before took: at most a fifth of the time belongs to deleting."""
BUSY_A_SECOND = 1000
BUSY_SECONDS = 5.0
MOST_BUSY_PAUSES = 12
"""After a minute of waiting one step is made all the same: a site that is always busy must not grow for ever."""


def trusted_ms(now_ms: int, witnessed: int | None, kept_ms: int | None, elapsed_ms: int) -> int:
    """The time by which things are deleted. Pure.

    An office whose clock jumps ahead by years must not delete what it has. So its clock is believed only as far as the
    gates' own right clocks bear it out, or as far as it is known to have run since this was last asked.

    Args:
        now_ms: the office's clock.
        witnessed: what the gates' clocks say, see `retention.witnessed_ms`; None in an empty ledger.
        kept_ms: the answer of last time, before any restart.
        elapsed_ms: the time since then by a clock that cannot jump; 0 after a restart.
    """
    if witnessed is None and kept_ms is None:
        return now_ms
    known = [moment for moment in (witnessed, None if kept_ms is None else kept_ms + elapsed_ms) if moment is not None]
    return min(now_ms, max(known))


class Keeper:
    """Once an hour, in small steps: the oldest arrivals first, never more than a day's in a run.

    Roll-ups, which are ordered by their own times, go no faster than a day's for each hour either.

    Never deleted is what a follower has not read. What a gate may still send again is younger than the least that
    can be set (a week; a gate forgets a day after the receipt).

    Args:
        ledger: what is tidied.
        settings: the days of each class.
        now_ms: the office's clock, milliseconds since 1970.
        followed: the position up to which all followers of the screenings have come.
        stored: how many screenings were stored since the start; while many come, deleting waits.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: Retention,
        now_ms: Callable[[], int],
        followed: Callable[[], int],
        stored: Callable[[], int],
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._now_ms = now_ms
        self._followed = followed
        self._stored = stored
        self._stopping = Event()
        self._deleted: Counter[str] = Counter()
        self._asked: float | None = None
        self._thread = Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin, a minute from now."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step at hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def deleted(self) -> Mapping[str, int]:
        """How many rows of each class went since the start."""
        return {kind: self._deleted[kind] for kind in KINDS}

    def run(self) -> None:
        """One round through all classes."""
        now_ms = self._trusted()
        up_to = {"screenings": self._followed()}
        for kind in retention.BY_ARRIVAL:
            days = getattr(self._settings, kind)
            if days:
                self._arrivals(kind, now_ms - days * DAY_MS, up_to.get(kind))
        self._steps("rejects", self._surplus)
        if self._settings.incidents:
            cutoff_ms = now_ms - self._settings.incidents * DAY_MS
            self._steps("incidents", lambda: self._incidents(cutoff_ms))

        for kind in ROLL_UPS:
            days = getattr(self._settings, kind)
            if days:
                self._roll_ups(kind, self._paced(kind, now_ms - days * DAY_MS))

    def _keep(self) -> None:
        pause = FIRST_SECONDS
        while not self._stopping.wait(pause):
            pause = EVERY_SECONDS
            try:
                before = self._deleted.copy()
                self.run()
                if gone := self._deleted - before:
                    log.info("retention_deleted", **gone)
            except Exception:
                log.exception("retention_failed")

    def _trusted(self) -> int:
        now_ms, now = self._now_ms(), time.monotonic()
        elapsed_ms = 0 if self._asked is None else int((now - self._asked) * 1000)
        with self._ledger.begin() as connection:
            witnessed = retention.witnessed_ms(connection)
            trusted = trusted_ms(now_ms, witnessed, cursors.get(connection, CURSOR) or None, elapsed_ms)
            cursors.put(connection, CURSOR, trusted)
        self._asked = now
        if now_ms - trusted > DAY_MS:
            log.warning("retention_clock_doubted", days=(now_ms - trusted) // DAY_MS)
        return trusted

    def _arrivals(self, kind: str, cutoff_ms: int, up_to: int | None) -> None:
        with self._ledger.read() as connection:
            oldest_ms = retention.oldest_ms(connection, kind)
        if oldest_ms is None:
            return
        # Whatever the clocks say, an hour takes no more than a day of what is there.
        cutoff_ms = min(cutoff_ms, oldest_ms + DAY_MS)
        position = 0

        def step() -> tuple[int, bool]:
            nonlocal position
            with self._ledger.begin() as connection:
                done = retention.arrivals(connection, kind, position, cutoff_ms, up_to, self._now_ms(), AT_ONCE)
            position = done.position
            return done.deleted, done.more

        if oldest_ms < cutoff_ms or oldest_ms > self._now_ms():
            self._steps(kind, step)

    def _paced(self, kind: str, cutoff_ms: int) -> int:
        """The same or, when that is far ahead of last time's, a day more than then."""
        name = f"{CURSOR}.{kind}"
        with self._ledger.begin() as connection:
            last_ms = cursors.get(connection, name)
            cutoff_ms = min(cutoff_ms, last_ms + DAY_MS) if last_ms else cutoff_ms
            cursors.put(connection, name, max(cutoff_ms, last_ms))
        return cutoff_ms

    def _roll_ups(self, kind: str, cutoff_ms: int) -> None:
        length_ms = ROLL_UPS[kind]
        with self._ledger.read() as connection:
            names = [word.gate for word in gates.words(connection)]
        done = 0

        def step() -> tuple[int, bool]:
            nonlocal done
            some = names[done : done + GATES_AT_ONCE]
            with self._ledger.begin() as connection:
                gone, passed = fading.by_gate(connection, length_ms, some, cutoff_ms, AT_ONCE)
                done += passed
                if kind == "minutes":
                    more = fading.of_fresh(connection, cutoff_ms, AT_ONCE)
                else:
                    more = fading.by_time(connection, length_ms, cutoff_ms, AT_ONCE)
            return gone + more, done < len(names) or more == AT_ONCE

        self._steps(kind, step)

    def _surplus(self) -> tuple[int, bool]:
        with self._ledger.begin() as connection:
            gone = retention.surplus(connection, self._settings.most_rejects, AT_ONCE)
        return gone, gone == AT_ONCE

    def _incidents(self, cutoff_ms: int) -> tuple[int, bool]:
        with self._ledger.begin() as connection:
            gone = retention.closed_incidents(connection, cutoff_ms, AT_ONCE // 4)
        return gone, gone == AT_ONCE // 4

    def _steps(self, kind: str, step: Callable[[], tuple[int, bool]]) -> None:
        more = True
        while more and not self._stopping.is_set():
            self._let_others()
            begun = time.monotonic()
            gone, more = step()
            self._deleted[kind] += gone
            if more:
                self._stopping.wait(max(PAUSE, SHARE * (time.monotonic() - begun)))

    def _let_others(self) -> None:
        """Wait while screenings come by the thousand."""
        for _ in range(MOST_BUSY_PAUSES):
            before, begun = self._stored(), time.monotonic()
            self._stopping.wait(PAUSE)
            rate = (self._stored() - before) / (time.monotonic() - begun)
            if rate < BUSY_A_SECOND or self._stopping.wait(BUSY_SECONDS):
                return
