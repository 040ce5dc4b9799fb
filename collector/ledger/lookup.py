"""Rows by many keys at once."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection

MOST_KEYS = 512


class Lookup(msgspec.Struct, frozen=True):
    """A question: the `wanted` columns of those rows of `table` whose `key` columns have one of the values asked for.

    An index covers `key`. `most` bounds the rows of an answer. With `lock` PostgreSQL keeps the rows for this
    transaction; SQLite has one writer, and no words for it. SQLAlchemy would render a list of values anew each time,
    which takes longer than the answer, and SQLite reads the whole table for an IN of pairs.
    """

    table: str
    key: tuple[str, ...]
    wanted: tuple[str, ...]
    order: tuple[str, ...]
    most: int | None = None
    lock: bool = False

    def rows(self, connection: Connection, keys: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The answer for at most 512 keys, none twice."""
        if not keys:
            return []
        # Powers of two: few texts, that the driver keeps prepared; NULL, which equals nothing, fills up what is over.
        room = 1 << (len(keys) - 1).bit_length()
        values = (*chain.from_iterable(keys), *([None] * ((room - len(keys)) * len(self.key))))
        return list(connection.exec_driver_sql(_text(self, connection.dialect.name, room), values))


@lru_cache(maxsize=64)
def _text(lookup: Lookup, dialect: str, keys: int) -> str:
    one = f"({', '.join(['?' if dialect == 'sqlite' else '%s'] * len(lookup.key))})"
    table = lookup.table
    equal = " AND ".join(f"{table}.{name} = asked.{name}" for name in lookup.key)
    return " ".join(
        (
            f"WITH asked ({', '.join(lookup.key)}) AS (VALUES {', '.join([one] * keys)})",
            f"SELECT {', '.join(f'{table}.{name}' for name in lookup.wanted)}",
            f"FROM asked CROSS JOIN {table} WHERE {equal}",
            f"ORDER BY {', '.join(f'{table}.{name}' for name in lookup.order)}",
            f"LIMIT {lookup.most}" if lookup.most else "",
            f"FOR UPDATE OF {table}" if lookup.lock and dialect == "postgresql" else "",
        )
    ).strip()
