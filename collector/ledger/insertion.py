"""INSERT that leaves or renews what is already there, in the words of the database at hand."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

MOST_PARAMETERS = 30_000
"""In one statement; SQLite takes 32,766 (limits.html), PostgreSQL 65,535."""
MOST_ROWS = 512

Row = tuple[Any, ...]


def or_ignore(connection: Connection, table: Table) -> Any:
    """INSERT whose rows that break a unique key change nothing."""
    return _ignoring(connection.dialect, table)


def or_renew(connection: Connection, table: Table, columns: tuple[str, ...], where: Any = None) -> Any:
    """INSERT that, for a known primary key, sets `columns` to the new row's values (if `where` holds for the old)."""
    return _renewing(connection.dialect, table, columns, where)


def insert_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row], renew: tuple[str, ...] = ()
) -> int:
    """Insert many rows by few statements.

    The sqlite3 module lets go of Python's lock at every step of `executemany`, and waits up to 5 ms to have it again
    while another thread computes: that is 3 ms a row, where a statement of hundreds of rows is one step.

    Args:
        connection: a write of the ledger.
        table: where to.
        columns: of the table, in its order.
        rows: values in the order of `columns`.
        renew: for a known primary key these are set to the new row's values; without, nothing changes.

    Returns:
        How many rows were inserted or renewed.
    """
    width = len(columns)
    binders = _binders(connection.dialect, table, columns)
    written = begun = 0
    while begun < len(rows):
        # Powers of two: few texts, that the driver keeps prepared, serve every number of rows.
        take = 1 << (min(len(rows) - begun, MOST_ROWS, MOST_PARAMETERS // width).bit_length() - 1)
        values = list(chain.from_iterable(rows[begun : begun + take]))
        for place, bind in binders:
            values[place::width] = map(bind, values[place::width])
        text = _text(connection.dialect, table, columns, renew, take)
        written += connection.exec_driver_sql(text, tuple(values)).rowcount
        begun += take
    return written


@lru_cache(maxsize=64)
def _binders(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> list[tuple[int, Callable[[Any], Any]]]:
    """What makes values such as the driver wants them, for the columns where that differs."""
    found = ((place, table.c[name].type.bind_processor(dialect)) for place, name in enumerate(columns))
    return [(place, bind) for place, bind in found if bind is not None]


@lru_cache(maxsize=256)
def _text(dialect: Dialect, table: Table, columns: tuple[str, ...], renew: tuple[str, ...], rows: int) -> str:
    statement = _renewing(dialect, table, renew) if renew else _ignoring(dialect, table)
    # Places instead of names for the values, so that the group of one row can be repeated.
    kind: Any = type(dialect)
    numbered = kind(paramstyle="qmark" if dialect.name == "sqlite" else "format")
    compiled = statement.inline().compile(dialect=numbered, column_keys=list(columns))
    if tuple(compiled.positiontup) != columns:
        raise ValueError(f"the columns of {table.name} are in the order {compiled.positiontup}, not {columns}")
    return re.sub(
        r"VALUES (\(.*?\))(?= ON CONFLICT)", lambda group: "VALUES " + ", ".join([group[1]] * rows), str(compiled)
    )


def _insert(dialect: Dialect, table: Table) -> Any:
    """Both dialects have the same words for a conflict, but no common class that names them."""
    return postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)


def _ignoring(dialect: Dialect, table: Table) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing()


def _renewing(dialect: Dialect, table: Table, columns: tuple[str, ...], where: Any = None) -> Any:
    insert = _insert(dialect, table)
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column: insert.excluded[column] for column in columns},
        where=where,
    )
