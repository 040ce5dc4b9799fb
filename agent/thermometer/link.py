"""The serial link: opens the port, reads, hands on samples, and opens again after an unplug or a silence."""

import threading
import time
from collections.abc import Callable
from typing import Literal

import structlog

from agent.thermometer.sample import Counts, Driver, Sample
from agent.wire import Gone, Line
from agent.wire.port import READ_SECONDS, open_port, real_name
from kadian.errors import KadianError

LinkState = Literal["ok", "silent", "lost"]
"""`ok` frames arrive, `silent` the port is open and gives no good frame, `lost` there is no port (or not yet)."""

BACK_OFF_SECONDS = (0.1, 2.0)
STALL_SECONDS = READ_SECONDS + 0.8
"""A turn of the loop that took longer: what is buffered by then is older than a reading may be."""

FULL_BYTES = 4000
"""The kernel keeps 4095 bytes of a terminal, then drops the new ones: with so much after a stall, all of it is old."""

DRAIN_BYTES = 65536
REFILL_SECONDS = 0.05

PAUSES = 2.5
"""A device counts as silent after so many of its own pauses."""

log = structlog.get_logger(__name__)


class Link:
    """One thermometer on one port.

    Args:
        port: the device's path; a symlink (`/dev/kadian-therm`) survives renumbering after a replug.
        driver: the device family.
        on_sample: called with each sample and the monotonic seconds at which its last byte was read.
        on_state: called at each change of state, first with `lost`.
        on_trouble: called once when a trouble begins, with what a person is to be told.
        monotonic: the clock, in seconds.
        silence_seconds: so long without a good frame, and the port is closed and opened again.
        baud: speed, where it is not the driver's own.

    What the callbacks raise ends `run` and reaches its caller. `run` belongs to one thread; `state`, `counts`,
    `trouble` and `dropped` may be read from any.
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
        self.state: LinkState = "lost"
        self.trouble: KadianError | None = None
        self.dropped = 0
        self._on_sample = on_sample
        self._on_state = on_state
        self._on_trouble = on_trouble
        self._monotonic = monotonic
        slowest = max(driver.pause, driver.poll.seconds if driver.poll else 0.0)
        self._silence = max(silence_seconds, PAUSES * slowest if slowest > 1.0 else 0.0)
        self._parser = driver.make_parser()
        self._next_poll = 0.0

    @property
    def counts(self) -> Counts:
        """Frames good and bad since the start."""
        return self._parser.counts

    def run(self, stop: threading.Event) -> None:
        """Reads until `stop` is set; a missing, busy or vanished port is said once and tried again after 0.1…2 s."""
        self._on_state(self.state)
        shortest, longest = BACK_OFF_SECONDS
        wait = shortest
        while not stop.is_set():
            heard = self.counts.good
            trouble = self._session(stop)
            if stop.is_set():
                return
            self._say(trouble, "silent" if trouble.code in {"K0205", "K0206"} else "lost")
            if self.counts.good > heard:
                wait = shortest
            stop.wait(wait)
            wait = min(wait * 2, longest)

    def _session(self, stop: threading.Event) -> KadianError:
        """One life of the open port; what ended it."""
        try:
            line = (self.driver.open or open_port)(self.port, self.baud)
        except KadianError as trouble:
            return trouble
        self._parser.reset()
        try:
            return self._listen(line, stop)
        except Gone as gone:
            return KadianError("K0204", self.port, reason=str(gone))
        finally:
            line.close()

    def _listen(self, line: Line, stop: threading.Event) -> KadianError:
        if self.driver.start is not None:
            line.write(self.driver.start)
        self._next_poll = heard = turn = self._monotonic()
        before = self.counts.skipped
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
                heard = now
                self._say(None, "ok")
            elif now - heard > self._silence:
                return self._silent(self.counts.skipped - before)
            for sample in samples:
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
        dropped = len(samples) - len(fresh)
        self.dropped += dropped
        if dropped:
            log.info("thermometer_backlog_dropped", port=self.port, samples=dropped)
        return fresh

    def _silent(self, skipped: int) -> KadianError:
        code = "K0206" if skipped else "K0205"
        return KadianError(
            code, self.port, seconds=f"{self._silence:g}", driver=self.driver.name, baud=self.baud, bytes=skipped
        )

    def _say(self, trouble: KadianError | None, state: LinkState) -> None:
        """Announces a change of state or of trouble, each once."""
        before, self.trouble = self.trouble, trouble
        if trouble is not None and (before is None or before.code != trouble.code):
            log.warning(
                "thermometer_silent" if state == "silent" else "thermometer_lost",
                port=self.port,
                device=real_name(self.port),
                code=trouble.code,
                what=trouble.what(),
                cure=trouble.do(),
            )
            if self._on_trouble is not None:
                self._on_trouble(trouble)
        if state != self.state:
            self.state = state
            if state == "ok":
                log.info("thermometer_ok", port=self.port, device=real_name(self.port), driver=self.driver.name)
            self._on_state(state)


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
