"""Counting screenings into buckets, and reading medians off the counts. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from collector.ledger.screenings import StoredScreening
from collector.series.store import Bucket


@dataclass
class Tally:
    """The counts of one gate and one stretch of time; `hundredths` says how often each hundredth of a °C came."""

    count: int = 0
    rechecks: int = 0
    stops: int = 0
    hundredths: Counter[int] = field(default_factory=Counter)

    def add(self, stored: StoredScreening) -> None:
        """Count one screening. Air, and what is no result, counts as a screening but not as a temperature."""
        screening = stored.screening
        self.count += 1
        self.rechecks += screening.verdict == "recheck"
        self.stops += screening.verdict == "stop"
        temperature = screening.temperature
        if temperature is not None and temperature.quality == "ok" and temperature.kind != "ambient":
            self.hundredths[round(temperature.celsius * 100)] += 1

    def merge(self, other: "Tally") -> None:
        """Count all that `other` counted."""
        self.count += other.count
        self.rechecks += other.rechecks
        self.stops += other.stops
        self.hundredths.update(other.hundredths)


def tallies(batch: Iterable[StoredScreening], lengths_ms: Iterable[int]) -> dict[tuple[int, str, int], Tally]:
    """The tallies of a batch by (length, gate, start), each reading under its own `at`; all in milliseconds."""
    found: dict[tuple[int, str, int], Tally] = {}
    lengths = tuple(lengths_ms)
    for stored in batch:
        for length in lengths:
            key = (length, stored.gate, stored.at_ms // length * length)
            found.setdefault(key, Tally()).add(stored)
    return found


def bucket(at_ms: int, tally: Tally) -> Bucket:
    """The point of a chart that a tally makes.

    The median of an even number is the mean of the middle two; the 95th percentile is the nearest rank (the smallest
    value that at least 95 in 100 do not exceed), so it is a temperature that was measured.
    """
    n = tally.hundredths.total()
    if not n:
        return Bucket(at_ms, tally.count, None, None, None, tally.rechecks)
    ranks = (n + 1) // 2, n // 2 + 1, -(-95 * n // 100), n
    low, high, p95, highest = _at_ranks(tally.hundredths, ranks)
    return Bucket(
        at_ms=at_ms,
        count=tally.count,
        median=(low + high) / 200,
        p95=p95 / 100,
        max=highest / 100,
        rechecks=tally.rechecks,
    )


def _at_ranks(hundredths: Counter[int], ranks: Iterable[int]) -> list[int]:
    """The values at the given ranks (1 is the smallest value), which are in rising order."""
    values = iter(sorted(hundredths.items()))
    value, seen = next(values)
    found = []
    for rank in ranks:
        while seen < rank:
            value, more = next(values)
            seen += more
        found.append(value)
    return found
