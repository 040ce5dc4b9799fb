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
GIVE_WAY_SECONDS = 0.25
"""Between two batches while ingest is pressed: first commit and receipt, then everything else."""


class Overtaken(Exception):  # noqa: N818 - the word says it
    """Another office has dealt with the batch meanwhile; nothing was written of it."""


class NotNow(Exception):  # noqa: N818 - no error of anybody
    """Raised by a handler that cannot take the batch now, has said so itself, and wants it again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:g} s")
        self.seconds = seconds


class Follower(Generic[B]):
    """Reads the ledger behind a cursor and hands each batch on, again and again until it is taken.

    While another office leads (see `leadership`) it waits.

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
        while (seen := self._seen()) is not None:
            begun = monotonic()
            if not self._ledger.leads():
                self._ledger.changed.wait(seen, LONGEST_PAUSE)
                continue
            try:
                rows = self._step()
            except Overtaken:
                log.info("follower_overtaken", follower=self._name)
                continue
            except NotNow as wait:
                self._stopping.wait(wait.seconds)
                continue
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

    def _seen(self) -> int | None:
        """How often the bell has rung, once it is calm; None: the end. Asked in this order, `stop`'s ring is heard."""
        self._ledger.calm.wait(GIVE_WAY_SECONDS)
        seen = self._ledger.changed.version
        return None if self._stopping.is_set() else seen

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
