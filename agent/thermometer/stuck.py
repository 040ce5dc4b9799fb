"""Whether a thermometer has frozen: a number that stands still where living skin would make it tremble.

A wall gives the same number for hours and is left alone: nothing is read from it. Skin is another thing, in three ways:

- One and the same sample, as warm as skin, for `STUCK_SECONDS`: nobody stands so still, so the device has hung.
- `VISITS` presences in a row, each of them one number without any tremble, and the same number in all of them. Devices
  that clamp or invent their values do this. It counts only on a device that has shown steps below 0.1 °C: one that
  gives tenths tells three healthy people the same number often enough.
- A gun's trigger, `SAME_TRIGGERS` times in a row.
"""

from agent.thermometer.background import SURFACE_HIGH, skin_from
from agent.thermometer.sample import Sample

STUCK_SECONDS = 30.0
STUCK_SAMPLES = 20
SAME_TRIGGERS = 10
"""So many persons in a row with one and the same value: of readings with a tenth of a degree between two steps and a
spread of 0.3 °C, one run of ten in a hundred million."""

VISITS = 3
VISIT_SAMPLES = 5
"""Samples of one presence that must agree; as many as make a reading, so that the third reading is marked in time."""

FINE = 0.095
"""°C: a smaller step shows that the device resolves more than tenths."""


class Stuck:
    """Watches one stream of samples. Pure: the moments are passed in, in monotonic seconds.

    Args:
        finished: each sample is a person by itself (a gun's trigger).
    """

    def __init__(self, *, finished: bool = False) -> None:
        self._finished = finished
        self._value: tuple[object, ...] | None = None
        self._since = 0.0
        self._count = 0
        self._number: tuple[object, ...] | None = None
        self._run = 0
        self._visits = 0
        self._fine = False
        self._last: float | None = None
        self.now = False

    def feed(self, sample: Sample, at: float) -> bool:
        """Whether the device is stuck, after this sample; another number of skin ends it."""
        self._step(sample)
        if not skin_from(sample.ambient) <= sample.surface <= SURFACE_HIGH:
            self.gap()
            self.now = self._clamped
            return self.now
        value = (sample.raw, sample.ambient, sample.body)
        if value != self._value:
            self._value, self._since, self._count = value, at, 0
        self._count += 1
        if self._finished:
            self.now = self._count >= SAME_TRIGGERS
            return self.now
        self._presence((sample.raw, sample.body))
        hung = self._count >= STUCK_SAMPLES and at - self._since >= STUCK_SECONDS
        self.now = hung or self._clamped
        return self.now

    def gap(self) -> None:
        """A presence ends: nobody stands there, or the stream was interrupted. Three of them are still remembered."""
        self._run = 0
        if not self._finished:
            self._value = None

    @property
    def _clamped(self) -> bool:
        return self._fine and self._visits >= VISITS

    def _presence(self, number: tuple[object, ...]) -> None:
        if number != self._number:
            self._number, self._run, self._visits = number, 0, 0
        self._run += 1
        if self._run == VISIT_SAMPLES:
            self._visits += 1

    def _step(self, sample: Sample) -> None:
        if self._last is not None and 0 < abs(sample.surface - self._last) < FINE:
            self._fine = True
        self._last = sample.surface
