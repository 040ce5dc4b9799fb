"""Which roll-ups a chart is made of, and where its points stand. Pure."""

from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.series.days import day_of, start_of_day
from collector.series.lengths import DAY_MS, HOUR_MS, MINUTE_MS

MINUTES_UP_TO_MS = 2 * DAY_MS
"""A window of at most this length is read from the minutes: no more than 2,881 rows a gate."""

ROUND_STEPS_MS = tuple(MINUTE_MS * n for n in (1, 2, 5, 10, 15, 20, 30)) + tuple(
    HOUR_MS * n for n in (1, 2, 3, 4, 6, 8, 12)
)
"""Steps that a person reads off an axis without counting; each is a whole part of a day."""

ORIGIN_DAY = -(1 << 30)
"""Steps of days are counted from here, before any window: counted from 1970, no single step would ever hold a window
that begins before it and ends after it."""


class Steps(NamedTuple):
    """The points of a chart, in milliseconds: point i stands for what was measured from `edges[i]` to `edges[i + 1]`.

    `unit_ms` is the length of the roll-ups that it is read from: a minute, an hour or a day. `step_ms` is how far the
    points stand apart; of whole days, some are an hour longer or shorter where clocks change, and the first and the
    last point may be cut by the window.
    """

    unit_ms: int
    step_ms: int
    edges: tuple[int, ...]


def steps_of(start_ms: int, end_ms: int, points: int, zone: ZoneInfo) -> Steps:
    """The smallest round steps that need no more than `points` points for a window.

    Steps of less than a day are whole ones of UTC, longer ones 1, 2, 4, 8 … of the site's days: a window that moves on
    with the clock keeps its points. The window is widened to whole roll-ups.

    Raises:
        ValueError: the window is empty, or `points` is less than 1.
    """
    if end_ms <= start_ms:
        raise ValueError("the end is not after the start")
    if points < 1:
        raise ValueError("a chart has at least 1 point")
    unit = MINUTE_MS if end_ms - start_ms <= MINUTES_UP_TO_MS else HOUR_MS
    first_ms, last_ms = start_ms // unit * unit, -(-end_ms // unit) * unit
    for step in ROUND_STEPS_MS:
        if step >= unit and (last_ms - 1) // step - first_ms // step < points:
            inner = range((first_ms // step + 1) * step, last_ms, step)
            return Steps(unit, step, (first_ms, *inner, last_ms))
    return _days(start_ms, end_ms, points, zone)


def _days(start_ms: int, end_ms: int, points: int, zone: ZoneInfo) -> Steps:
    first, last = day_of(start_ms, zone) - ORIGIN_DAY, day_of(end_ms - 1, zone) + 1 - ORIGIN_DAY
    step = 1
    while (last - 1) // step - first // step >= points:
        step *= 2
    days = (first, *range((first // step + 1) * step, last, step), last)
    edges = tuple(start_of_day(day + ORIGIN_DAY, zone) for day in days)
    # A day that a site's calendar leaves out has no length.
    return Steps(DAY_MS, step * DAY_MS, (edges[0], *(end for start, end in pairwise(edges) if end > start)))
