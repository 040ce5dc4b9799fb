"""Connections to the ledger's database, set so that what was committed survives a power cut."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from collector.ledger import holding, postgres
from kadian.errors import KadianError
from kadian.settings import Secret

WRITES = "kadian_writes"
"""The execution option of a connection that will write."""
LOCK_SECONDS = 5.0
"""How long a write waits for another program (a backup, a shell) to let go of the file."""


def sqlite_file(url: str) -> Path | None:
    """The file of a ledger in SQLite, links followed; None where it is on a server.

    Raises:
        KadianError: K0300 the URL is none.
    """
    try:
        parts = make_url(url)
    except ArgumentError:
        raise KadianError("K0300", url.rpartition("@")[2]) from None
    return Path(parts.database).resolve() if parts.get_backend_name() == "sqlite" and parts.database else None


def is_there(url: str) -> None:
    """See that a ledger in SQLite has its file.

    Raises:
        KadianError: K0300 the URL is none; K0376 the file is missing or empty.
    """
    file = sqlite_file(url)
    if file is not None and not (file.is_file() and file.stat().st_size):
        raise KadianError("K0376", str(file))


def open_engine(url: str, password: Secret | None = None) -> tuple[Engine, str]:
    """An engine for a ledger's URL, and the place to name in messages (no password in it).

    SQLite: `sqlite:///relative` or `sqlite:////absolute`; the folder is made. WAL with `synchronous=FULL`: the mode
    that lost nothing in measured power cuts (WAL with NORMAL lost about 1 % of the commits).
    PostgreSQL: `postgresql://user@host/database`, with libpq's options behind a `?` (sslmode, sslrootcert, host …).

    Raises:
        KadianError: K0300 the URL names no database that the ledger can live in; K0302 the file cannot be made; K0388
            a restore was cut; K0389 one is under way.
    """
    try:
        parts = make_url(url)
        if parts.get_backend_name() == "sqlite" and parts.database not in {None, "", ":memory:"}:
            return _sqlite(parts, Path(str(parts.database)).resolve()), str(parts.database)
        shown = parts.set(query={}).render_as_string(hide_password=True)
        if parts.drivername in postgres.NAMES and parts.database:
            return postgres.open_engine(parts, password, WRITES), shown
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError):
        raise KadianError("K0300", url.rpartition("@")[2].partition("?")[0]) from None
    raise KadianError("K0300", shown)


def _sqlite(parts: URL, file: Path) -> Engine:
    held = holding.use(file)
    try:
        # Rows name no person, but who was where is nobody else's business: files are the office's own.
        holding.make(file)
    except OSError as error:
        held.close()
        raise KadianError("K0302", str(file), why=error.strerror or str(error)) from None
    engine = create_engine(
        parts, pool_size=16, max_overflow=48, connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False}
    )
    event.listen(engine, "engine_disposed", lambda _engine: held.close())
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "journal_size_limit=67108864",
    # Pages (16 MB). A city's gates touch the same pages again and again: folded in four times as rarely, each is
    # written once where it was written several times, and a commit costs a sixth less (decision 031).
    "wal_autocheckpoint=4000",
    "secure_delete=ON",  # Debian's default; what is deleted as too old must be gone from the file too
)


def _on_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred; ours is in _on_begin
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    # A deferred transaction that turns into a write can fail at once with "locked"; an immediate one waits its turn.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
