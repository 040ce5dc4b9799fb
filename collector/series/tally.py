"""Counting screenings into buckets, and reading medians off the counts. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from collector.ledger.measured import Measured
from collector.series.hundredths import hundredths_of, listed, of_rank
from collector.series.lengths import MINUTE_MS
from collector.series.store import Bucket

BITS = 20
"""Of one number for each verdict: more than a batch has."""
MOST = (1 << BITS) - 1
ONE = {"pass": 1, "recheck": 1 << BITS, "stop": 1 << 2 * BITS, "none": 1 << 3 * BITS}
MinuteOfGate = tuple[int, str]
"""When the minute begins, milliseconds since 1970, and the gate's name."""


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


def minutes_of(rows: Sequence[Measured]) -> dict[MinuteOfGate, tuple[int, bytes]]:
    """The screenings by minute and gate, each under its own time: how often each verdict came, and the temperatures.

    Verdicts are told by one number, so that counting is adding; `verdicts_of` takes it apart. Temperatures are those
    that are a result, as `hundredths.listed` puts them.
    """
    verdicts: dict[MinuteOfGate, int] = {}
    temperatures: dict[MinuteOfGate, list[int]] = {}
    for _position, gate, _life, _seq, at_ms, verdict, celsius, kind, quality, _surface, _ambient in rows:
        key = at_ms - at_ms % MINUTE_MS, gate
        if key in verdicts:
            verdicts[key] += ONE[verdict]
        else:
            verdicts[key], temperatures[key] = ONE[verdict], []
        if celsius is not None and quality == "ok" and kind != "ambient":
            temperatures[key].append(hundredths_of(celsius))
    return {key: (count, listed(temperatures[key])) for key, count in verdicts.items()}


def verdicts_of(count: int) -> tuple[int, int, int, int]:
    """How often each verdict came, in the order pass, recheck, stop, none."""
    return count & MOST, count >> BITS & MOST, count >> 2 * BITS & MOST, count >> 3 * BITS


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
