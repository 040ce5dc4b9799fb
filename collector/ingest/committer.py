"""The thread that takes what has arrived, commits it, sends receipts and then acknowledges."""

from collections.abc import Callable, Mapping, Sequence
from threading import Event, Thread
from time import monotonic

import msgspec
import structlog

from collector.ingest.arrival import Arrival
from collector.ingest.commit import Committed, commit, commit_carefully
from collector.ingest.counters import Counters
from collector.ingest.intake import Intake, take_in
from collector.ingest.waiting import Waiting
from collector.ledger.epochs import Life
from collector.ledger.failures import failure, is_of_the_data
from collector.ledger.ledger import Ledger
from kadian.errors import KadianError
from kadian.messages import Receipt, Reply

log = structlog.get_logger(__name__)

MOST_IN_ONE_COMMIT = 4000
"""Screenings."""
BUSY = 32
"""With so many messages in one commit the next one gathers for a while: a commit costs as much as some tens of rows."""
GATHERING_SECONDS = 0.02
ENOUGH = 1000
"""Messages for which nothing more is waited."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
IDLE_SECONDS = 0.2

Observer = Callable[[Mapping[Life, Receipt]], None]


class Answers(msgspec.Struct, frozen=True):
    """Whom the committer tells what, all from its own thread, after the commit.

    `send_receipts` sends gates their receipts, one for each life that was touched; it may fail (False), the next one
    says it all again. `acknowledge` tells the broker that messages are dealt with. `on_reply` takes a gate's answer to
    a command. `observers` are told the same as the gates; what they raise is logged, and they must be quick.
    """

    send_receipts: Callable[[Mapping[Life, Receipt]], bool]
    acknowledge: Callable[[Sequence[Arrival]], None]
    on_reply: Callable[[str, Reply], None]
    observers: Sequence[Observer] = ()


class Committer:
    """Nothing is receipted that is not on disk; nothing that arrived is let go before, as long as there is room.

    Args:
        ledger: where to.
        site: whose gates are heard.
        now_ms: the wall clock, milliseconds since 1970.
        answers: whom to tell.
        counters: kept up to date from this thread.
        waiting: the queue, with its bounds.
    """

    def __init__(  # noqa: PLR0917 - the parts, in the order of use
        self,
        ledger: Ledger,
        site: str,
        now_ms: Callable[[], int],
        answers: Answers,
        counters: Counters,
        waiting: Waiting | None = None,
    ) -> None:
        self._ledger = ledger
        self._site = site
        self._now_ms = now_ms
        self._answers = answers
        self._counters = counters
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
            return arrivals, batch
        if self._busy and not self._stopping.is_set():
            self._waiting.wait(GATHERING_SECONDS, ENOUGH)
        size = 0
        while size < MOST_IN_ONE_COMMIT and (arrival := self._waiting.take()) is not None:
            intake = take_in(self._site, arrival.topic, arrival.payload)
            arrivals.append(arrival)
            batch.append(intake)
            size += len(intake.screenings) + len(intake.refusals)
        self._busy = len(arrivals) >= BUSY
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
        if done.receipts and self._answers.send_receipts(done.receipts):
            self._counters.receipts += len(done.receipts)
        self._answers.acknowledge(arrivals)
        self._waiting.done(arrivals)
        for intake in batch:
            if intake.gate is not None and intake.reply is not None:
                self._answers.on_reply(intake.gate, intake.reply)
        for observer in self._answers.observers:
            try:
                observer(done.receipts)
            except Exception:
                # Theirs alone: the batch is on disk and told.
                log.exception("observer_failed")

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
