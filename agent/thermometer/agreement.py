"""Several frames in a row have to say the same before a value counts: for frames that carry no sum."""

from collections import deque
from collections.abc import Sequence
from statistics import median_low

from agent.thermometer.plateau import SPREAD
from agent.thermometer.sample import Counts, Parser, Sample

UNSUMMED = 3
"""Frames that must agree where nothing but head, tail, length and range speaks for one."""


class Agreeing:
    """A parser whose samples have to agree, `frames` in a row; the frames it holds back stay in the counts.

    Two must be equal in everything. Three and more may differ by as much as the plateau allows, for a sensor of 0.01 °C
    never says the same twice; given out is the middle one, field by field, which a single wrong frame can never be
    unless it lies between two true ones. Each value is one that a frame really gave.

    After the first `frames` every further frame is judged with those before it: a steady stream loses only its first
    ones. A gun that sends each result twice is heard at the second; one that sends it once is heard when a second pull
    of the trigger gives the same number.

    Args:
        parser: gives single frames.
        frames: how many have to agree, 2 or more.
    """

    def __init__(self, parser: Parser, frames: int) -> None:
        self._parser = parser
        self._window: deque[Sample] = deque(maxlen=frames)
        self._frames = frames

    @property
    def counts(self) -> Counts:
        """Those of single frames, agreed or not."""
        return self._parser.counts

    def feed(self, data: bytes) -> list[Sample]:
        """The agreed samples that these bytes complete, oldest first."""
        return self._agreed(self._parser.feed(data))

    def settle(self) -> list[Sample]:
        """The agreed samples among those held back, now that the line is quiet."""
        return self._agreed(self._parser.settle())

    def reset(self) -> None:
        """Forgets unfinished input and the frames heard so far; the counts stay."""
        self._parser.reset()
        self._window.clear()

    def _agreed(self, samples: list[Sample]) -> list[Sample]:
        agreed = []
        for sample in samples:
            self._window.append(sample)
            if len(self._window) == self._frames and _same(self._window):
                agreed.append(_middle(self._window))
        return agreed


def _same(window: deque[Sample]) -> bool:
    if len(window) == 2:
        return window[0] == window[1]
    fields = ([s.surface for s in window], [s.ambient for s in window], [s.body for s in window])
    return all(_close(values) for values in fields)


def _close(values: Sequence[float | None]) -> bool:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return not known
    return round(max(known) - min(known), 3) <= SPREAD


def _middle(window: deque[Sample]) -> Sample:
    return Sample(
        raw=median_low([sample.raw for sample in window]),
        surface=median_low([sample.surface for sample in window]),
        ambient=_median([sample.ambient for sample in window]),
        body=_median([sample.body for sample in window]),
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median_low(known) if known else None
