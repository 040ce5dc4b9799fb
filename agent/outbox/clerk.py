"""Whoever waits for the disk in a gate: one thread writes, so that a slow disk holds up nobody who waits there."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable

import structlog

from agent.clock import Clock
from agent.outbox.outbox import Outbox
from kadian.errors import KadianError
from kadian.messages import Screening

log = structlog.get_logger(__name__)
PATIENCE = 1.0
"""Seconds in which a person is to be answered. What is not on disk by then is told as still being written."""
MOST_WAITING = 60
"""Screenings that may wait for a slow disk. They are in memory alone: nobody is told that one is recorded."""
CHORE_SECONDS = 1.0
LOOK_SECONDS = 3.0
"""How often a disk that refuses is tried again: recovered within ten seconds of its return, with room to spare."""
CLEAN_SECONDS = 60.0
PROBE = "tried"
"""Read once a second: a small value that costs the disk nothing, behind the lock that everybody takes."""

Make = Callable[[str, int], Screening]


class Ticket:
    """One screening on its way to disk."""

    def __init__(self, make: Make, monotonic_ns: int | None) -> None:
        self.make = make
        self.monotonic_ns = monotonic_ns
        self._settled = threading.Event()
        self._kept: Screening | None = None
        self._error: Exception | None = None

    @property
    def settled(self) -> bool:
        """Whether it is known how it ended; until then it is still being written."""
        return self._settled.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits until it is settled, at most so long; says whether it is."""
        return self._settled.wait(seconds)

    def outcome(self) -> Screening:
        """The screening as it is on disk.

        Raises:
            KadianError: K0450, K0451, K0481: nothing was kept.
            RuntimeError: it is not settled yet.
        """
        if self._error is not None:
            raise self._error
        if self._kept is None:
            raise RuntimeError("asked before it was settled")
        return self._kept

    def settle(self, kept: Screening | None = None, error: Exception | None = None) -> None:
        """Tells how it ended."""
        self._kept, self._error = kept, error
        self._settled.set()


class Clerk:
    """One thread that writes in the order of the calls, and does the outbox's chores in between.

    The chores: setting times right once the clock is, deleting what has been done for long enough, and trying a disk
    that refuses until it takes again.

    Args:
        outbox: where to.
        clock: the gate's.
        on_kept: told of each screening on disk, for the uplink; called from the clerk's thread.
        monotonic: seconds.
        also: one more chore that may touch a disk, done about once a second.
    """

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        on_kept: Callable[[Screening], None] = lambda _screening: None,
        monotonic: Callable[[], float] = time.monotonic,
        also: Callable[[], None] = lambda: None,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._on_kept = on_kept
        self._monotonic = monotonic
        self._also = also
        self._door = threading.Condition()
        self._tickets: deque[Ticket] = deque()
        self._notes: dict[str, bytes] = {}
        self._since: float | None = None
        self._ended = False
        self._look_at = self._clean_at = monotonic()
        self._right: int | None = None
        self.capacity_left: int | None = None
        """How many screenings the disk still takes, as of a minute ago at most; None until it is known."""
        self._learn_time()

    @property
    def writing(self) -> int:
        """How many wait for the disk."""
        return len(self._tickets)

    @property
    def stuck(self) -> float:
        """For how many seconds the disk has kept it at one and the same piece of work."""
        since = self._since
        return 0.0 if since is None else self._monotonic() - since

    def record(self, make: Make, monotonic_ns: int | None = None, patience: float = PATIENCE) -> Ticket:
        """Hands one screening over and waits for the disk, but not longer than a person does.

        Args:
            make: makes the screening for an epoch and a seq.
            monotonic_ns: when it happened, if not now.
            patience: seconds.
        """
        ticket = Ticket(make, self._clock.monotonic_ns() if monotonic_ns is None else monotonic_ns)
        refusal = self._hand_over(ticket)
        if refusal is not None:
            self._outbox.refused += 1
            ticket.settle(error=refusal)
        ticket.wait(patience)
        return ticket

    def keep(self, name: str, value: bytes) -> None:
        """Has a small value kept beside the screenings (`Outbox.keep`) without waiting; of one name the last one."""
        with self._door:
            self._notes[name] = value
            self._door.notify_all()

    def wake(self) -> None:
        """Lets it see at once that it is to stop."""
        with self._door:
            self._door.notify_all()

    def run(self, stop: threading.Event) -> None:
        """Writes and does chores until stopped; what was handed over by then is written first, what comes later never.

        `stop` is to come after the last screening, and so after the one that stops who hands them over.
        """
        while not self._ends(stop):
            self._since = self._monotonic()
            try:
                self._turn(chores=not stop.is_set())
            finally:
                self._since = None

    def _turn(self, *, chores: bool) -> None:
        if self._tickets:
            self._write_first()
            self._since = self._monotonic()
        if self._tickets:
            return
        self._write_notes()
        if chores:
            self._chores()

    def _hand_over(self, ticket: Ticket) -> KadianError | None:
        with self._door:
            if self._ended:
                return KadianError("K0440", "")
            if len(self._tickets) > MOST_WAITING:
                return KadianError("K0481", "", waiting=self.writing)
            self._tickets.append(ticket)
            self._door.notify_all()
        return None

    def _ends(self, stop: threading.Event) -> bool:
        """Waits until there is something to write, at most until the next chore; says whether this was all."""
        with self._door:
            self._door.wait_for(lambda: bool(self._tickets or self._notes) or stop.is_set(), CHORE_SECONDS)
            self._ended = stop.is_set() and not self._tickets and not self._notes
            return self._ended

    def _write_first(self) -> None:
        try:
            self._write(self._tickets[0])
        finally:
            self._tickets.popleft()

    def _write(self, ticket: Ticket) -> None:
        try:
            kept = self._outbox.record(ticket.make, ticket.monotonic_ns)
        except Exception as error:  # noqa: BLE001 - whoever asks for the outcome gets it
            ticket.settle(error=error)
            return
        ticket.settle(kept)
        self._on_kept(kept)

    def _write_notes(self) -> None:
        with self._door:
            notes, self._notes = self._notes, {}
        for name, value in notes.items():
            try:
                self._outbox.keep(name, value)
            except KadianError as error:
                log.warning("not_kept", name=name, code=error.code, what=error.what())

    def _learn_time(self) -> None:
        self._clock.not_before(int(self._outbox.known_time() * 1e9))

    def _chores(self) -> None:
        now = self._monotonic()
        if self._outbox.trouble is None:
            # Somebody else's work may hang in the disk: then this does as well, and `stuck` tells.
            with contextlib.suppress(KadianError):
                self._outbox.kept(PROBE)
        self._also()
        try:
            if self._outbox.trouble is not None and now >= self._look_at:
                self._look_at = now + LOOK_SECONDS
                if self._outbox.look() is None:
                    self._learn_time()
            newly = self._right is None and (right := self._clock.difference()) is not None
            if newly:
                self._right, self._clean_at = right, now
            if now >= self._clean_at:
                self._clean_at = now + CLEAN_SECONDS
                self.capacity_left = self._outbox.health().capacity_left
                if self._right is not None:
                    # Each time, for a screening may have been made before the clock was right and written after.
                    corrected = self._outbox.correct_clock(self._right, self._clock.boot_id)
                    if corrected or newly:
                        log.info("clock_right", corrected=corrected)
                if self._clock.right:
                    self._outbox.clean()
        except KadianError as error:
            log.warning("outbox_refuses_work", code=error.code, what=error.what())
