"""Counting screenings into buckets, and reading medians off the counts. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from collector.ledger.measured import Measured
from collector.series.hundredths import hundredths_of, of_rank
from collector.series.lengths import MINUTE_MS
from collector.series.store import Bucket

PLACES = {"pass": 0, "recheck": 1, "stop": 2, "none": 3}


@dataclass(slots=True)
class Tally:
    """What one gate saw in one stretch of time: how often each verdict was given, and each hundredth of a °C came."""

    passed: int = 0
    rechecks: int = 0
    stops: int = 0
    nones: int = 0
    hundredths: Counter[int] = field(default_factory=Counter)

    def add(self, verdicts: Sequence[int], hundredths: Counter[int]) -> None:
        """Count what another stretch counted; `verdicts` in the order pass, recheck, stop, none."""
        self.passed += verdicts[0]
        self.rechecks += verdicts[1]
        self.stops += verdicts[2]
        self.nones += verdicts[3]
        self.hundredths.update(hundredths)

    @property
    def count(self) -> int:
        """How many screenings."""
        return self.passed + self.rechecks + self.stops + self.nones


def minutes_of(rows: Sequence[Measured]) -> dict[tuple[int, str], tuple[list[int], list[int]]]:
    """The screenings by minute (its start, milliseconds since 1970) and gate, each under its own time.

    Returns:
        How often each verdict came, in the order pass, recheck, stop, none; and the temperatures that are a result, in
        hundredths of a °C.
    """
    found: dict[tuple[int, str], tuple[list[int], list[int]]] = {}
    for _position, gate, _life, _seq, at_ms, verdict, celsius, kind, quality, _surface, _ambient in rows:
        key = at_ms - at_ms % MINUTE_MS, gate
        minute = found.get(key)
        if minute is None:
            minute = found[key] = [0, 0, 0, 0], []
        minute[0][PLACES[verdict]] += 1
        if celsius is not None and quality == "ok" and kind != "ambient":
            minute[1].append(hundredths_of(celsius))
    return found


def bucket(at_ms: int, tally: Tally) -> Bucket:
    """The point of a chart that a tally makes.

    The median of an even number is the mean of the middle two; the 95th percentile is the nearest rank (the smallest
    value that at least 95 in 100 do not exceed), so it is a temperature that was measured.
    """
    n = tally.hundredths.total()
    lowest = median = p95 = highest = None
    if n:
        least, low, high, at_95, most = of_rank(tally.hundredths, (1, (n + 1) // 2, n // 2 + 1, -(-95 * n // 100), n))
        lowest, median, p95, highest = least / 100, (low + high) / 200, at_95 / 100, most / 100
    return Bucket(
        at_ms=at_ms,
        count=tally.count,
        rechecks=tally.rechecks,
        stops=tally.stops,
        no_results=tally.count - n,
        min=lowest,
        median=median,
        p95=p95,
        max=highest,
    )
