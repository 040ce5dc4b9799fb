"""Whether a thermometer has frozen: a number that stands still where living skin would make it wobble.

A wall gives the same number for hours and is left alone: nothing is read from it. Skin is another thing, in two ways:

- The same frame (all its numbers) for `SAME_SECONDS`, warm as skin: nobody stands so still, so the device has hung.
- Three visits in a row, each of them one number without any wobble, and the same number in all three. Devices that
  clamp or invent their values do this. It counts only on a device that has shown steps below 0.1 °C: one that gives
  tenths tells three healthy people the same number often enough.

The next different number of skin ends it.
"""

from agent.thermometer.plateau import SURFACE_HIGH, SURFACE_LOW
from agent.thermometer.sample import Sample

SAME_SECONDS = 60.0
VISITS = 3
VISIT_SAMPLES = 5
"""Samples of one visit that must agree; as many as make a reading, so that the third is marked in time."""

FINE = 0.095
"""°C: a smaller step shows that the device resolves more than tenths."""


class Stuck:
    """Watches one stream of samples. Pure: the moments are passed in, in monotonic seconds."""

    def __init__(self) -> None:
        self.stuck = False
        self._fine = False
        self._last: float | None = None
        self._held: tuple[object, ...] | None = None
        self._since = 0.0
        self._run = 0
        self._visits = 0

    def feed(self, sample: Sample, at: float) -> bool:
        """Takes a sample; whether the stream is stuck, this sample included."""
        if self._last is not None and 0 < abs(sample.surface - self._last) < FINE:
            self._fine = True
        self._last = sample.surface
        if not SURFACE_LOW <= sample.surface <= SURFACE_HIGH:
            self._run = 0
            return self.stuck
        numbers = (sample.raw, sample.body)
        if numbers != self._held:
            self._held, self._since, self._run, self._visits, self.stuck = numbers, at, 0, 0, False
        elif self._run == 0:
            self._since = at
        self._run += 1
        if self._run == VISIT_SAMPLES:
            self._visits += 1
        self.stuck = self.stuck or at - self._since >= SAME_SECONDS or (self._fine and self._visits >= VISITS)
        return self.stuck

    def gap(self) -> None:
        """The stream was interrupted: an unplug, a silence, a stall. A visit ends; a verdict stays."""
        self._run = 0
