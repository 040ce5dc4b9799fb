"""What the load program measured of the office, and of itself."""

import resource
from time import monotonic, process_time
from typing import Any

from bench.figures import percentile
from bench.load.city import City

PARTS = 5
"""The window is cut into so many, so that a figure has a median."""


class Meter:
    """From its making to `end`."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._begun, self._cpu = monotonic(), process_time()
        self._before = city.sent, city.receipts, city.receipted
        self._after = self._before
        self._ended = self._begun
        city.latest = 0.0

    def end(self) -> None:
        """The window is over."""
        city = self._city
        self._ended, self._cpu = monotonic(), process_time() - self._cpu
        self._after = city.sent, city.receipts, city.receipted

    def told(self) -> dict[str, Any]:
        """The window in numbers; delays are of what was due within it, whenever its receipt came."""
        seconds = self._ended - self._begun
        delays = [(at - delay, delay) for at, delay in self._city.delays if self._begun <= at - delay < self._ended]
        parts: list[list[float]] = [[] for _ in range(PARTS)]
        for due, delay in delays:
            parts[int((due - self._begun) / seconds * PARTS)].append(delay)
        sent, receipts, receipted = (after - before for before, after in zip(self._before, self._after, strict=True))
        return {
            "seconds": round(seconds, 2),
            "receipted_before": self._before[2],
            "sent": sent,
            "receipts": receipts,
            "receipted": receipted,
            "receipted_a_second": round(receipted / seconds, 1),
            **{f"p{share}_ms": _ms([delay for _, delay in delays], share / 100) for share in (50, 95, 99, 100)},
            "a_second_of_parts": self._speeds(seconds),
            "p99_ms_of_parts": [_ms(part, 0.99) for part in parts],
            "own_cpu": round(self._cpu / seconds, 3),
            "own_latest_ms": round(self._city.latest * 1e3, 1),
            "own_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }

    def _speeds(self, seconds: float) -> list[float]:
        """Screenings receipted a second in each part of the window."""
        counts = [0] * PARTS
        for at, _ in self._city.delays:
            if self._begun <= at < self._ended:
                counts[int((at - self._begun) / seconds * PARTS)] += 1
        return [round(count * PARTS / seconds, 1) for count in counts]


def _ms(delays: list[float], share: float) -> float | None:
    return round(percentile(delays, share) * 1e3, 1) if delays else None
