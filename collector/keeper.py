"""The thread that deletes what was kept long enough."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Event, Thread

import structlog

from collector.ledger import Connection, Ledger, aside, conditions, cursors, fading, gates, retention
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS
from collector.settings import Retention
from collector.trustedclock import CURSOR, TrustedClock
from kadian.errors import KadianError

log = structlog.get_logger(__name__)

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


class Keeper:
    """Once an hour, in small steps: the oldest arrivals first, never more than a day's in a run.

    Roll-ups, which are ordered by their own times, go no faster than a day's for each hour either.

    Never deleted is what a follower in the office has not read. What a gate may still send again is younger than the
    least that can be set (a week; a gate forgets a day after the receipt).

    Of several offices the one that leads does it.

    Args:
        ledger: what is tidied.
        settings: the days of each class.
        now_ms: the office's clock, milliseconds since 1970.
        followed: the position up to which all followers in the office have read the screenings.
        stored: how many screenings were stored since the start; while many come, deleting waits.
        remote: by name, the position up to which each series store elsewhere has them. A store that is away for months
            must not keep the office from forgetting: what it misses is set aside for it, with the others it refused.
    """

    def __init__(  # noqa: PLR0917 - the parts, in the order of use
        self,
        ledger: Ledger,
        settings: Retention,
        now_ms: Callable[[], int],
        followed: Callable[[], int],
        stored: Callable[[], int],
        remote: Mapping[str, Callable[[], int]] | None = None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._now_ms = now_ms
        self._followed = followed
        self._stored = stored
        self._remote = remote or {}
        self._stopping = Event()
        self._deleted: Counter[str] = Counter()
        self._clock = TrustedClock(ledger, now_ms)
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
        now_ms = self._clock.trusted()
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
                cutoff_ms = self._paced(kind, now_ms - days * DAY_MS)
                self._roll_ups(kind, cutoff_ms)
                if kind == "minutes":
                    self._steps(kind, partial(self._conditions, cutoff_ms))

    def _keep(self) -> None:
        pause = FIRST_SECONDS
        while not self._stopping.wait(pause):
            if not self._ledger.leads():
                pause = FIRST_SECONDS
                continue
            pause = EVERY_SECONDS
            try:
                before = self._deleted.copy()
                self.run()
                if gone := self._deleted - before:
                    log.info("retention_deleted", **gone)
            except Exception:
                log.exception("retention_failed")

    def _arrivals(self, kind: str, cutoff_ms: int, up_to: int | None) -> None:
        position = 0
        unfollowed: Counter[str] = Counter()

        def step() -> tuple[int, bool]:
            nonlocal position, cutoff_ms
            limits = retention.Limits(cutoff_ms, self._now_ms(), up_to)
            behind = {name: read_up_to() for name, read_up_to in self._remote.items() if kind == "screenings"}
            with self._ledger.begin() as connection:
                done = retention.arrivals(connection, kind, position, limits, AT_ONCE)
                for name, read_up_to in behind.items():
                    unfollowed[name] += self._set_aside(connection, name, read_up_to, done.gone)
            position = done.position
            if done.oldest_ms is not None:
                # Whatever the clocks say, an hour takes no more than a day of what is there.
                cutoff_ms = min(cutoff_ms, done.oldest_ms + DAY_MS)
            return len(done.gone), done.more

        self._steps(kind, step)
        for name, count in (+unfollowed).items():
            trouble = KadianError("K0374", name)
            log.error("retention_before_store", code=trouble.code, backend=name, count=count, what=trouble.what())

    def _set_aside(self, connection: Connection, name: str, read_up_to: int, gone: Sequence[retention.Gone]) -> int:
        missed = [row for row in gone if row.position > read_up_to]
        if missed:
            trouble = KadianError("K0374", name)
            first, reason = missed[0], f"{trouble.what('zh')} {trouble.what('en')}"
            told = aside.Aside(
                name,
                first.position,
                first.gate or "",
                first.at_ms or 0,
                reason,
                self._now_ms(),
                last=missed[-1].position,
                count=len(missed),
            )
            aside.put(connection, [told])
        return len(missed)

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

    def _conditions(self, before_ms: int) -> tuple[int, bool]:
        """What scenes were made of is as fine as minutes are, and is kept as long."""
        with self._ledger.begin() as connection:
            gone = conditions.forget(connection, before_ms, AT_ONCE)
        return gone, gone == AT_ONCE

    def _steps(self, kind: str, step: Callable[[], tuple[int, bool]]) -> None:
        more = True
        while more and not self._stopping.is_set() and self._ledger.leads():
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
