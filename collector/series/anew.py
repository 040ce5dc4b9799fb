"""Beginning the embedded series anew, where the ledger may no longer keep what the oldest of it was counted from.

Days that began before the ledger's oldest screening arrived stay. Which screenings they have is remembered: those up to
the position that was counted then are passed over when the ledger is followed again, if they belong to such a day.
"""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete

from collector.ledger import cursors, measured
from collector.ledger.measured import Batch, Measured
from collector.ledger.series_tables import fresh_minutes, rollups, tallies
from collector.series.cover import EVER_MS
from collector.series.cutting import cut
from collector.series.days import day_of, start_of_day

KEPT_MS, KEPT_TO = "series.kept_ms", "series.kept_to"
"""Cursors: before which moment what was counted stayed, and up to which position that was."""
FIRST = 1
"""The position of a ledger's first screening."""


def clear(connection: Connection, cursor: str, zone: ZoneInfo) -> None:
    """Delete all that can be counted again, and set the cursor to 0."""
    position = cursors.lock(connection, cursor)
    kept_ms = _kept_ms(connection, position, zone)
    if kept_ms is None:
        for table in (tallies, fresh_minutes, rollups):
            connection.execute(delete(table))
        cursors.put(connection, KEPT_TO, 0)
    else:
        for table in (fresh_minutes, tallies, rollups):
            connection.execute(delete(table).where(table.c.start_ms >= kept_ms))
        cut(connection, kept_ms, zone)
        cursors.put(connection, KEPT_TO, max(position, cursors.get(connection, KEPT_TO)))
        cursors.put(connection, KEPT_MS, kept_ms)
    cursors.put(connection, cursor, 0)


def uncounted(connection: Connection, batch: Batch) -> list[Measured]:
    """Of a batch that is read again, the screenings that are not in the days that stayed."""
    kept_ms, kept_to = cursors.get(connection, KEPT_MS), cursors.get(connection, KEPT_TO)
    return [row for row in batch.rows if row.at_ms >= kept_ms or row.position > kept_to]


def _kept_ms(connection: Connection, position: int, zone: ZoneInfo) -> int | None:
    """From when on the ledger has everything, as the start of a day; None: it still has its first screening."""
    oldest = measured.oldest(connection)
    if oldest is None:
        return EVER_MS if position else None
    if oldest[0] == FIRST:
        return None
    if position < cursors.get(connection, KEPT_TO):
        return cursors.get(connection, KEPT_MS)  # what was begun before is not finished
    return start_of_day(day_of(oldest[1], zone) + 1, zone)
