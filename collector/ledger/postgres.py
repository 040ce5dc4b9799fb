"""How the ledger lives in PostgreSQL (14 or newer), so that several collectors write into it as one would.

Every write transaction begins with one lock for all of them, held until its commit is visible (PostgreSQL frees a
transaction's locks behind that: "Explicit Locking", 13.3.5). So writes come one after another, as they do in SQLite,
and positions, which a sequence gives before the commit, become visible in their order: who has read up to a position
has missed none below it.
"""

from collections.abc import Callable
from os import getpid
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from kadian.errors import KadianError
from kadian.settings import Secret

if TYPE_CHECKING:
    import psycopg

NAMES = ("postgresql", "postgres", "postgresql+psycopg")
"""How a ledger's URL may begin; all three mean psycopg 3."""
LOCKS = 1_801_545_073
"""The first of the two numbers of each advisory lock, so that other programs' locks in the database are others."""
WRITING, LEADING = 1, 2
"""The second: held by whoever writes, and by whoever leads."""
BELL = "kadian_changed"
"""The channel on which each commit is told; the payload says by whom."""
CONNECT_SECONDS = 5
CONNECTIONS = 16
READERS = CONNECTIONS - 1
"""How many may read at once: the last connection is for whoever writes, however many slow questions are asked."""
HERE = f"{getpid()}-{token_hex(4)}"
"""This process, for the bell."""

SETTINGS = {
    # A collector that hangs in the middle of a write must not hold up the others, and they must not wait for ever.
    "idle_in_transaction_session_timeout": "15s",
    "lock_timeout": "10s",
    # One whose machine has gone is noticed after 10 s + 3 * 3 s.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
}
TAKE_TURNS = f"SELECT pg_advisory_xact_lock({LOCKS}, {WRITING}), pg_notify('{BELL}', '{HERE}')"
NO_HURRY = "SELECT set_config('lock_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)"
PATIENTLY = "patiently"
"""The value of the execution option for a write that waits, and takes, as long as it takes: a migration."""


def address(parts: URL, password: Secret | None) -> URL:
    """The URL as SQLAlchemy wants it: with the driver's name, and the password that was kept apart."""
    parts = parts.set(drivername="postgresql+psycopg")
    return parts.set(password=password.reveal()) if password else parts


def connect_arguments() -> dict[str, Any]:
    """What libpq is told: not to wait for ever for a server or a network that has gone."""
    return {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "kadian",
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }


def open_engine(parts: URL, password: Secret | None, writes: str) -> Engine:
    """An engine; the connections that have the execution option `writes` take turns."""
    engine = create_engine(
        address(parts, password),
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        # Under REPEATABLE READ a transaction would see what was there before it waited for its turn.
        isolation_level="READ COMMITTED",
        connect_args=connect_arguments(),
    )
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _taking_turns(writes))
    return engine


def prepare(connection: Any, _record: object = None) -> None:
    """Set a new connection (psycopg's) as the ledger needs it.

    A commit that returns before it is on disk would make receipts lie, so `synchronous_commit = off` is overruled.
    """
    before, connection.autocommit = connection.autocommit, True
    columns = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SETTINGS.items())
    connection.execute(f"SELECT {columns}")
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.autocommit = before


def session(engine: Engine) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection beside the pool, each statement for itself.

    Raises:
        psycopg.Error: the server is away or refuses.
    """
    import psycopg

    arguments, named = engine.dialect.create_connect_args(engine.url)
    made = psycopg.connect(*arguments, **{**named, **connect_arguments()}, autocommit=True)
    prepare(made)
    return made


def check(connection: Connection, place: str) -> None:
    """Refuse a server on which a commit may be lost by a power cut.

    Raises:
        KadianError: K0347 it runs with `fsync` or `full_page_writes` off.
    """
    for name in ("fsync", "full_page_writes"):
        if connection.exec_driver_sql(f"SHOW {name}").scalar() == "off":
            raise KadianError("K0347", place, name=name)


def _taking_turns(writes: str) -> Callable[[Connection], None]:
    def on_begin(connection: Connection) -> None:
        how = connection.get_execution_options().get(writes, False)
        if how == PATIENTLY:
            connection.exec_driver_sql(NO_HURRY)
        if how:
            connection.exec_driver_sql(TAKE_TURNS)

    return on_begin
