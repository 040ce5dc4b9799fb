"""The thread that asks gates for what the office misses: `asking` decides, this reads, sends and writes down."""

import time
from collections.abc import Callable
from threading import Event, Lock, Thread

import structlog

from collector.ingest.asking import Ask, Asking, GiveUp
from collector.ingest.counters import Counters
from collector.ingest.intake import Intake
from collector.ledger import Ledger, lives
from kadian.messages import Command

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""Between two looks at the ledger; a gate that has just spoken is not kept waiting so long."""
SOONEST_SECONDS = 0.2
SHARE = 20
"""A look that takes long, over thousands of gates, is followed by a pause so many times as long."""


class Asker:
    """Asks for holes, each again after a growing pause, and writes down what will never come.

    Args:
        ledger: what the office has.
        now_ms: the wall clock, milliseconds since 1970, for what is written down.
        send: sends a command to a gate; False when it could not.
        counters: `resends_asked` is kept here.
        monotonic: seconds.
    """

    def __init__(
        self,
        ledger: Ledger,
        now_ms: Callable[[], int],
        send: Callable[[str, Command], bool],
        counters: Counters,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._now_ms = now_ms
        self._send = send
        self._counters = counters
        self._monotonic = monotonic
        self._asking = Asking()
        self._lock = Lock()
        self._woken = Event()
        self._stopping = Event()
        self._stuck = False
        self._thread = Thread(target=self._run, name="asker", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def heard(self, intake: Intake, *, retained: bool) -> None:
        """What a gate has said of itself, after its commit; from any thread, and quick."""
        gate = intake.gate
        if gate is None or not (intake.status or intake.telemetry or intake.reply):
            return
        with self._lock:
            if intake.status is not None:
                if intake.status.state == "online":
                    self._asking.online(gate, retained=retained)
                else:
                    self._asking.away(gate)
            if intake.telemetry is not None:
                self._asking.told(gate, intake.telemetry, self._monotonic())
            if intake.reply is not None:
                self._asking.answered(gate, intake.reply)
        self._woken.set()

    def look(self) -> None:
        """Compare what the ledger has with what gates say, and act on it.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the ledger cannot be read or written just now.
        """
        with self._ledger.read() as connection:
            known = lives.all(connection)
        now = self._monotonic()
        with self._lock:
            todo = self._asking.decide(known, now)
        for one in todo:
            if isinstance(one, Ask):
                self._ask(one, now)
            else:
                self._give_up(one)

    def _run(self) -> None:
        pause = SOONEST_SECONDS
        while not self._stopping.is_set():
            self._woken.wait(LOOK_SECONDS)
            self._stopping.wait(pause)
            self._woken.clear()
            if not self._ledger.leads():
                continue
            begun = self._monotonic()
            try:
                self.look()
                self._stuck = False
            except Exception:
                # The ledger is locked or its disk full: what is missing stays missing, and is looked for again.
                if not self._stuck:
                    log.exception("asker_stuck")
                self._stuck = True
            pause = max(SOONEST_SECONDS, SHARE * (self._monotonic() - begun))

    def _ask(self, ask: Ask, now: float) -> None:
        if not self._send(ask.gate, Command("resend", epoch=ask.epoch, from_=ask.first, through=ask.last)):
            return
        with self._lock:
            self._asking.sent(ask, now)
        if ask.last is not None:
            self._counters.resends_asked += 1
            log.warning("asked_for", gate=ask.gate, first=ask.first, last=ask.last)

    def _give_up(self, lost: GiveUp) -> None:
        with self._ledger.begin() as connection:
            lives.give_up(connection, lost.gate, lost.epoch, lost.ranges, lost.reason, self._now_ms())
        log.error("lost_for_good", gate=lost.gate, count=lives.count(lost.ranges), reason=lost.reason)
