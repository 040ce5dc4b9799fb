"""What scenes were made of, as it changed."""

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection, delete, select

from collector.ledger.insertion import insert_rows
from collector.ledger.tables import conditions as table

PAGE = 2_000


class Condition(msgspec.Struct, frozen=True):
    """One change: of a gate or, where `gate` is empty, of the office itself. `said` is JSON; `at_ms` since 1970."""

    position: int
    at_ms: int
    gate: str
    said: str


def put(connection: Connection, at_ms: int, changes: Iterable[tuple[str, str]]) -> None:
    """Write changes (gate, what is so now), in their order."""
    rows = [(at_ms, gate, said) for gate, said in changes]
    insert_rows(connection, table, ("at_ms", "gate", "said"), rows)


def behind(connection: Connection, position: int) -> list[Condition]:
    """The next changes behind a position; empty where there are no more."""
    query = select(table).where(table.c.position > position).order_by(table.c.position).limit(PAGE)
    return [Condition(**row) for row in connection.execute(query).mappings()]


def of_office(connection: Connection, until_ms: int) -> Iterator[Condition]:
    """What was written of the office itself up to a moment, the latest first."""
    query = select(table).where(table.c.at_ms <= until_ms, table.c.gate == "")
    for row in connection.execute(query.order_by(table.c.at_ms.desc(), table.c.position.desc())).mappings():
        yield Condition(**row)


def of_office_between(connection: Connection, since_ms: int, until_ms: int) -> list[Condition]:
    """What was written of the office itself from a moment to another, in its order."""
    inside = (table.c.at_ms > since_ms) & (table.c.at_ms <= until_ms) & (table.c.gate == "")
    rows = connection.execute(select(table).where(inside).order_by(table.c.position)).mappings()
    return [Condition(**row) for row in rows]


def forget(connection: Connection, before_ms: int, most: int) -> int:
    """Delete at most `most` of those from before a moment, the oldest first; returns how many went."""
    oldest = select(table.c.position).where(table.c.at_ms < before_ms).order_by(table.c.at_ms).limit(most)
    return connection.execute(delete(table).where(table.c.position.in_(oldest))).rowcount
