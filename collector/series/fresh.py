"""Reading the minutes that were counted lately, and are not folded yet."""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from collector.ledger.series_tables import VERDICTS, fresh_minutes

FRESH = fresh_minutes.c


def fresh_of(connection: Connection, gate: str, first_ms: int, last_ms: int) -> list[Row[Any]]:
    """The fresh minutes of one gate from `first_ms` until before `last_ms`: start, temperatures, verdicts.

    The table is kept by time before gate. So this leaps from minute to minute that has anything, and looks there for
    the gate, instead of reading past all the others.
    """
    start = FRESH.start_ms
    least = select(func.min(start).label("at_ms"))
    starts = least.where(start >= first_ms, start < last_ms).cte("starts", recursive=True)
    following = least.where(start > starts.c.at_ms, start < last_ms).scalar_subquery()
    starts = starts.union_all(select(following).where(starts.c.at_ms.is_not(None)))
    columns = start, FRESH.hundredths, *(FRESH[name] for name in VERDICTS)
    query = select(*columns).join(starts, starts.c.at_ms == start).where(FRESH.gate == gate)
    return list(connection.execute(query))
