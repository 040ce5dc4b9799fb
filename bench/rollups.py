"""Roll-ups of a ledger that was not fed by gates, made by the series' own code.

`python -m bench.rollups FILE` fills them.
"""

import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.ledger import Ledger, measured
from collector.series.embedded import EmbeddedSeries

AT_ONCE = 200_000
EVERYTHING = 1 << 62


def fill(file: Path) -> None:
    """Count every screening that is not counted yet."""
    began = time.monotonic()
    ledger = Ledger.open(f"sqlite:///{file}")
    series = EmbeddedSeries(ledger, ZoneInfo("Asia/Shanghai"), lambda: int(time.time() * 1000))
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


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
