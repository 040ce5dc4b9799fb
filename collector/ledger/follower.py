"""A thread that hands on what was stored, at its own pace."""

from collections.abc import Callable, Sequence
from threading import Event, Thread

import structlog

from collector.ledger import screenings
from collector.ledger.ledger import Ledger
from collector.ledger.screenings import StoredScreening

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 500
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


class Follower:
    """Reads the ledger behind a cursor and hands each batch on, again and again until it is taken.

    Args:
        ledger: what is followed.
        name: for the log and the thread.
        handle: takes a batch and moves the cursor with it, best in one transaction: what it raises is met by the same
            batch later, after 0.1 s, then twice as long each time, 5 s at most.
        position: the cursor: the last position that was dealt with.
    """

    def __init__(
        self,
        ledger: Ledger,
        name: str,
        handle: Callable[[Sequence[StoredScreening]], None],
        position: Callable[[], int],
    ) -> None:
        self._ledger = ledger
        self._name = name
        self._handle = handle
        self._position = position
        self._stopping = Event()
        self._thread = Thread(target=self._follow, name=f"follower-{name}", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch at hand."""
        self._stopping.set()
        self._ledger.changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def position(self) -> int:
        """The last position that was dealt with."""
        return self._position()

    def lag(self) -> int:
        """How many positions are stored but not dealt with."""
        with self._ledger.read() as connection:
            last = screenings.last_position(connection)
        return max(0, last - self._position())

    def _follow(self) -> None:
        pause = 0.0
        while not self._stopping.is_set():
            seen = self._ledger.changed.version
            try:
                moved = self._step()
            except Exception:
                # Whatever the follower fails of, the ledger keeps the batch: say it once, and try again.
                if not pause:
                    log.exception("follower_stuck", follower=self._name)
                pause = min(max(FIRST_PAUSE, pause * 2), LONGEST_PAUSE)
                self._stopping.wait(pause)
                continue
            if pause:
                log.info("follower_moves_again", follower=self._name)
                pause = 0.0
            if not moved:
                self._ledger.changed.wait(seen, LONGEST_PAUSE)

    def _step(self) -> bool:
        behind = self._position()
        with self._ledger.read() as connection:
            batch = screenings.after(connection, behind, MOST_AT_ONCE)
        if not batch:
            return False
        self._handle(batch)
        if self._position() <= behind:
            raise RuntimeError(f"the cursor of follower {self._name} did not move past {behind}")
        return True
