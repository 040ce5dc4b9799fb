"""INSERT that adds to what is already there."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, cast
from sqlalchemy.dialects import postgresql, sqlite


def add_many(
    connection: Connection,
    table: Table,
    added: tuple[str, ...],
    joined: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """INSERT rows that, where their primary key is known, add their numbers to the old row's, and join their bytes.

    Args:
        connection: a write of the ledger.
        table: what they go into.
        added: the columns that are added up.
        joined: the columns of bytes.
        rows: in the order of the table's columns. They go to the driver as they are: for thousands of rows a second,
            what SQLAlchemy does with each costs three times as much as the database.
    """
    if rows:
        connection.exec_driver_sql(_adding(connection.dialect.name, table, added, joined), list(rows))


@lru_cache
def _adding(dialect: str, table: Table, added: tuple[str, ...], joined: tuple[str, ...]) -> str:
    module, style = (postgresql, "format") if dialect == "postgresql" else (sqlite, "qmark")
    insert: Any = module.insert(table)
    new = insert.excluded
    sums = {name: table.c[name] + new[name] for name in added}
    # SQLite joins bytes into what it calls text, with every byte kept.
    texts = {name: cast(table.c[name].op("||")(new[name]), LargeBinary) for name in joined}
    insert = insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_={**sums, **texts})
    return str(insert.compile(dialect=module.dialect(paramstyle=style)))
