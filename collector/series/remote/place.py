"""Where the ledger keeps how far a store on another machine has come, and from when on it has everything."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from collector.ledger import Aside, Ledger, aside, cursors, measured
from collector.ledger.measured import Batch
from collector.ledger.series_tables import series_aside
from collector.series.open import cursor_of

FIRST = 1
"""The position of a ledger's first screening."""
EMPTIED_WITHIN_MS = 120_000
"""Whoever has begun to empty the store is done after so long, or was killed."""


class Place:
    """The cursors of one store. Each change is one transaction of the ledger.

    A store is emptied while others may be writing to it. So each time begins a new round, and what was written in an
    older one moves no cursor: a position of 0 alone does not tell the store that was emptied from the one before.
    """

    def __init__(self, ledger: Ledger, backend: str) -> None:
        self._ledger = ledger
        self._backend = backend
        self._cursor = cursor_of(backend)
        names = ("settled", "round", "emptying_ms", "begins_ms")
        self._settled, self._round, self._emptying_ms, self._begins_ms = (f"{self._cursor}.{name}" for name in names)

    def position(self) -> int:
        """The ledger's position up to which everything is in the store or set aside."""
        return self._get(self._cursor)

    def begins_ms(self) -> int:
        """From when on everything that arrived is there, milliseconds since 1970; 0: all that ever did."""
        return self._get(self._begins_ms)

    def round(self, now_ms: int) -> int | None:
        """The number of the round; None while somebody empties the store."""
        with self._ledger.read() as connection:
            since_ms = cursors.get(connection, self._emptying_ms)
            number = cursors.get(connection, self._round)
        if not since_ms:
            return number
        if abs(now_ms - since_ms) <= EMPTIED_WITHIN_MS:
            return None
        self.emptied()
        return number + 1

    def moved(self, round_: int, batch: Batch, refused: Sequence[Aside]) -> bool:
        """Move behind a batch that was written, and list what was refused; False when somebody else has moved."""
        with self._ledger.begin() as connection:
            if cursors.get(connection, self._round) != round_:
                return False
            if not cursors.move(connection, self._cursor, batch.behind, batch.last):
                return False
            aside.put(connection, refused)
            if self._begins_anew(connection, batch):
                arrived_ms = measured.waiting_since_ms(connection, batch.rows[0].position - 1) or 0
                cursors.put(connection, self._begins_ms, 0 if batch.rows[0].position == FIRST else arrived_ms)
        return True

    def settle(self, position: int) -> None:
        """Remember up to where the store cannot lose anything any more."""
        with self._ledger.begin() as connection:
            cursors.put(connection, self._settled, position)

    def back(self, behind: int) -> int | None:
        """Go back from `behind` to what is settled; None where there is nothing to go back over."""
        with self._ledger.begin() as connection:
            settled = cursors.get(connection, self._settled)
            moved = settled < behind and cursors.move(connection, self._cursor, behind, settled)
        return settled if moved else None

    def empty(self, now_ms: int) -> None:
        """Say that the store is about to be emptied: nobody writes until it is `emptied` or `spared`."""
        with self._ledger.begin() as connection:
            cursors.put(connection, self._emptying_ms, now_ms)

    def spared(self) -> None:
        """It was not emptied after all."""
        with self._ledger.begin() as connection:
            cursors.put(connection, self._emptying_ms, 0)

    def emptied(self) -> None:
        """It is empty, or may be: begin a new round at position 0, with nothing set aside."""
        with self._ledger.begin() as connection:
            aside.clear(connection, self._backend)
            cursors.put(connection, self._round, cursors.get(connection, self._round) + 1)
            for name in (self._emptying_ms, self._cursor, self._settled):
                cursors.put(connection, name, 0)

    def _begins_anew(self, connection: Connection, batch: Batch) -> bool:
        """Whether the store lacks what the ledger had before this batch: it is the first, or retention was faster."""
        first = batch.rows[0].position
        if not batch.behind or first == batch.behind + 1:
            return not batch.behind
        end = func.coalesce(series_aside.c.last, series_aside.c.position)
        missed = select(series_aside.c.position).where(
            series_aside.c.backend == self._backend, end > batch.behind, series_aside.c.position < first
        )
        return connection.scalar(missed.limit(1)) is not None

    def _get(self, name: str) -> int:
        with self._ledger.read() as connection:
            return cursors.get(connection, name)
