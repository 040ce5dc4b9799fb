"""Reading many rows at once.

The sqlite3 module lets go of Python's lock at every row, and waits up to the switch interval (`sys.setswitchinterval`)
to have it again while another thread computes. One JSON text of all rows is one step, and msgspec makes the values of
it. Numbers of up to 15 digits come back as they were.
"""

from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, func, select

T = TypeVar("T", bound=tuple[Any, ...])


def rows_at_once(connection: Connection, query: Select[Any], kind: type[T]) -> list[T]:
    """All rows of a query, in its order.

    Args:
        connection: a read or a write of the ledger.
        query: selects numbers and texts; bytes are no JSON.
        kind: a NamedTuple whose fields are the query's columns.
    """
    if connection.dialect.name != "sqlite":
        return [kind(*row) for row in connection.execute(query)]
    inner = query.subquery()
    text = connection.scalar(select(func.json_group_array(func.json_array(*inner.c))))
    return msgspec.json.decode(text or "[]", type=list[kind])  # type: ignore[valid-type]
