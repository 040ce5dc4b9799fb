"""INSERT that leaves or renews what is already there, in the words of the database at hand."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def _insert(connection: Connection, table: Table) -> Any:
    """Both dialects have the same words for a conflict, but no common class that names them."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def or_ignore(connection: Connection, table: Table) -> Any:
    """INSERT whose rows that break a unique key change nothing."""
    return _insert(connection, table).on_conflict_do_nothing()


def or_renew(connection: Connection, table: Table, columns: tuple[str, ...], where: Any = None) -> Any:
    """INSERT that, for a known primary key, sets `columns` to the new row's values (if `where` holds for the old)."""
    insert = _insert(connection, table)
    return insert.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column: insert.excluded[column] for column in columns},
        where=where,
    )
