"""Percentiles and tables for the measurements."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` 0…1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def milliseconds(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """Prints p50, p99 and the worst of some times, and gives them back in milliseconds."""
    found = {
        "count": len(seconds),
        "p50_ms": round(percentile(seconds, 0.50) * 1e3, 2),
        "p99_ms": round(percentile(seconds, 0.99) * 1e3, 2),
        "worst_ms": round(max(seconds) * 1e3, 2),
    }
    print(
        f"{name}: p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms, worst {found['worst_ms']} ms, n {found['count']}"
    )
    return found
