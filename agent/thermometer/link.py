"""The link: opens the wire, reads, hands on samples, and opens again after an unplug or a silence."""

import math
import threading
import time
from collections.abc import Callable

import structlog

from agent.thermometer.sample import Counts, Driver, Sample
from agent.thermometer.stuck import Stuck
from agent.wire import Line
from agent.wire.kept import Kept, State
from agent.wire.port import READ_SECONDS, open_port
from kadian.errors import KadianError

LinkState = State
"""`ok` frames arrive, `silent` the port is open and gives no good frame, `lost` there is no port (or not yet)."""

STALL_SECONDS = READ_SECONDS + 0.8
"""A turn of the loop that took longer: what is buffered by then is older than a reading may be."""

FULL_BYTES = 4000
"""The kernel keeps 4095 bytes of a terminal, then drops the new ones: with so much after a stall, all of it is old."""

DRAIN_BYTES = 65536
REFILL_SECONDS = 0.05

PAUSES = 2.5
"""A device counts as silent after so many of its own pauses."""

PATIENCE = (1, 1, 3)
"""How the silence that is waited for changes from one fruitless opening to the next: opening resets some modules
(DTR), and one that takes longer to start than the first patience would be reset for ever."""

log = structlog.get_logger(__name__)


class Link:
    """One thermometer on one port.

    Args:
        port: the device's path, a symlink, or `usb:VVVV:PPPP[@place]`; looked up again at each opening.
        driver: the device family.
        on_sample: called with each sample and the monotonic seconds at which its last byte was read.
        on_state: called at each change of state, first with `lost`.
        on_trouble: called once when a trouble begins, with what a person is to be told.
        monotonic: the clock, in seconds.
        silence_seconds: so long without a good frame, and the port is closed and opened again; longer where the driver
            says that the device is slow, never where it speaks only when somebody is measured.
        baud: speed, where it is not the driver's own.

    What the callbacks raise ends `run` and reaches its caller. `run` belongs to one thread; `state`, `counts`,
    `trouble`, `stuck` and `dropped` may be read from any.
    """

    def __init__(  # noqa: PLR0917 - the parts it talks to, in the order in which a sample passes them
        self,
        port: str,
        driver: Driver,
        on_sample: Callable[[Sample, float], None],
        on_state: Callable[[LinkState], None],
        monotonic: Callable[[], float] = time.monotonic,
        silence_seconds: float = 3.0,
        baud: int | None = None,
        on_trouble: Callable[[KadianError], None] | None = None,
    ) -> None:
        self.port = port
        self.driver = driver
        self.baud = baud or driver.baud
        self.dropped = 0
        self._on_sample = on_sample
        self._monotonic = monotonic
        slowest = max(driver.pause, driver.poll.seconds if driver.poll else 0.0)
        self._silence = max(silence_seconds, PAUSES * slowest if slowest > 1.0 else 0.0)
        self._parser = driver.make_parser()
        self._next_poll = 0.0
        self._fruitless = 0
        self._same = Stuck(finished=math.isinf(driver.pause))
        self._kept = Kept("thermometer", port, self._open, on_state, on_trouble)

    @property
    def state(self) -> LinkState:
        """`ok`, `silent` or `lost`."""
        return self._kept.state

    @property
    def trouble(self) -> KadianError | None:
        """What is wrong now, if anything."""
        return self._kept.trouble

    @property
    def counts(self) -> Counts:
        """Frames good and bad since the start."""
        return self._parser.counts

    @property
    def stuck(self) -> bool:
        """Whether the device repeats itself as no living skin would: what it says now is stale."""
        return self._same.now

    def run(self, stop: threading.Event) -> None:
        """Reads until `stop` is set; a missing, busy or vanished port is said once and tried again within a second."""
        self._kept.run(lambda line: self._listen(line, stop), lambda: self.counts.good, stop)

    def _open(self) -> Line:
        return (self.driver.open or open_port)(self.port, self.baud)

    def _listen(self, line: Line, stop: threading.Event) -> KadianError:
        self._parser.reset()
        self._same.gap()
        if self.driver.start is not None:
            line.write(self.driver.start)
        if math.isinf(self._silence):
            self._kept.well()
        self._next_poll = heard = turn = self._monotonic()
        before = self.counts.skipped
        patience = self._silence * PATIENCE[self._fruitless % len(PATIENCE)]
        self._fruitless += 1
        while not stop.is_set():
            self._ask(line)
            chunk = line.read()
            now = self._monotonic()
            if now - turn > STALL_SECONDS:
                samples = self._newest(_drain(line, chunk))
                now = self._monotonic()
            else:
                samples = self._parser.feed(chunk) if chunk else self._parser.settle()
            turn = now
            if samples:
                heard, patience, self._fruitless = now, self._silence, 0
                self._kept.well()
            elif now - heard > patience:
                return self._silent(now - heard, self.counts.skipped - before)
            for sample in samples:
                self._same.feed(sample, now)
                self._on_sample(sample, now)
        return KadianError("K0204", self.port, reason="stopped")

    def _ask(self, line: Line) -> None:
        poll = self.driver.poll
        if poll is not None and (now := self._monotonic()) >= self._next_poll:
            self._next_poll = now + poll.seconds
            line.write(poll.data)

    def _newest(self, backlog: bytes) -> list[Sample]:
        """What may still pass as fresh after a stall: the last sample, not even that from a buffer that was full."""
        samples = self._parser.feed(backlog)
        fresh = samples[-1:] if len(backlog) < FULL_BYTES else []
        if not fresh:
            self._parser.reset()
        self._same.gap()
        dropped = len(samples) - len(fresh)
        self.dropped += dropped
        if dropped:
            log.info("thermometer_backlog_dropped", port=self.port, samples=dropped)
        return fresh

    def _silent(self, seconds: float, skipped: int) -> KadianError:
        code = "K0206" if skipped else "K0205"
        return KadianError(
            code, self.port, seconds=f"{seconds:.0f}", driver=self.driver.name, baud=self.baud, bytes=skipped
        )


def _drain(line: Line, chunk: bytes) -> bytes:
    """`chunk` and all that waits behind it, until `DRAIN_BYTES` are reached."""
    found = bytearray(chunk)
    while len(found) < DRAIN_BYTES:
        if not line.waiting() and len(found) >= FULL_BYTES:
            # A buffer that was full is filled again by the kernel from behind, a moment later.
            time.sleep(REFILL_SECONDS)
        if not line.waiting():
            break
        found += line.read()
    return bytes(found)
