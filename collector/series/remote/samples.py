"""From a store's raw points to a chart, with the tallies that the embedded store keeps. Pure."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from collector.series.hundredths import hundredths_of
from collector.series.remote.lines import MEASUREMENT
from collector.series.store import Bucket
from collector.series.tally import Tally, bucket

VERDICTS = {
    "celsius": (1, 0, 0, 0),
    "unmeasured": (1, 0, 0, 0),
    "recheck": (-1, 1, 0, 0),
    "stop": (-1, 0, 1, 0),
    "none": (-1, 0, 0, 1),
}
"""What a point of each field counts for, in the order pass, recheck, stop, none: each screening has one of the first
two and is taken for passed, until the field of its verdict says otherwise."""


class Points(msgspec.Struct):
    """The points of one series, that is of one field and one set of tags (`quality`, `kind`; see `remote.lines`).

    Values are °C or 1; times are milliseconds since 1970.
    """

    field: str
    tags: Mapping[str, str]
    values: list[float]
    times_ms: list[int]


def charted(series: Iterable[Points], edges: Sequence[int]) -> list[Bucket]:
    """The buckets of a chart, empty ones left out.

    Args:
        series: the points, whatever a store gave at the window's edges, and in which order.
        edges: of the buckets, milliseconds since 1970; see `steps.Steps`.
    """
    merged: defaultdict[int, Tally] = defaultdict(Tally)
    for points in series:
        times, values = _in_order(points)
        at, last = bisect_left(times, edges[0]), bisect_left(times, edges[-1])
        while at < last:
            number = bisect_right(edges, times[at]) - 1
            until = bisect_left(times, edges[number + 1], at, last)
            verdicts = [one * (until - at) for one in VERDICTS[points.field]]
            merged[number].add(verdicts, _temperatures(points, values[at:until]))
            at = until
    return [bucket(edges[number], tally) for number, tally in sorted(merged.items())]


def once(points: Points) -> Points:
    """The same without the points that a store kept twice, because they were written twice.

    For a store of milliseconds, in which a millisecond of one series is one screening (`lines.line`, lane).
    """
    if len(set(points.times_ms)) == len(points.times_ms):
        return points
    kept = dict(zip(points.times_ms, points.values, strict=True))
    return Points(points.field, points.tags, list(kept.values()), list(kept))


def field_of(metric: str) -> str:
    """The field that a metric of VictoriaMetrics was made from."""
    return metric.removeprefix(f"{MEASUREMENT}_")


def _in_order(points: Points) -> tuple[list[int], list[float]]:
    times, values = points.times_ms, points.values
    if all(map(int.__le__, times, times[1:])):
        return times, values
    pairs = sorted(zip(times, values, strict=True))
    return [time for time, _ in pairs], [value for _, value in pairs]


def _temperatures(points: Points, values: Sequence[float]) -> Counter[int]:
    hundredths: Counter[int] = Counter()
    if points.field == "celsius" and points.tags.get("quality") == "ok" and points.tags.get("kind") != "ambient":
        for celsius, times in Counter(values).items():
            hundredths[hundredths_of(celsius)] += times
    return hundredths
