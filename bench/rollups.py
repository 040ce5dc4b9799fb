"""Roll-ups of a ledger that was not fed by gates, made by the series' own code.

`python -m bench.rollups FILE [DAYS]` fills them.
"""

import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.ledger import Ledger, cursors, measured
from collector.series.embedded import CURSOR, EmbeddedSeries
from collector.series.lengths import DAY_MS

AT_ONCE = 200_000
EVERYTHING = 1 << 62


def fill(file: Path, days: int | None = None) -> None:
    """Count every screening that is not counted yet; of a ledger that was never counted, those of the last days."""
    began = time.monotonic()
    ledger = Ledger.open(f"sqlite:///{file}")
    series = EmbeddedSeries(ledger, ZoneInfo("Asia/Shanghai"), lambda: int(time.time() * 1000))
    if days is not None:
        _begin(ledger, days)
    counted = 0
    while True:
        with ledger.read() as connection:
            batch = measured.after(connection, series.position(), AT_ONCE)
        if not batch:
            break
        series.write(batch)
        series.fold(EVERYTHING)
        counted += len(batch)
    series.fold(EVERYTHING)
    ledger.close()
    print(f"{counted} counted into roll-ups, {time.monotonic() - began:.0f} s", flush=True)


def _begin(ledger: Ledger, days: int) -> None:
    with ledger.begin() as connection:
        newest = connection.exec_driver_sql("SELECT max(at_ms) FROM screenings").scalar_one()
        query = "SELECT position FROM screenings WHERE at_ms >= ? ORDER BY at_ms LIMIT 1"
        first = connection.exec_driver_sql(query, (newest - days * DAY_MS,)).scalar_one()
        if not cursors.get(connection, CURSOR):
            cursors.put(connection, CURSOR, first - 1)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
