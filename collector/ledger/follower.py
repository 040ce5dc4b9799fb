"""A thread that hands on what was stored, at its own pace."""

from collections.abc import Callable, Sized
from threading import Event, Thread
from time import monotonic
from typing import Generic, TypeVar

import structlog
from sqlalchemy import Connection

from collector.ledger import screenings
from collector.ledger.ledger import Ledger

log = structlog.get_logger(__name__)
B = TypeVar("B", bound=Sized)

MOST_AT_ONCE = 500
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


class Follower(Generic[B]):
    """Reads the ledger behind a cursor and hands each batch on, again and again until it is taken.

    Args:
        ledger: what is followed.
        name: for the log and the thread.
        handle: takes a batch and moves the cursor with it, best in one transaction: what it raises is met by the same
            batch later, after 0.1 s, then twice as long each time, 5 s at most.
        position: the cursor: the last position that was dealt with.
        read: gives what is stored behind a position, so many rows at most; empty when there is no more.
        most: how many rows to read at once.
        rest: how many seconds to leave between the starts of two batches, given the rows of the first: fewer and
            larger ones under load leave the database to those who write to it.
    """

    def __init__(
        self,
        ledger: Ledger,
        name: str,
        handle: Callable[[B], None],
        position: Callable[[], int],
        *,
        read: Callable[[Connection, int, int], B] = screenings.after,  # type: ignore[assignment]  # whole ones, if B is that
        most: int = MOST_AT_ONCE,
        rest: Callable[[int], float] = lambda _rows: 0.0,
    ) -> None:
        self._ledger = ledger
        self._name = name
        self._read = read
        self._handle = handle
        self._position = position
        self._most = most
        self._rest = rest
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

    def lag(self) -> int:
        """How many positions are stored but not dealt with."""
        with self._ledger.read() as connection:
            last = screenings.last_position(connection)
        return max(0, last - self._position())

    def _follow(self) -> None:
        pause = 0.0
        while not self._stopping.is_set():
            seen, begun = self._ledger.changed.version, monotonic()
            try:
                rows = self._step()
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
            if not rows:
                self._ledger.changed.wait(seen, LONGEST_PAUSE)
            elif (rest := begun + self._rest(rows) - monotonic()) > 0:
                self._stopping.wait(rest)

    def _step(self) -> int:
        behind = self._position()
        with self._ledger.read() as connection:
            batch = self._read(connection, behind, self._most)
        if not batch:
            return 0
        self._handle(batch)
        if self._position() <= behind:
            raise RuntimeError(f"the cursor of follower {self._name} did not move past {behind}")
        return len(batch)
