"""The ledger's door: opened once, then a write or a snapshot at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from collector.ledger import cursors
from collector.ledger.changed import Changed
from collector.ledger.engine import LOCK_SECONDS, WRITES, open_engine
from collector.ledger.failures import failure
from collector.ledger.schema import upgrade
from kadian.errors import KadianError


class Ledger:
    """The office's database. Any thread may use it; writes go one after another."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._writing = Lock()
        self.place = place
        """The file, or the server without its password: for messages."""
        self.calm = Event()
        """Not set while more arrives than is stored at once: whoever only follows gives way then."""
        self.calm.set()
        self.changed = Changed()
        """Rings after every commit."""

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a ledger, made or brought to the newest schema where need be.

        Args:
            url: `sqlite:///relative`, `sqlite:////absolute` or `postgresql+psycopg://…`.

        Raises:
            KadianError: K0300 to K0306: what is wrong with the URL, the file or its schema, and what to do.
        """
        engine, place = open_engine(url)
        ledger = cls(engine, place)
        try:
            with ledger.begin() as connection:
                upgrade(connection, place)
        except SQLAlchemyError as error:
            ledger.close()
            raise failure(error, place) from error
        except KadianError:
            ledger.close()
            raise
        return ledger

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One write transaction: committed at the end of the block, rolled back when the block fails.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database refused; nothing was written. `failures.failure` explains it.
        """
        with self._writing, self._engine.connect().execution_options(**{WRITES: True}) as connection:  # noqa: SIM117 - one thing a line
            with connection.begin():
                yield connection
        self.changed.notify()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot: all reads of the block see the same moment. Nothing is kept of what the block writes."""
        with self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901 - same one
            yield connection
            connection.rollback()

    def probe(self) -> None:
        """Prove that the office can write: one small row, committed to disk.

        Raises:
            KadianError: K0301 to K0305: why it cannot.
        """
        if not self._writing.acquire(timeout=LOCK_SECONDS):
            raise KadianError("K0304", self.place, why="the write before has not ended")
        try:
            with self._engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
                cursors.put(connection, "probe", cursors.get(connection, "probe") + 1)
        except SQLAlchemyError as error:
            raise failure(error, self.place) from error
        finally:
            self._writing.release()

    def close(self) -> None:
        """Close all connections. On SQLite the last one folds the write-ahead log into the file."""
        self._engine.dispose()
