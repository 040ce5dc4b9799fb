"""Roll-ups of a ledger that was not fed by gates: whole days by the database in few steps, the rest by the series.

`python -m bench.rollups FILE` fills them. A test holds the one way against the other.
"""

import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from collector.ledger import Ledger, measured
from collector.ledger.series_tables import VERDICTS
from collector.series.embedded import CURSOR, EmbeddedSeries
from collector.series.hundredths import counted, hundredths_of, packed, unpacked
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS

AT_ONCE = 200_000
EVERYTHING = 1 << 62
ZONE = ZoneInfo("Asia/Shanghai")
ZONE_MS = 8 * HOUR_MS
"""How far its days are from those of UTC; its clocks have stood so since 1991."""
FEW = 100_000
"""Screenings that the series counts by itself within a few seconds."""

SUMS = ", ".join(VERDICTS)
COUNTED = ", ".join(f"sum(verdict = '{word}')" for word in ("pass", "recheck", "stop", "none"))
SUMMED = ", ".join(f"sum({name})" for name in VERDICTS)
RESULT = "celsius IS NOT NULL AND quality = 'ok' AND kind <> 'ambient'"
MINUTES = f"""
INSERT INTO rollups (length_ms, gate, start_ms, {SUMS}, hundredths)
SELECT {MINUTE_MS}, gate, at_ms - at_ms % {MINUTE_MS} AS start, {COUNTED},
    minute_of(CASE WHEN {RESULT} THEN celsius END)
FROM screenings WHERE position <= :last GROUP BY gate, start ORDER BY gate, start
"""
HOURS = f"""
INSERT INTO rollups (length_ms, gate, start_ms, {SUMS}, hundredths)
SELECT {HOUR_MS}, gate, start_ms - start_ms % {HOUR_MS} AS start, {SUMMED}, hour_of(hundredths)
FROM rollups WHERE length_ms = {MINUTE_MS} GROUP BY gate, start ORDER BY gate, start
"""
DAYS = f"""
INSERT INTO rollups (length_ms, gate, start_ms, {SUMS}, hundredths)
SELECT {DAY_MS}, gate, start_ms - (start_ms + {ZONE_MS}) % {DAY_MS} AS start, {SUMMED}, day_of(hundredths)
FROM rollups WHERE length_ms = {HOUR_MS} GROUP BY gate, start ORDER BY gate, start
"""
TALLIES = f"""
INSERT INTO tallies (length_ms, start_ms, gate, {SUMS})
SELECT length_ms, start_ms, gate, {SUMS} FROM rollups WHERE length_ms <> {MINUTE_MS}
ORDER BY length_ms, start_ms, gate
"""


def fill(file: Path) -> None:
    """Count every screening that is not counted yet."""
    began = time.monotonic()
    whole = _last_of_whole_days(file)
    if whole > FEW:
        count_whole_days(file, whole)
    rest(file)
    print(f"counted into roll-ups, {time.monotonic() - began:.0f} s", flush=True)


def rest(file: Path) -> None:
    """Count what is behind the series' position, as an office does."""
    ledger = Ledger.open(f"sqlite:///{file}")
    series = EmbeddedSeries(ledger, ZONE, lambda: int(time.time() * 1000))
    while True:
        with ledger.read() as connection:
            batch = measured.after(connection, series.position(), AT_ONCE)
        if not batch:
            break
        series.write(batch)
        series.fold(EVERYTHING)
    series.fold(EVERYTHING)
    ledger.close()


def count_whole_days(file: Path, last: int) -> None:
    """Count every screening up to the position `last`, with which a day of the site has ended."""
    database = sqlite3.connect(file, isolation_level=None)
    database.create_aggregate("minute_of", 1, _Minute)
    database.create_aggregate("hour_of", 1, _merging(counted))
    database.create_aggregate("day_of", 1, _merging(unpacked))
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-800000", "temp_store=FILE"):
        database.execute(f"PRAGMA {pragma}").close()
    database.execute("BEGIN")
    database.execute(MINUTES, {"last": last})
    for statement in (HOURS, DAYS, TALLIES):
        database.execute(statement)
    database.execute("INSERT OR REPLACE INTO cursors VALUES (?, ?)", (CURSOR, last))
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode=WAL").close()
    database.close()


def _last_of_whole_days(file: Path) -> int:
    """The last position before the newest day of the site, 0 where anything is counted already.

    What was generated stands in order of time.
    """
    database = sqlite3.connect(file)
    if database.execute("SELECT 1 FROM cursors WHERE name = ? AND position > 0", (CURSOR,)).fetchone():
        database.close()
        return 0
    (newest,) = database.execute("SELECT max(at_ms) FROM screenings").fetchone()
    midnight = (newest + ZONE_MS) // DAY_MS * DAY_MS - ZONE_MS
    query = "SELECT position FROM screenings WHERE at_ms < ? ORDER BY at_ms DESC LIMIT 1"
    row = database.execute(query, (midnight,)).fetchone()
    database.close()
    return int(row[0]) if row else 0


class _Minute:
    """Temperatures as `hundredths.listed` puts them."""

    def __init__(self) -> None:
        self._text = b""

    def step(self, celsius: Any) -> None:
        if celsius is not None:
            self._text += hundredths_of(celsius).to_bytes(2, "little", signed=True)

    def finalize(self) -> Any:
        return self._text


def _merging(decode: Callable[[bytes], Counter[int]]) -> type[Any]:
    class _Merged:
        """Temperatures of several as `hundredths.packed` puts them."""

        def __init__(self) -> None:
            self._counts: Counter[int] = Counter()

        def step(self, text: Any) -> None:
            self._counts.update(decode(text))

        def finalize(self) -> Any:
            return packed(self._counts)

    return _Merged


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
