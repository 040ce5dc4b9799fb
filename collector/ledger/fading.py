"""Deleting roll-ups that were kept long enough: a bounded number of rows a transaction.

Minutes that are not folded yet stay, however old: hours and days, which are kept longer, are still to be made of them.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Table, and_, delete, select, tuple_

from collector.ledger.series_tables import rollups, tallies


def by_time(connection: Connection, length_ms: int, cutoff_ms: int, most: int) -> int:
    """Delete at most `most` counts of verdicts of one length that begin before a moment; returns how many went."""
    old = and_(tallies.c.length_ms == length_ms, tallies.c.start_ms < cutoff_ms)
    return _delete(connection, tallies, old, most)


def by_gate(connection: Connection, length_ms: int, gates: Sequence[str], cutoff_ms: int, most: int) -> tuple[int, int]:
    """Delete at most `most` roll-ups of one length, gate by gate, as they are kept.

    Returns:
        How many went, and how many of `gates` are done with.
    """
    gone = 0
    for done, gate in enumerate(gates):
        old = and_(
            rollups.c.length_ms == length_ms,
            rollups.c.gate == gate,
            rollups.c.start_ms < cutoff_ms,
        )
        gone += _delete(connection, rollups, old, most - gone)
        if gone >= most:
            return gone, done
    return gone, len(gates)


def _delete(connection: Connection, table: Table, old: object, most: int) -> int:
    keys = list(table.primary_key.columns)
    oldest = select(*keys).where(old).order_by(*keys).limit(most)  # type: ignore[arg-type]
    return connection.execute(delete(table).where(tuple_(*keys).in_(oldest))).rowcount
