"""Medians and their deviations, which a few feverish people among many cannot move. Pure.

The median absolute deviation (MAD) times 1.4826 is the standard deviation of a normal distribution (Hampel 1974).
"""

from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

NORMAL = 1.4826
FEWEST = 15
"""So few values say nothing yet of their own."""
FULL = 60
"""So many say all, and older ones are forgotten."""


class Level(NamedTuple):
    """Where values lie: their median, and their spread as a standard deviation."""

    centre: float
    spread: float


def median(ordered: Sequence[float]) -> float:
    """The middle of what is in order; the mean of the two middle ones."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mad(values: Sequence[float]) -> float:
    """The median of the distances from the median."""
    centre = median(sorted(values))
    return median(sorted([abs(value - centre) for value in values]))


def level(values: Sequence[float], parent: Level) -> Level:
    """The level of at most `FULL` values; as long as they are few, drawn to their `parent`.

    Below `FEWEST` the parent's alone; from there on the values' own share grows evenly to the whole.
    """
    if len(values) <= FEWEST:
        return parent
    centre = median(sorted(values))
    spread = NORMAL * median(sorted([abs(value - centre) for value in values]))
    share = (len(values) - FEWEST) / (FULL - FEWEST)
    return Level(
        parent.centre + share * (centre - parent.centre),
        parent.spread + share * (spread - parent.spread),
    )


@lru_cache(maxsize=16)
def deviations(share: float) -> float:
    """So many standard deviations above its centre a normal distribution has the given share of itself left."""
    return NormalDist().inv_cdf(1 - share)
