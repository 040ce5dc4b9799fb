"""Reading the minutes that were counted lately, and are not folded yet.

Their table is kept by time before gate. So this leaps from minute to minute that has anything, and looks there for the
gate, instead of reading past all the others.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Row, func, select

from collector.ledger.series_tables import VERDICTS, fresh_minutes
from collector.series.lengths import HOUR_MS

RESTED_MS = 600_000
"""An hour is folded so long after its end: what arrives later than that costs a little more."""
FRESH = fresh_minutes.c


def fresh_of(connection: Connection, gate: str, first_ms: int, last_ms: int) -> Sequence[Row[Any]]:
    """The fresh minutes of one gate from `first_ms` until before `last_ms`: start, temperatures, verdicts."""
    starts = _starts(first_ms, last_ms)
    columns = FRESH.start_ms, FRESH.hundredths, *(FRESH[name] for name in VERDICTS)
    query = select(*columns).join(starts, starts.c.at_ms == FRESH.start_ms).where(FRESH.gate == gate)
    return connection.execute(query).all()


def ripe_hour(connection: Connection, now_ms: int) -> tuple[list[int], list[str]]:
    """The oldest hour that has fresh minutes, if it was over 10 minutes ago: their starts, and whose they are."""
    first = connection.scalar(select(func.min(FRESH.start_ms)))
    if first is None or first - first % HOUR_MS + HOUR_MS + RESTED_MS > now_ms:
        return [], []
    hour = first - first % HOUR_MS
    starts = _starts(hour, hour + HOUR_MS)
    minutes = connection.scalars(select(starts.c.at_ms).where(starts.c.at_ms.is_not(None))).all()
    inside = FRESH.start_ms >= hour, FRESH.start_ms < hour + HOUR_MS
    return list(minutes), sorted(connection.scalars(select(FRESH.gate).where(*inside).distinct()))


def _starts(first_ms: int, last_ms: int) -> CTE:
    """Every minute that has anything, found by one look into the key each; a last row of None."""
    start = FRESH.start_ms
    least = select(func.min(start).label("at_ms"))
    starts = least.where(start >= first_ms, start < last_ms).cte("starts", recursive=True)
    following = least.where(start > starts.c.at_ms, start < last_ms).scalar_subquery()
    return starts.union_all(select(following).where(starts.c.at_ms.is_not(None)))


def hex_joined(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[str]:
    """The bytes of all rows of a group, one after another, in hexadecimal."""
    if connection.dialect.name == "postgresql":
        return func.string_agg(func.encode(column, "hex"), "")
    return func.group_concat(func.hex(column), "")
