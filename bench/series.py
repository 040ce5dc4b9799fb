"""What the embedded series costs: microseconds a screening, for nine gates and for a city's 12,600.

`python -m bench.series [--database URL] [--gates N,…] [--minutes M]`
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from collector.ledger import Ledger, measured
from collector.ledger.tables import screenings
from collector.series.embedded import EmbeddedSeries
from kadian.identifiers import new_id

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN_MS = 1_790_002_800_000 // 3_600_000 * 3_600_000
A_MINUTE = 20
"""Screenings a gate and minute, at the peak."""
VERDICTS = ("pass",) * 97 + ("recheck", "stop", "none")
MOST = 20_000


def rows(gates: int, minutes: int) -> Iterator[list[dict[str, object]]]:
    """The ledger's rows of so many minutes, in the order of their times, a minute at once."""
    dice = random.Random(7)
    for minute in range(minutes):
        times = sorted((dice.randrange(60_000), gate) for gate in range(gates) for _ in range(A_MINUTE))
        yield [
            _row(gate, BEGIN_MS + minute * 60_000 + offset, number, dice) for number, (offset, gate) in enumerate(times)
        ]


def _row(gate: int, at_ms: int, number: int, dice: random.Random) -> dict[str, object]:
    return {
        "id": new_id(),
        "gate": f"e{gate:05}",
        "life": gate,
        "seq": at_ms * 100_000 + number,
        "at": "2026-09-21T22:00:00+08:00",
        "at_ms": at_ms,
        "received_ms": at_ms + 40,
        "clock": "synced",
        "verdict": dice.choice(VERDICTS),
        "reasons": "[]",
        "celsius": round(dice.gauss(36.5, 0.3), 2),
        "kind": "body_estimate",
        "quality": "ok" if dice.random() < 0.97 else "moving",
        "surface": 34.5,
        "ambient": 21.0,
    }


def measure(url: str, gates: int, minutes: int, pace: int) -> None:
    """Print the cost of following a ledger with so many gates, `pace` rows a transaction."""
    ledger = Ledger.open(url)
    for made in rows(gates, minutes):
        with ledger.begin() as connection:
            connection.execute(insert(screenings), made)
    now_ms = BEGIN_MS + 3_600_000
    series = EmbeddedSeries(ledger, ZONE, lambda: now_ms)
    count, batches, wall, cpu = 0, [], time.perf_counter(), time.process_time()
    while True:
        begun = time.perf_counter()
        with ledger.read() as connection:
            batch = measured.after(connection, series.position(), pace)
        if not batch:
            break
        series.write(batch)
        count += len(batch)
        batches.append(time.perf_counter() - begun)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{gates:6} gates, {pace:6} a transaction: {wall / count * 1e6:5.1f} µs a screening "
        f"({cpu / count * 1e6:4.1f} of CPU), "
        f"longest batch {max(batches):.2f} s, {count} screenings"
    )
    now_ms += 3_600_000
    begun = time.perf_counter()
    series.fold(10**9)
    print(f"       folding {minutes} minutes: {(time.perf_counter() - begun) / count * 1e6:.2f} µs a screening")
    begun = time.perf_counter()
    chart = series.chart("e00003", BEGIN_MS - 22 * 3_600_000, BEGIN_MS + 2 * 3_600_000, 500)
    print(f"       chart of a day: {(time.perf_counter() - begun) * 1000:.1f} ms, {len(chart)} buckets")
    ledger.close()


def main() -> None:
    """Measure what the command line asks for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database")
    asked.add_argument("--gates", default="9,12600")
    asked.add_argument("--minutes", type=int, default=4)
    asked.add_argument("--pace", type=int, default=MOST)
    given = asked.parse_args()
    for gates in map(int, given.gates.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            minutes = given.minutes if gates > 100 else given.minutes * 100
            measure(given.database or f"sqlite:///{Path(folder) / 'kadian.db'}", gates, minutes, given.pace)


if __name__ == "__main__":
    main()
