"""Who was measured where, and whether anybody was signed on: three columns of many rows, in the order of storing."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from collector.ledger.tables import screenings
from collector.ledger.whole import rows_at_once


class Passed(NamedTuple):
    """One screening that had not been kept anywhere; `unattended` 1: nobody was signed on where people sign on."""

    position: int
    gate: str
    received_ms: int
    unattended: int | None


COLUMNS = tuple(screenings.c[name] for name in Passed._fields)


def behind(connection: Connection, position: int, limit: int) -> tuple[list[Passed], int]:
    """Those among the next `limit` rows behind a position that arrived live, and up to where was looked."""
    ends = (
        select(screenings.c.position)
        .where(screenings.c.position > position)
        .order_by(screenings.c.position)
        .limit(limit)
        .subquery()
    )
    last = connection.scalar(select(func.max(ends.c.position)))
    if last is None:
        return [], position
    inside = (screenings.c.position > position) & (screenings.c.position <= last) & screenings.c.drained.is_(None)
    query = select(*COLUMNS).where(inside).order_by(screenings.c.position)
    return rows_at_once(connection, query, Passed), last
