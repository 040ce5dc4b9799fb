"""What the office has of every life of every outbox, and what of it is lost for good."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec
from sqlalchemy import Connection, Table, select

from collector.ledger import epochs
from collector.ledger.insertion import or_renew
from collector.ledger.runs import Range
from collector.ledger.tables import epochs as lives_table
from collector.ledger.tables import lost, runs

Key = tuple[str, str]
"""A gate and the epoch of one life of its outbox."""


class Life(msgspec.Struct, frozen=True):
    """Ranges first…last, ascending: `have` is in the ledger, `lost` will never come. `since_ms`: when it was met."""

    have: tuple[Range, ...]
    lost: tuple[Range, ...] = ()
    since_ms: int = 0

    @property
    def last(self) -> int:
        """The highest number that the ledger has; 0 when it has none."""
        return self.have[-1][1] if self.have else 0

    def missing(self, last: int) -> tuple[Range, ...]:
        """The numbers from 1 to `last` that are neither here nor given up."""
        return tuple(without([(1, last)], sorted([*self.have, *self.lost])))


class Lost(msgspec.Struct, frozen=True):
    """Numbers first…last of a gate's epoch that were given up, why, and when (milliseconds since 1970)."""

    gate: str
    epoch: str
    first: int
    last: int
    reason: str
    at_ms: int


def all(connection: Connection) -> dict[Key, Life]:  # noqa: A001 - read as lives.all
    """Every life that was met."""
    columns = lives_table.c.life, lives_table.c.gate, lives_table.c.epoch, lives_table.c.first_seen_ms
    have = _ranges(connection, runs)
    gone = _ranges(connection, lost)
    return {
        (gate, epoch): Life(have.get(life, ()), gone.get(life, ()), since_ms)
        for life, gate, epoch, since_ms in connection.execute(select(*columns))
    }


def give_up(  # noqa: PLR0917 - the columns, in their order
    connection: Connection, gate: str, epoch: str, ranges: Sequence[Range], reason: str, now_ms: int
) -> None:
    """Write down that these numbers will never come."""
    life = epochs.seen(connection, gate, epoch, now_ms)
    rows = [{"life": life, "first": first, "last": last, "reason": reason, "at_ms": now_ms} for first, last in ranges]
    if rows:
        connection.execute(or_renew(connection, lost, ("last", "reason", "at_ms")), rows)


def lost_for_good(connection: Connection, limit: int = 1000) -> list[Lost]:
    """What was given up and has not arrived after all; the newest first."""
    query = (
        select(lives_table.c.gate, lives_table.c.epoch, lost)
        .join(lost, lost.c.life == lives_table.c.life)
        .order_by(lost.c.at_ms.desc(), lost.c.life, lost.c.first)
        .limit(limit)
    )
    found: list[Lost] = []
    for row in connection.execute(query):
        near = select(runs.c.first, runs.c.last).where(
            runs.c.life == row.life, runs.c.first <= row.last, runs.c.last >= row.first
        )
        have = [(first, last) for first, last in connection.execute(near.order_by(runs.c.first))]
        found.extend(
            Lost(row.gate, row.epoch, first, last, row.reason, row.at_ms)
            for first, last in without([(row.first, row.last)], have)
        )
    return found


def without(ranges: Sequence[Range], taken: Sequence[Range]) -> Iterator[Range]:
    """`ranges` less `taken`; both ascending, those of `taken` may overlap."""
    for first, last in ranges:
        begin = first
        for taken_first, taken_last in taken:
            if taken_first > last:
                break
            if taken_first > begin:
                yield begin, taken_first - 1
            begin = max(begin, taken_last + 1)
        if begin <= last:
            yield begin, last


def count(ranges: Sequence[Range]) -> int:
    """How many numbers there are in ranges that do not overlap."""
    return sum(last - first + 1 for first, last in ranges)


def _ranges(connection: Connection, table: Table) -> dict[int, tuple[Range, ...]]:
    columns = table.c
    query = select(columns.life, columns.first, columns.last).order_by(columns.life, columns.first)
    return {
        life: tuple((first, last) for _, first, last in rows)
        for life, rows in groupby(connection.execute(query), key=lambda row: row[0])
    }
