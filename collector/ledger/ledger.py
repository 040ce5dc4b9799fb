"""The ledger's door: opened once, then a write or a snapshot at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import BoundedSemaphore, Event, Lock
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from collector.ledger import cursors, postgres
from collector.ledger.changed import Changed
from collector.ledger.engine import LOCK_SECONDS, WRITES, is_there, open_engine
from collector.ledger.failures import failure
from collector.ledger.schema import upgrade
from kadian.errors import KadianError
from kadian.settings import Secret

if TYPE_CHECKING:
    import psycopg


class Ledger:
    """The office's database. Any thread may use it; writes go one after another, those of other collectors too."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._writing = Lock()
        self._reading = BoundedSemaphore(postgres.READERS) if self.shared else nullcontext()
        self.place = place
        """The file, or the server without its password: for messages."""
        self.calm = Event()
        """Not set while more arrives than is stored at once: whoever only follows gives way then."""
        self.calm.set()
        self.changed = Changed()
        """Rings after every commit."""
        self.leads: Callable[[], bool] = lambda: True
        """Whether this office is the one that follows; `leadership` answers where there are several."""

    @classmethod
    def open(cls, url: str, password: Secret | None = None, *, make: bool = True) -> Self:
        """Open a ledger, made or brought to the newest schema where need be.

        Args:
            url: `sqlite:///relative`, `sqlite:////absolute` or `postgresql://user@host/database`.
            password: of the account on a server, if the URL does not have it.
            make: whether a file that is not there is made. The office makes its own; a command that is given in
                another folder must not work on a ledger that nobody has.

        Raises:
            KadianError: K0300 to K0306, K0340 to K0347: what is wrong with the URL, the file, the server or the
                schema, and what to do; K0376 there is no ledger, and none is to be made.
        """
        if not make:
            is_there(url)
        engine, place = open_engine(url, password)
        ledger = cls(engine, place)
        try:
            with ledger._transaction(postgres.PATIENTLY) as connection:
                if connection.dialect.name == "postgresql":
                    postgres.check(connection, place)
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
        with self._writing, self._transaction() as connection:
            yield connection
        self.changed.notify()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot: all reads of the block see the same moment. Nothing is kept of what the block writes."""
        with self._reading, self._engine.connect() as connection:
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
            with self._transaction() as connection:
                cursors.put(connection, "probe", cursors.get(connection, "probe") + 1)
        except SQLAlchemyError as error:
            raise failure(error, self.place) from error
        finally:
            self._writing.release()

    @property
    def shared(self) -> bool:
        """Whether other offices may work with the same ledger."""
        return self._engine.dialect.name == "postgresql"

    def session(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection of one's own to a shared ledger, each statement for itself; to be closed by who asked.

        Raises:
            psycopg.Error: the server is away or refuses.
        """
        return postgres.session(self._engine)

    @contextmanager
    def _transaction(self, how: str | bool = True) -> Iterator[Connection]:
        with self._engine.connect().execution_options(**{WRITES: how}) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections. On SQLite the last one folds the write-ahead log into the file."""
        self._engine.dispose()
