"""How many people usually come to each gate at an hour of the day."""

from statistics import median

from sqlalchemy import Connection, func, select

from collector.ledger.series_tables import VERDICTS, tallies
from collector.series.lengths import DAY_MS, HOUR_MS

DAYS = 14
ENOUGH = 3
"""Days of which a median says what is usual."""


def per_hour(connection: Connection, now_ms: int) -> dict[str, float]:
    """The median of this hour over the last 14 days, by gate; gates that are known for less than three are left out.

    Hours are those of UTC, so where clocks are set for the summer the two weeks behind it are an hour off. A day on
    which nobody came counts from the gate's first hour within the two weeks on. For once an hour: of thousands of
    gates it reads all their hours of two weeks.
    """
    hour_ms = now_ms - now_ms % HOUR_MS
    hours = [hour_ms - day * DAY_MS for day in range(1, DAYS + 1)]
    start, length = tallies.c.start_ms, tallies.c.length_ms
    first = select(tallies.c.gate, func.min(start)).where(length == HOUR_MS, start >= hours[-1], start < hour_ms)
    began = {row[0]: row[1] for row in connection.execute(first.group_by(tallies.c.gate))}
    counted = select(tallies.c.gate, *(tallies.c[name] for name in VERDICTS)).where(length == HOUR_MS, start.in_(hours))
    found: dict[str, list[int]] = {}
    for gate, *verdicts in connection.execute(counted):
        found.setdefault(gate, []).append(sum(verdicts))
    usual = {}
    for gate, began_ms in began.items():
        days = sum(hour >= began_ms - began_ms % HOUR_MS for hour in hours)
        if days >= ENOUGH:
            counts = found.get(gate, [])
            usual[gate] = float(median([*counts, *[0] * (days - len(counts))]))
    return usual
