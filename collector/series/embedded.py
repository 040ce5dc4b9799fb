"""The series store that comes with the box: one SQLite file beside the ledger, rolled up by minute and by hour."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy
import structlog
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table, event, select
from sqlalchemy.dialects.sqlite import insert

from collector.ledger.screenings import StoredScreening
from collector.series.open import SeriesSettings
from collector.series.steps import HOUR_MS, MINUTE_MS, roll_up_of, step_of, widened
from collector.series.store import Bucket
from collector.series.tally import Tally, bucket, tallies
from kadian.errors import KadianError

SHAPE = 1
"""Of the tables below, kept as the file's `user_version`. A file of another shape is filled again from the ledger."""

log = structlog.get_logger(__name__)
metadata = MetaData()
rollups = Table(
    "rollups",
    metadata,
    Column("length_ms", Integer, primary_key=True),
    Column("gate", String(32), primary_key=True),
    Column("start_ms", BigInteger, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("rechecks", Integer, nullable=False),
    Column("stops", Integer, nullable=False),
    Column("max", Integer),  # hundredths of a °C, for whoever reads the file with SQL
    Column("hundredths", LargeBinary, nullable=False),  # msgpack: {hundredths of a °C: how often}
    sqlite_with_rowid=False,
)
cursor = Table("cursor", metadata, Column("one", Integer, primary_key=True), Column("position", BigInteger))
_packed = msgspec.msgpack.Decoder(dict[int, int])


class EmbeddedSeries:
    """Roll-ups by gate, minute and hour, with the ledger's position in the same transaction.

    A kill between any two steps therefore counts nothing twice and leaves nothing out.
    """

    def __init__(self, path: Path) -> None:
        self._engine = _engine(path)
        self._writing = threading.Lock()
        with self._transaction() as connection:
            metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SHAPE}")

    def write(self, batch: Sequence[StoredScreening]) -> None:
        """Count `batch`, less what was counted before, and move the position to its last."""
        with self._transaction() as connection:
            done = _position(connection)
            fresh = [stored for stored in batch if stored.position > done]
            if not fresh:
                return
            found = tallies(fresh, (MINUTE_MS, HOUR_MS))
            _add_what_is_there(connection, found)
            rows = [_row(key, tally) for key, tally in found.items()]
            new = insert(rollups)
            changed = {name: new.excluded[name] for name in ("count", "rechecks", "stops", "max", "hundredths")}
            keys = [rollups.c.length_ms, rollups.c.gate, rollups.c.start_ms]
            connection.execute(new.on_conflict_do_update(index_elements=keys, set_=changed), rows)
            last = max(stored.position for stored in fresh)
            place = insert(cursor).values(one=1, position=last)
            connection.execute(place.on_conflict_do_update(index_elements=[cursor.c.one], set_={"position": last}))

    def position(self) -> int:
        """The ledger's position up to which everything is counted."""
        with self._engine.connect() as connection:
            return _position(connection)

    def chart(self, gate: str, start_ms: int, end_ms: int, points: int) -> list[Bucket]:
        """At most `points` buckets of the window; see `collector.series.store.Series.chart`."""
        step = step_of(start_ms, end_ms, points)
        first_ms, last_ms = widened(start_ms, end_ms)
        wanted = select(rollups).where(
            rollups.c.length_ms == roll_up_of(start_ms, end_ms),
            rollups.c.gate == gate,
            rollups.c.start_ms >= first_ms,
            rollups.c.start_ms < last_ms,
        )
        merged: defaultdict[int, Tally] = defaultdict(Tally)
        with self._engine.connect() as connection:
            for row in connection.execute(wanted.order_by(rollups.c.start_ms)).mappings():
                merged[row["start_ms"] // step].merge(_tally(row))
        return [bucket(max(number * step, first_ms), tally) for number, tally in merged.items()]

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[sqlalchemy.Connection]:
        with self._writing, self._engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection


def open_store(settings: SeriesSettings, ledger_url: str) -> EmbeddedSeries:
    """The store at `settings.path`, or beside a SQLite ledger, or in `data/`.

    A file that is damaged or of another shape is put aside (`….aside`) and filled again from the ledger.

    Raises:
        KadianError: K0351, the file or its folder cannot be written.
    """
    path = Path(settings.path) if settings.path else _beside(ledger_url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not _sound(path):
            _put_aside(path)
        return EmbeddedSeries(path)
    except (OSError, sqlalchemy.exc.DBAPIError) as error:
        raise KadianError("K0351", str(path), why=str(getattr(error, "orig", error))) from error


def _beside(ledger_url: str) -> Path:
    url = sqlalchemy.make_url(ledger_url)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return Path(url.database).with_suffix(".series.db")
    return Path("data/kadian.series.db")


def _engine(path: Path) -> sqlalchemy.Engine:
    engine = sqlalchemy.create_engine(sqlalchemy.URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin its transactions late, and not for reading
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may take the last transactions, counts and position together: the ledger gives them again.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA busy_timeout = 5000")

    @event.listens_for(engine, "begin")
    def _begin(connection: sqlalchemy.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _sound(path: Path) -> bool:
    engine = _engine(path)
    try:
        with engine.connect() as connection:
            shape = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            return bool(shape == SHAPE and connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() == "ok")
    except sqlalchemy.exc.OperationalError:
        raise
    except sqlalchemy.exc.DatabaseError:
        return False
    finally:
        engine.dispose()


def _put_aside(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        if (part := path.with_name(name)).exists():
            part.replace(part.with_name(f"{name}.aside"))
    log.warning("series_put_aside", path=str(path))


def _position(connection: sqlalchemy.Connection) -> int:
    return connection.execute(select(cursor.c.position)).scalar() or 0


def _add_what_is_there(connection: sqlalchemy.Connection, found: dict[tuple[int, str, int], Tally]) -> None:
    starts: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for length, gate, start in found:
        starts[length, gate].append(start)
    for (length, gate), wanted in starts.items():
        there = select(rollups).where(
            rollups.c.length_ms == length, rollups.c.gate == gate, rollups.c.start_ms.in_(wanted)
        )
        for row in connection.execute(there).mappings():
            found[length, gate, row["start_ms"]].merge(_tally(row))


def _tally(row: sqlalchemy.RowMapping) -> Tally:
    return Tally(row["count"], row["rechecks"], row["stops"], Counter(_packed.decode(row["hundredths"])))


def _row(key: tuple[int, str, int], tally: Tally) -> dict[str, Any]:
    length_ms, gate, start_ms = key
    return {
        "length_ms": length_ms,
        "gate": gate,
        "start_ms": start_ms,
        "count": tally.count,
        "rechecks": tally.rechecks,
        "stops": tally.stops,
        "max": max(tally.hundredths, default=None),
        "hundredths": msgspec.msgpack.encode(dict(sorted(tally.hundredths.items()))),
    }
