"""INSERT that leaves or renews what is already there, in the words of the database at hand."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from collector.ledger.ids import Id16

MOST_PARAMETERS = 30_000
"""In one statement; SQLite takes 32,766 (limits.html), PostgreSQL 65,535."""
MOST_ROWS = 512

Row = tuple[Any, ...]
Changes = tuple[tuple[str, ...], tuple[str, ...]]
"""The columns that are renewed, and those that are added to, where the primary key is known."""


def or_ignore(connection: Connection, table: Table) -> Any:
    """INSERT whose rows that break a unique key change nothing; its `rowcount` says how many were new."""
    # Without `inline` SQLAlchemy asks PostgreSQL for the new keys, and gives -1 for the count.
    return _ignoring(connection.dialect, table).inline().execution_options(preserve_rowcount=True)


def or_renew(connection: Connection, table: Table, columns: tuple[str, ...], where: Any = None) -> Any:
    """INSERT that, for a known primary key, sets `columns` to the new row's values (if `where` holds for the old)."""
    return _renewing(connection.dialect, table, columns, where=where)


def or_add(connection: Connection, table: Table, columns: tuple[str, ...]) -> Any:
    """INSERT that, for a known primary key, adds the new row's `columns` to the old one's; bytes are joined."""
    return _renewing(connection.dialect, table, (), columns)


def insert_rows(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[Row],
    *,
    renew: tuple[str, ...] = (),
    add: tuple[str, ...] = (),
) -> int:
    """Insert many rows by few statements.

    The sqlite3 module lets go of Python's lock at every step of `executemany`, and waits up to 5 ms to have it again
    while another thread computes: that is 3 ms a row, where a statement of hundreds of rows is one step.

    Args:
        connection: a write of the ledger.
        table: where to.
        columns: of the table, in its order.
        rows: values in the order of `columns`.
        renew: for a known primary key these are set to the new row's values.
        add: these are added to instead, as `or_add` does; without either, nothing changes.

    Returns:
        How many rows were inserted or renewed.
    """
    if rows and connection.dialect.name == "postgresql":
        return _insert_columns(connection, table, columns, rows, (renew, add))
    width = len(columns)
    binders = _binders(connection.dialect, table, columns)
    written = begun = 0
    while begun < len(rows):
        # Powers of two: few texts, that the driver keeps prepared, serve every number of rows.
        take = 1 << (min(len(rows) - begun, MOST_ROWS, MOST_PARAMETERS // width).bit_length() - 1)
        values = list(chain.from_iterable(rows[begun : begun + take]))
        for place, bind in binders:
            values[place::width] = map(bind, values[place::width])
        text = _text(connection.dialect, table, columns, (renew, add), take)
        written += connection.exec_driver_sql(text, tuple(values)).rowcount
        begun += take
    return written


def _insert_columns(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row], changes: Changes
) -> int:
    """One array a column: psycopg reads a statement's text anew each time when it is long, three times the work."""
    values: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    for place, bind in _binders(connection.dialect, table, columns):
        values[place] = list(map(bind, values[place]))
    for place, name in enumerate(columns):
        if isinstance(table.c[name].type, Id16):  # an array is of one class, and UUID has others below it
            values[place] = [None if one is None else str(one) for one in values[place]]
    text = _column_text(connection.dialect, table, columns, changes)
    return connection.exec_driver_sql(text, tuple(values)).rowcount


@lru_cache(maxsize=64)
def _column_text(dialect: Dialect, table: Table, columns: tuple[str, ...], changes: Changes) -> str:
    # Without the length: a cast to varchar(32) cuts what is too long, where an insert refuses it.
    kinds = [re.sub(r"\(\d+\)", "", table.c[name].type.dialect_impl(dialect).compile(dialect)) for name in columns]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    names = ", ".join(f'"{name}"' for name in columns)
    conflict = _text(dialect, table, columns, changes, 1).partition(" ON CONFLICT")[2]
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {names} FROM unnest({arrays}) WITH ORDINALITY "  # noqa: S608 - ours
        f'AS given ({names}, "nth of them") ORDER BY "nth of them" ON CONFLICT{conflict}'
    )


@lru_cache(maxsize=64)
def _binders(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> list[tuple[int, Callable[[Any], Any]]]:
    """What makes values such as the driver wants them, for the columns where that differs."""
    found = (
        (place, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for place, name in enumerate(columns)
    )
    return [(place, bind) for place, bind in found if bind is not None]


@lru_cache(maxsize=256)
def _text(dialect: Dialect, table: Table, columns: tuple[str, ...], changes: Changes, rows: int) -> str:
    statement = _renewing(dialect, table, *changes) if any(changes) else _ignoring(dialect, table)
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


def _renewing(
    dialect: Dialect, table: Table, renew: tuple[str, ...], add: tuple[str, ...] = (), *, where: Any = None
) -> Any:
    insert = _insert(dialect, table)
    new = insert.excluded
    changed = {column: new[column] for column in renew} | {column: _sum(table.c[column], new[column]) for column in add}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changed, where=where)


def _sum(old: Any, new: Any) -> Any:
    # SQLite joins bytes into what it calls text, with every byte kept.
    return cast(old.op("||")(new), LargeBinary) if isinstance(old.type, LargeBinary) else old + new
