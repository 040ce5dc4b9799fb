"""A thermometer that says the same again and again: skin never does, its warmth trembles by hundredths."""

from agent.thermometer.sample import Sample

STUCK_SECONDS = 30.0
"""So long one and the same sample of something as warm as skin is no skin."""
STUCK_SAMPLES = 20
SAME_TRIGGERS = 10
"""So many persons in a row with one and the same value: of readings with a tenth of a degree between two steps and a
spread of 0.3 °C, one run of ten in a hundred million."""


class Stuck:
    """Watches samples that read as skin.

    Args:
        finished: each sample is a person by itself (a gun's trigger).
    """

    def __init__(self, *, finished: bool = False) -> None:
        self._finished = finished
        self._value: tuple[object, ...] | None = None
        self._since = 0.0
        self._count = 0
        self.now = False

    def cooled(self) -> None:
        """It says something else than skin, so it moves."""
        self._value, self.now = None, False

    def feed(self, sample: Sample, at: float) -> bool:
        """Whether the device is stuck, after this sample at a moment in seconds. Any other value ends it."""
        value = (sample.raw, sample.ambient, sample.body)
        if value != self._value:
            self._value, self._since, self._count = value, at, 0
        self._count += 1
        if self._finished:
            self.now = self._count >= SAME_TRIGGERS
        else:
            self.now = self._count >= STUCK_SAMPLES and at - self._since >= STUCK_SECONDS
        return self.now
