"""The thread that takes what has arrived, commits it, sends receipts and then acknowledges."""

from collections.abc import Callable
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic

import structlog

from collector.ingest.arrival import Arrival
from collector.ingest.commit import Committed, commit, commit_carefully
from collector.ingest.counters import Counters
from collector.ingest.intake import Intake, take_in
from collector.ledger.failures import failure, is_of_the_data
from collector.ledger.ledger import Ledger
from kadian.errors import KadianError
from kadian.messages import Receipt

log = structlog.get_logger(__name__)

MOST_WAITING = 4096
"""Messages in memory. MQTT 5's receive maximum stays far below; 3.1.1 knows no such limit."""
MOST_IN_ONE_COMMIT = 2000
GATHERING_SECONDS = 0.02
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
IDLE_SECONDS = 0.2


class Committer:
    """Nothing is acknowledged or receipted that is not on disk; nothing that arrived is let go before.

    Args:
        ledger: where to.
        site: whose gates are heard.
        now_ms: the wall clock, milliseconds since 1970.
        send_receipt: sends a gate its receipt; may fail silently, the next one says it all again.
        acknowledge: tells the broker that a message is dealt with.
        on_said: takes what a gate said beside screenings, once it is committed, and whether the broker had kept it.
        counters: kept up to date from this thread.
    """

    def __init__(  # noqa: PLR0917 - the parts, in the order of use
        self,
        ledger: Ledger,
        site: str,
        now_ms: Callable[[], int],
        send_receipt: Callable[[str, Receipt], bool],
        acknowledge: Callable[[Arrival], None],
        on_said: Callable[[Intake, bool], None],
        counters: Counters,
    ) -> None:
        self._ledger = ledger
        self._site = site
        self._now_ms = now_ms
        self._send_receipt = send_receipt
        self._acknowledge = acknowledge
        self._on_said = on_said
        self._counters = counters
        self._queue: Queue[Arrival] = Queue(MOST_WAITING)
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

    def take(self, arrival: Arrival) -> None:
        """Queue a message. When too many wait it is left unacknowledged: its gate sends it again."""
        self._counters.received += 1
        try:
            self._queue.put_nowait(arrival)
        except Full:
            self._counters.shed += 1

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
        return self._queue.qsize()

    def _run(self) -> None:
        while True:
            arrivals, batch = self._gather()
            if arrivals:
                self._see_through(arrivals, batch)
            elif self._stopping.is_set():
                return

    def _gather(self) -> tuple[list[Arrival], list[Intake]]:
        """What has arrived, without waiting for more; at most 2,000 screenings, 20 ms."""
        arrivals: list[Arrival] = []
        batch: list[Intake] = []
        try:
            arrival = self._queue.get(timeout=IDLE_SECONDS)
        except Empty:
            return arrivals, batch
        until = monotonic() + GATHERING_SECONDS
        size = 0
        while True:
            intake = take_in(self._site, arrival.topic, arrival.payload)
            arrivals.append(arrival)
            batch.append(intake)
            size += len(intake.screenings) + len(intake.refusals)
            if size >= MOST_IN_ONE_COMMIT or monotonic() >= until:
                return arrivals, batch
            try:
                arrival = self._queue.get_nowait()
            except Empty:
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
        for gate, receipt in done.receipts:
            self._counters.receipts += self._send_receipt(gate, receipt)
        for arrival in arrivals:
            self._acknowledge(arrival)
        for arrival, intake in zip(arrivals, batch, strict=True):
            if intake.gate is not None and (intake.status or intake.telemetry or intake.reply):
                self._on_said(intake, arrival.retained)

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
