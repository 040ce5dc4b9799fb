"""The thread that takes what has arrived, commits it, sends receipts and then acknowledges."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

import msgspec
import structlog

from collector.ingest.arrival import Arrival
from collector.ingest.commit import Committed, commit, commit_carefully
from collector.ingest.counters import Counters
from collector.ingest.intake import KEPT_AFTER_SECONDS, Intake, take_in
from collector.ingest.waiting import Waiting
from collector.ledger.epochs import Life
from collector.ledger.failures import failure, is_of_the_data
from collector.ledger.ledger import Ledger
from kadian.errors import KadianError
from kadian.messages import Receipt

log = structlog.get_logger(__name__)

MOST_IN_ONE_COMMIT = 4000
"""Screenings."""
PRESSED = 1000
"""With so many screenings in one commit the followers give way."""
BUSY = 32
"""With so many messages in one commit the next one gathers for a while: a commit costs as much as some tens of rows."""
GATHERING_SECONDS = 0.02
ENOUGH = 1000
"""Messages for which nothing more is waited."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
IDLE_SECONDS = 0.2


class Answers(msgspec.Struct, frozen=True):
    """Whom the committer tells what, all from its own thread, after the commit.

    `send_receipts` sends gates their receipts, one for each life that was touched; it may fail (False), the next one
    says it all again. `acknowledge` tells the broker that messages are dealt with. `on_said` takes what a gate said
    beside screenings, and whether the broker had kept it.
    """

    send_receipts: Callable[[Mapping[Life, Receipt]], bool]
    acknowledge: Callable[[Sequence[Arrival]], None]
    on_said: Callable[[Intake, bool], None]


class Committer:
    """Nothing is receipted that is not on disk; nothing that arrived is let go before, as long as there is room.

    Args:
        ledger: where to.
        site: whose gates are heard.
        now_ms: the wall clock, milliseconds since 1970.
        answers: whom to tell.
        counters: kept up to date from this thread.
        waiting: the queue, with its bounds.
        kept_after_seconds: what the broker let wait for longer is no news.
    """

    def __init__(  # noqa: PLR0917 - the parts, in the order of use
        self,
        ledger: Ledger,
        site: str,
        now_ms: Callable[[], int],
        answers: Answers,
        counters: Counters,
        waiting: Waiting | None = None,
        kept_after_seconds: int = KEPT_AFTER_SECONDS,
    ) -> None:
        self._ledger = ledger
        self._site = site
        self._now_ms = now_ms
        self._answers = answers
        self._counters = counters
        self._kept_after = kept_after_seconds
        self._waiting = Waiting() if waiting is None else waiting
        self._busy = False
        self._stopping = Event()
        self._problem: KadianError | None = None
        self._thread = Thread(target=self._run, name="committer", daemon=True)

    def start(self) -> None:
        """Begin to commit."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what has arrived, if the ledger lets us, and end; the rest stays with the broker and the gates."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Queue messages; blocks for some seconds when too many wait.

        What finds no room even then is acknowledged, so that the broker goes on, but neither stored nor receipted: its
        gate sends it again.
        """
        if self._stopping.is_set():
            return  # left with the broker: gates that go on sending would never let us end
        self._counters.received += len(arrivals)
        shed = self._waiting.put(arrivals)
        if shed:
            self._counters.shed += len(shed)
            self._answers.acknowledge(shed)

    def healthy(self) -> KadianError | None:
        """Why nothing can be stored at present, or None."""
        if self._problem is None and not self._thread.is_alive() and not self._stopping.is_set():
            return KadianError("K0330", self._ledger.place, why="the committing thread has ended")
        return self._problem

    def alive(self) -> bool:
        """Whether the thread runs; it also runs while the disk refuses."""
        return self._thread.is_alive()

    def waiting(self) -> int:
        """Messages that have arrived and are not committed."""
        return len(self._waiting)

    def _run(self) -> None:
        while True:
            arrivals, batch = self._gather()
            if arrivals:
                self._see_through(arrivals, batch)
            elif self._stopping.is_set():
                return

    def _gather(self) -> tuple[list[Arrival], list[Intake]]:
        """What has arrived, at rest at once, under load for up to 20 ms; about 4,000 screenings at most."""
        arrivals: list[Arrival] = []
        batch: list[Intake] = []
        if not self._waiting.wait(IDLE_SECONDS):
            self._busy = False
            self._ledger.calm.set()
            return arrivals, batch
        if self._busy and not self._stopping.is_set():
            self._waiting.wait(GATHERING_SECONDS, ENOUGH)
        size = 0
        while size < MOST_IN_ONE_COMMIT and (arrival := self._waiting.take()) is not None:
            kept = arrival.waited_seconds > self._kept_after
            intake = take_in(self._site, arrival.topic, arrival.payload, kept=kept)
            arrivals.append(arrival)
            batch.append(intake)
            size += len(intake.screenings) + len(intake.refusals)
        self._busy = len(arrivals) >= BUSY
        if size >= PRESSED:
            self._ledger.calm.clear()
        else:
            self._ledger.calm.set()
        return arrivals, batch

    def _see_through(self, arrivals: list[Arrival], batch: list[Intake]) -> None:
        pause = FIRST_PAUSE
        while True:
            begun = monotonic()
            try:
                done = self._write(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the batch is not let go
                self._counters.failed_commits += 1
                self._stuck(error)
                if self._stopping.wait(pause):
                    return
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            self._moving(monotonic() - begun, done)
            break
        with self._going_on():
            if done.receipts and self._answers.send_receipts(done.receipts):
                self._counters.receipts += len(done.receipts)
        told = self._waiting.done(arrivals)
        with self._going_on():
            self._answers.acknowledge(told)
        for arrival, intake in zip(arrivals, batch, strict=True):
            if intake.gate is not None and (intake.status or intake.telemetry or intake.reply):
                with self._going_on():
                    self._answers.on_said(intake, arrival.retained)

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        """What is committed is committed: a fault in telling it must not end the thread that commits all others."""
        try:
            yield
        except Exception:
            log.exception("answer_failed")

    def _write(self, batch: list[Intake]) -> Committed:
        now = self._now_ms()
        try:
            with self._ledger.begin() as connection:
                return commit(connection, batch, now)
        except Exception as error:
            if not is_of_the_data(error):
                raise
        with self._ledger.begin() as connection:
            return commit_carefully(connection, batch, now)

    def _stuck(self, error: Exception) -> None:
        before = self._problem
        self._problem = failure(error, self._ledger.place)
        if before is None or before.code != self._problem.code:
            log.error("commit_failing", code=self._problem.code, why=self._problem.what("en"))

    def _moving(self, seconds: float, done: Committed) -> None:
        if self._problem is not None:
            log.info("commit_works_again")
            self._problem = None
        self._counters.commits += 1
        self._counters.commit_seconds += seconds
        self._counters.last_commit_seconds = seconds
        self._counters.stored += done.stored
        self._counters.duplicates += done.duplicates
        self._counters.rejected += done.rejected
