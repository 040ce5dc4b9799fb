"""Which roll-ups a chart is made of, and how far apart its points stand."""

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MINUTES_UP_TO_MS = 2 * DAY_MS
"""A window of at most this length is read from the minutes: no more than 2,881 rows a gate."""

ROUND_STEPS_MS = tuple(MINUTE_MS * n for n in (1, 2, 5, 10, 15, 20, 30)) + tuple(
    HOUR_MS * n for n in (1, 2, 3, 4, 6, 8, 12, 24)
)
"""Steps that a person reads off an axis without counting; each is a whole part of a day."""


def roll_up_of(start_ms: int, end_ms: int) -> int:
    """The length, in milliseconds, of the roll-ups that a window is read from: a minute, or an hour."""
    return MINUTE_MS if end_ms - start_ms <= MINUTES_UP_TO_MS else HOUR_MS


def widened(start_ms: int, end_ms: int) -> tuple[int, int]:
    """The window from the start of its first roll-up to the end of its last.

    Raises:
        ValueError: the window is empty.
    """
    if end_ms <= start_ms:
        raise ValueError("the end is not after the start")
    unit = roll_up_of(start_ms, end_ms)
    return start_ms // unit * unit, -(-end_ms // unit) * unit


def step_of(start_ms: int, end_ms: int, points: int) -> int:
    """The smallest round step, in milliseconds, that needs no more than `points` buckets for the window.

    It is a whole multiple of the window's roll-up. Beyond a day it doubles.

    Raises:
        ValueError: the window is empty, or `points` is less than 1.
    """
    if points < 1:
        raise ValueError("a chart has at least 1 point")
    first_ms, last_ms = widened(start_ms, end_ms)
    unit = roll_up_of(start_ms, end_ms)
    step = unit
    steps = iter(step for step in ROUND_STEPS_MS if step > unit)
    while (last_ms - 1) // step - first_ms // step >= points:
        step = next(steps, step * 2)
    return step
