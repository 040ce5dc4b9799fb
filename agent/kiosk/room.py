"""How long the gate can go on without its office."""

from collections import deque
from collections.abc import Sequence

HOUR = 3600.0
SHORTEST_SECONDS = 600.0
"""A gate that has run for a minute is not taken for one that sees its first ten people every minute."""
LEAST_AN_HOUR = 60.0
"""A quiet night promises no weeks: 3,000 passages a day at 9 gates open for 12 hours are 28 an hour."""


class Flow:
    """The moments (monotonic seconds) of the screenings of the last hour, oldest first; at most 5,000."""

    def __init__(self) -> None:
        self.moments: deque[float] = deque(maxlen=5000)

    def passed(self, now: float) -> None:
        """One more screening."""
        self.moments.append(now)
        while self.moments[0] < now - HOUR:
            self.moments.popleft()


def hours_left(capacity_left: int | None, moments: Sequence[float], now: float) -> float | None:
    """Hours until the outbox is full, were the office away all that time.

    Args:
        capacity_left: screenings that it still takes; None where that is not known.
        moments: when there were screenings, monotonic seconds, oldest first.
        now: monotonic seconds.

    Returns:
        Hours: halves below ten, whole ones up to 99, which also stands for more; None without a capacity.
    """
    if capacity_left is None:
        return None
    recent = [moment for moment in moments if moment >= now - HOUR]
    seen_for = min(HOUR, max(SHORTEST_SECONDS, now - recent[0])) if recent else HOUR
    an_hour = max(LEAST_AN_HOUR, len(recent) * HOUR / seen_for)
    hours = max(0, capacity_left) / an_hour
    return hours // 0.5 * 0.5 if hours < 10 else float(min(99, int(hours)))
